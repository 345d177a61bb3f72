#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "tacit/ckks/evaluator.hpp"
#include "tacit/compile/managed_circuit.hpp"

namespace tacit::runtime {

/// Called after each instruction with the number done so far; from several threads, one at a time.
using Progress = std::function<void(std::size_t done)>;

/// Runs a managed circuit on ciphertexts: the homomorphic meaning.
///
/// Instructions whose operands are there run side by side on all cores, and a value is freed after its last use. The
/// result does not depend on the number of threads, to the last bit. `inputs` are in the order of the circuit's inputs,
/// each at its level of `program.input_levels()`, and are consumed. Throws invalid_argument for a wrong number, level
/// or slot count, parameter_mismatch, and missing_key before any work is done if the keys do not suffice. What
/// `progress` throws ends the run.
[[nodiscard]] std::vector<ckks::Ciphertext> execute(const compile::ManagedCircuit& program,
                                                    const ckks::EvaluationKeys& keys,
                                                    std::vector<ckks::Ciphertext> inputs,
                                                    const Progress& progress = {});

}  // namespace tacit::runtime
