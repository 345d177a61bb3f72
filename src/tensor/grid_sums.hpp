#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "tacit/circuit/expr.hpp"

namespace tacit::tensor {

/// sum_i rotate(x, i * step) over i = 0 .. count-1, count a power of two: log2(count) rotations.
inline circuit::Expr rotate_sum(circuit::Expr x, std::ptrdiff_t step, std::size_t count) {
    for (std::size_t i = 1; i < count; i *= 2)
        x += rotate(x, static_cast<std::int32_t>(step * static_cast<std::ptrdiff_t>(i)));
    return x;
}

/// A grid row that is `value` in column 0 and zero elsewhere.
inline circuit::Constant first_column(std::size_t width, double value) {
    std::vector<double> row(width, 0.0);
    row[0] = value;
    return circuit::values(std::move(row));
}

}  // namespace tacit::tensor
