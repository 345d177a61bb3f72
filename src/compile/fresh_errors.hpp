#pragma once

#include <array>

#include "tacit/compile/noise.hpp"

namespace tacit::compile {

using Parts = std::array<double, error_sources>;

/// Root mean square over the slots of the error that one instruction adds to those of its operands, by source. An
/// encoded factor's error still has to be multiplied by the value that it meets.
[[nodiscard]] Parts fresh_errors(const ManagedCircuit& program, const ckks::Parameters& parameters,
                                 const Instruction& i, Encryption encryption, int parties);

/// Throws invalid_argument unless the parameters have at least the slots and the levels that the program needs.
void check_parameters(const char* operation, const ManagedCircuit& program, const ckks::Parameters& parameters);

}  // namespace tacit::compile
