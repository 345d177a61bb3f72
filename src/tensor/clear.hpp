#pragma once

#include <vector>

#include "tacit/tensor/program.hpp"

namespace tacit::tensor {

/// Throws invalid_argument unless the inputs are those of the program.
void check_inputs(const Program& program, const ClearInputs& inputs);

/// The product of a chain [rows x columns] of at least one matrix.
[[nodiscard]] ClearMatrix chain_product(const ClearInputs& inputs, const Chain& chain);

/// chain * x.
[[nodiscard]] std::vector<double> chain_times(const ClearInputs& inputs, const Chain& chain, std::vector<double> x);

}  // namespace tacit::tensor
