#pragma once

#include <cstddef>

#include "tacit/ckks/parameters.hpp"
#include "tacit/compile/managed_circuit.hpp"

namespace tacit::compile {

/// What a run has to achieve, apart from the circuit.
struct Requirements {
    /// log2 of the scale: decides the precision. 20 to 90.
    int scale_bits = 40;
    /// No value of the circuit exceeds this in magnitude, intermediate results included; circuit::Plain says how large
    /// they get on examples. Must be below 2^60.
    double largest_value = 128;
    /// 128, 192 or 256.
    int security_bits = 128;
};

/// The parameters that a managed circuit asks for: its depth, enough slots, room for the largest value, and of what
/// Parameters::create chooses from that the smallest ring dimension that is secure. `invalid_argument` if the largest
/// value is not positive or too large; Parameters::create checks the rest.
[[nodiscard]] ckks::ParameterSpec required_parameters(const ManagedCircuit& program,
                                                      const Requirements& requirements = {});

/// How many rotation keys fit into `bytes` of memory next to the other keys that the program uses. 0 if those alone
/// take more.
[[nodiscard]] std::size_t rotation_key_budget(const ManagedCircuit& program, const ckks::Parameters& parameters,
                                              std::size_t bytes);

}  // namespace tacit::compile
