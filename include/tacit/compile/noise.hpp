#pragma once

#include <array>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "tacit/circuit/interval.hpp"
#include "tacit/ckks/parameters.hpp"
#include "tacit/compile/managed_circuit.hpp"

namespace tacit::compile {

/// Where an error comes from.
enum class ErrorSource : std::uint8_t {
    encoding,       ///< inputs and constants rounded to polynomials with integer coefficients
    encryption,     ///< fresh ciphertexts
    key_switching,  ///< relinearisation, rotation, conjugation
    rescaling,      ///< the rounding of rescalings and level drops
};
inline constexpr std::size_t error_sources = 4;

/// "encoding", "encryption", "key switching", "rescaling"
[[nodiscard]] const char* to_string(ErrorSource source) noexcept;

/// Which key encrypts the inputs; with the secret key they have less noise.
enum class Encryption : std::uint8_t { secret_key, public_key };

/// The predicted error of what an instruction gives, in the units of the slots: root mean squares of |error| over
/// slots, keys and randomness. The error of the real part alone is smaller by sqrt(2).
struct PredictedError {
    double deviation = 0;
    std::array<double, error_sources> parts{};  ///< by ErrorSource; their squares sum to that of `deviation`
    double magnitude = 0;                       ///< of the value itself: the bound on it, or the largest one met

    [[nodiscard]] double part(ErrorSource source) const noexcept { return parts[static_cast<std::size_t>(source)]; }
};

/// The noise meaning of a managed circuit, from bounds of the inputs: for every instruction an upper estimate, made of
/// the deviations of ckks/noise.hpp and the bounds of `circuit::Interval`. Errors of one origin add up in size wherever
/// they meet again (x * x has the error 2 x e), those of different origins or slots in squares. An error multiplied by
/// a value counts with the largest one the value may have. `parties` is the number of owners of a collective key
/// (ckks/threshold.hpp), 1 for an ordinary one. Beyond 512 origins the smallest of a value are merged, and are taken
/// for new ones elsewhere. A refresh counts as a new encryption of the erring value. No keys, no ciphertexts. Cost:
/// O(512) per instruction.
///
/// `invalid_argument` as `circuit::Interval`, and for parameters with fewer levels than the circuit is deep or fewer
/// slots than it was managed for.
[[nodiscard]] std::vector<PredictedError> predict_noise(const ManagedCircuit& program,
                                                        const ckks::Parameters& parameters,
                                                        std::vector<circuit::Bounds> inputs,
                                                        Encryption encryption = Encryption::secret_key,
                                                        int parties = 1);

/// The same from representative inputs, one vector of program.slots() values each: a run in the clear in which every
/// step errs by a drawn error of the predicted deviation, the same for the same seed. No upper estimate but what such
/// data have, also where errors meet again or cancel. With n slots the result is one draw of n errors: good to about
/// 1/sqrt(2 n). Memory: 6 vectors of slots per live value.
[[nodiscard]] std::vector<PredictedError> predict_noise(const ManagedCircuit& program,
                                                        const ckks::Parameters& parameters,
                                                        const std::vector<std::vector<std::complex<double>>>& inputs,
                                                        Encryption encryption = Encryption::secret_key,
                                                        std::uint64_t seed = 1, int parties = 1);

}  // namespace tacit::compile
