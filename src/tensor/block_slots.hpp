#pragma once

#include <cstddef>

#include "tacit/tensor/lowered.hpp"

namespace tacit::tensor {

/// visit(slot, row, column) for every slot of a block and the entry of a part that lies there.
template <class Visit>
void for_each_slot(Grid grid, const InputBlock& block, const InputBlock::Part& part, const Visit& visit) {
    for (std::size_t r = 0; r < grid.height; ++r) {
        for (std::size_t c = 0; c < block.columns; ++c) {
            visit(r * grid.width + block.grid_column + c, part.row + r, part.column + c);
        }
    }
}

/// An entry of a matrix that is zero outside; of the identity if there is no matrix.
[[nodiscard]] inline double entry(const ClearMatrix* m, std::size_t r, std::size_t c) {
    if (m == nullptr) return r == c ? 1 : 0;
    return r < m->rows && c < m->columns ? (*m)(r, c) : 0;
}

}  // namespace tacit::tensor
