#pragma once

#include <complex>
#include <cstddef>
#include <vector>

#include "tacit/circuit/interval.hpp"
#include "tacit/ckks/parameters.hpp"
#include "tacit/compile/noise.hpp"

namespace tacit::compile {

/// What the results of a circuit have to be good for.
struct Accuracy {
    /// The largest |error| in a slot of an output, absolute; kept by six deviations of the predicted error.
    double precision = 1e-3;
    /// As in ckks::ParameterSpec.
    int security_bits = 128;
    ckks::Attacks attacks = ckks::Attacks::classical;
    Encryption encryption = Encryption::secret_key;
};

/// Parameters that give this accuracy, found without keys or ciphertexts. Who knows the scale and the size of the
/// values already states them: {.depth = program.depth(), .scale_bits = 45, .integer_bits = 8, .min_slots =
/// program.slots()}.
struct ScaleEstimate {
    /// What to create: depth, the smallest scale_bits and integer_bits, the smallest secure ring dimension.
    ckks::ParameterSpec spec{};
    /// The largest predicted error of an output under these parameters.
    double deviation = 0;
    /// The largest value that any instruction gives, error included.
    double magnitude = 0;
    /// For every level, how many bits larger its largest value might still be before it wraps around the modulus.
    std::vector<double> headroom_bits{};
};

/// The smallest scale for a wanted accuracy, and with it the parameters, from bounds of the inputs: errors by
/// `predict_noise`, values by `circuit::Interval`, both upper estimates. In a ring of more slots than the circuit was
/// managed for, vectors repeat. Cost: a handful of predictions, each with the tables of one parameter set.
///
/// Errors: `invalid_argument` as predict_noise, for a precision that is not positive, and, naming the line, for values
/// of 2^60 and above; the same for a precision that even 2^90 does not reach, `insecure_parameters` where the scale
/// that would does not fit a secure ring.
[[nodiscard]] ScaleEstimate estimate_scale(const ManagedCircuit& program, const std::vector<circuit::Bounds>& inputs,
                                           const Accuracy& accuracy = {});

/// The same from representative inputs, one vector of program.slots() values each: as large and as noisy as with these
/// data, and one bit of room for others.
[[nodiscard]] ScaleEstimate estimate_scale(const ManagedCircuit& program,
                                           const std::vector<std::vector<std::complex<double>>>& inputs,
                                           const Accuracy& accuracy = {});

/// How many rotation keys fit into `bytes` of memory next to the other keys that the program uses. 0 if those alone
/// take more.
[[nodiscard]] std::size_t rotation_key_budget(const ManagedCircuit& program, const ckks::Parameters& parameters,
                                              std::size_t bytes);

}  // namespace tacit::compile
