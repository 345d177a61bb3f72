#pragma once

#include <vector>

#include "tacit/tensor/program.hpp"

namespace tacit::tensor {

/// Throws invalid_argument unless the inputs are those of the program.
void check_inputs(const Program& program, const ClearInputs& inputs);

/// The product of a chain [rows x columns]; an empty chain is the identity of `size`.
[[nodiscard]] ClearMatrix chain_product(const ClearInputs& inputs, const Chain& chain, std::size_t size);

/// chain * x.
[[nodiscard]] std::vector<double> chain_times(const ClearInputs& inputs, const Chain& chain, std::vector<double> x);

}  // namespace tacit::tensor
