#pragma once

#include "tacit/tensor/lowered.hpp"
#include "tensor/choices.hpp"

namespace tacit::tensor {

/// Writes the circuit of what was chosen, in tiles of a grid.
[[nodiscard]] Lowered lower(const Program& program, const Targets& targets, const Levels& levels,
                            const Choices& choices, Grid grid, Summation summation, const Techniques& techniques);

}  // namespace tacit::tensor
