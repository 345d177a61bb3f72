#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "tacit/ckks/encoder.hpp"
#include "tacit/ckks/evaluator.hpp"
#include "tacit/compile/counts.hpp"
#include "tacit/compile/managed_circuit.hpp"
#include "tacit/runtime/executor.hpp"

namespace tacit::runtime {

/// The vector constants of a program as plaintexts: encoded at the first use, freed after the last. Thread-safe.
class EncodedConstants {
public:
    using Users = std::map<compile::Encoding, std::vector<std::uint32_t>>;
    /// `users` are the instructions that will take each; see compile::encodings.
    EncodedConstants(const compile::ManagedCircuit& program, const ckks::Parameters& parameters, const Users& users);

    /// The constant of an instruction; to be called once for each instruction that meets it.
    [[nodiscard]] std::shared_ptr<const ckks::Plaintext> take(const compile::Encoding& needed);

private:
    struct Entry {
        std::mutex mutex;
        std::shared_ptr<const ckks::Plaintext> plaintext;
        std::size_t uses_left = 0;
    };
    const compile::ManagedCircuit& program_;
    ckks::Encoder encoder_;
    std::map<compile::Encoding, Entry> entries_;  // which there are does not change
};

/// Carries out instructions of a program on ciphertexts, each of them once. Thread-safe; views the program, the keys
/// and the function.
class StepRunner {
public:
    /// `users` are the instructions to be run that meet vector constants; see compile::encodings.
    StepRunner(const compile::ManagedCircuit& program, const ckks::EvaluationKeys& keys,
               const EncodedConstants::Users& users, const Refresh& refresh);

    /// Any step but `input`. Operands that the step does not take are null; the memory of `lhs` is reused if nothing
    /// else will read it.
    [[nodiscard]] ckks::Ciphertext run(const compile::Instruction& i, ckks::Ciphertext* lhs,
                                       const ckks::Ciphertext* rhs, bool last_read_of_lhs);

private:
    /// f(a, constant) with a number or an encoded vector.
    template <class F>
    [[nodiscard]] ckks::Ciphertext with_constant(const compile::Instruction& i, const F& f);
    [[nodiscard]] ckks::Ciphertext refreshed(const compile::Instruction& i, const ckks::Ciphertext& worn) const;

    const compile::ManagedCircuit& program_;
    ckks::Evaluator evaluator_;
    EncodedConstants constants_;
    const Refresh& refresh_;
};

/// Throws what `execute` promises for inputs and keys that do not fit the program.
void check_run(const compile::ManagedCircuit& program, const ckks::EvaluationKeys& keys,
               const std::vector<ckks::Ciphertext>& inputs);
/// Throws if there are refreshes but no function for them.
void check_refreshes(const compile::ManagedCircuit& program, const Refresh& refresh);

}  // namespace tacit::runtime
