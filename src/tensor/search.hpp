#pragma once

#include "tacit/tensor/compile.hpp"
#include "tensor/techniques.hpp"

namespace tacit::tensor {

/// `optimise` and `compile` with some techniques only.
[[nodiscard]] Lowered optimise(const Program& program, std::size_t slots, const SearchSpace& space,
                               const Techniques& techniques);
[[nodiscard]] Compiled compile(const Program& program, const Requirements& requirements, const Techniques& techniques);

}  // namespace tacit::tensor
