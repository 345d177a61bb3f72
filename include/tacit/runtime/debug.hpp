#pragma once

#include <complex>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tacit/ckks/ciphertext.hpp"
#include "tacit/ckks/keys.hpp"
#include "tacit/compile/noise.hpp"

/// WARNING: everything here takes the secret key and decrypts intermediate values. It is for finding faults, with keys
/// and data made for that, by the owner of both. Nothing that a service runs includes this header.
namespace tacit::runtime {

struct DebugOptions {
    /// A value diverges where its measured error is more than this factor above the predicted one. Both are single
    /// draws: over few slots of very different sizes they may well be a factor of 3 apart.
    double tolerated_factor = 8;
    /// Which key encrypted the inputs.
    compile::Encryption encryption = compile::Encryption::secret_key;
};

/// The error of one instruction, in the units of the slots.
struct DebugStep {
    double deviation = 0;  ///< measured: root mean square of |decrypted - clear| over the slots
    double largest = 0;    ///< measured: the largest |decrypted - clear|
    compile::PredictedError predicted{};
};

/// The first instruction whose error the noise does not explain.
struct Divergence {
    std::uint32_t instruction = 0;
    circuit::ValueId value{};  ///< of the circuit
    /// One line: the line of the user's program, the operation, measured and predicted error with its parts.
    std::string message{};
};

struct DebugReport {
    std::vector<ckks::Ciphertext> outputs{};
    std::vector<DebugStep> steps{};  ///< one per instruction
    std::optional<Divergence> divergence{};
};

/// Runs a managed circuit on ciphertexts and, beside it, in the clear on what they encrypt: `values`, one vector of
/// program.slots() values per input. After every instruction the ciphertext is decrypted and compared, and the error
/// held against the prediction of `compile::predict_noise` for these values, which also says what parts encoding,
/// encryption, key switching and rescaling have in it. The run goes on after a divergence.
///
/// No shared state: any number of calls may run at once. Cost: that of `execute`, one instruction at a time, and one
/// decryption each. Errors are those of `execute`, `predict_noise` and `circuit::Plain`; parameter_mismatch for a
/// secret key of other parameters; invalid_argument for a factor that is not above 1.
[[nodiscard]] DebugReport debug_execute(const compile::ManagedCircuit& program, const ckks::EvaluationKeys& keys,
                                        const ckks::SecretKey& secret_key, std::vector<ckks::Ciphertext> inputs,
                                        const std::vector<std::vector<std::complex<double>>>& values,
                                        const DebugOptions& options = {});

}  // namespace tacit::runtime
