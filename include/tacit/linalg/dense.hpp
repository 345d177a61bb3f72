#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <vector>

#include "tacit/circuit/circuit.hpp"
#include "tacit/linalg/layout.hpp"

namespace tacit::linalg {

/// A matrix in the clear, row by row: what is packed, unpacked and used as a public operand. A row vector is
/// 1 x n, a column vector n x 1, a scalar 1 x 1.
class Dense {
public:
    /// All zero. At least 1 x 1; `invalid_argument` otherwise.
    Dense(std::size_t rows, std::size_t columns, Location where = Location::here());
    /// `values` row by row, rows * columns of them and finite; `invalid_argument` otherwise.
    Dense(std::size_t rows, std::size_t columns, std::vector<double> values, Location where = Location::here());

    [[nodiscard]] static Dense row(std::vector<double> values, Location where = Location::here());
    [[nodiscard]] static Dense column(std::vector<double> values, Location where = Location::here());

    [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
    [[nodiscard]] std::size_t columns() const noexcept { return columns_; }
    [[nodiscard]] double operator()(std::size_t row, std::size_t column) const {
        return values_[row * columns_ + column];
    }
    [[nodiscard]] double& operator()(std::size_t row, std::size_t column) { return values_[row * columns_ + column]; }
    [[nodiscard]] std::span<const double> values() const noexcept { return values_; }
    friend bool operator==(const Dense&, const Dense&) = default;

private:
    std::size_t rows_;
    std::size_t columns_;
    std::vector<double> values_;
};

[[nodiscard]] Dense transposed(const Dense& matrix);

/// The slots of every tile, zero in the rest: what is encrypted for an input of this layout, or the constants
/// that meet a value of this layout. `invalid_argument` unless the shapes are equal.
[[nodiscard]] std::vector<std::vector<double>> pack(const Layout& layout, const Dense& matrix,
                                                    Location where = Location::here());

/// What the slots of every tile hold, read from the first copy; the rest is ignored. `invalid_argument` unless there is
/// a vector of `unit().slots()` values for each tile.
[[nodiscard]] Dense unpack(const Layout& layout, std::span<const std::vector<double>> tiles,
                           Location where = Location::here());

}  // namespace tacit::linalg
