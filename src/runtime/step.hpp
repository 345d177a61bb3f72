#pragma once

#include <span>
#include <vector>

#include "tacit/ckks/encoder.hpp"
#include "tacit/ckks/evaluator.hpp"
#include "tacit/compile/managed_circuit.hpp"

namespace tacit::runtime {

/// Carries out single instructions on ciphertexts. Stateless and thread-safe; views the program and the keys.
class StepRunner {
public:
    StepRunner(const compile::ManagedCircuit& program, const ckks::EvaluationKeys& keys);

    /// Any step but `input`. `rhs` counts for steps with two operands; the memory of `lhs` is reused if nothing else
    /// will read it.
    [[nodiscard]] ckks::Ciphertext run(const compile::Instruction& i, ckks::Ciphertext& lhs,
                                       const ckks::Ciphertext& rhs, bool last_read_of_lhs) const;

private:
    [[nodiscard]] ckks::Ciphertext add_constant(const ckks::Ciphertext& a, std::span<const double> slots) const;
    [[nodiscard]] ckks::Ciphertext mul_constant(const ckks::Ciphertext& a, std::span<const double> slots) const;

    const compile::ManagedCircuit& program_;
    ckks::Evaluator evaluator_;
    ckks::Encoder encoder_;
};

/// Throws what `execute` promises for inputs and keys that do not fit the program.
void check_run(const compile::ManagedCircuit& program, const ckks::EvaluationKeys& keys,
               const std::vector<ckks::Ciphertext>& inputs);

}  // namespace tacit::runtime
