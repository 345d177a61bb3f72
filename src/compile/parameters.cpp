#include "tacit/compile/parameters.hpp"

#include <algorithm>
#include <cmath>

#include "base/fail.hpp"

namespace tacit::compile {

ckks::ParameterSpec required_parameters(const ManagedCircuit& program, const Requirements& requirements) {
    constexpr int most_integer_bits = 60;
    const double largest = requirements.largest_value;
    if (!(largest > 0) || largest >= std::ldexp(1.0, most_integer_bits)) {
        fail(ErrorCode::invalid_argument,
             "required_parameters: the largest value is {}, but it lies between 0 and 2^{}; scale the inputs down",
             largest, most_integer_bits);
    }
    ckks::ParameterSpec spec;
    spec.depth = program.depth();
    spec.scale_bits = requirements.scale_bits;
    spec.integer_bits = std::max(1, std::ilogb(largest) + 1);
    spec.security_bits = requirements.security_bits;
    spec.min_slots = program.slots();
    return spec;
}

std::size_t rotation_key_budget(const ManagedCircuit& program, const ckks::Parameters& parameters, std::size_t bytes) {
    const ckks::KeyRequest request = program.key_request();
    const std::size_t others = (request.relinearization ? 1U : 0U) + (request.conjugation ? 1U : 0U);
    const std::size_t keys = bytes / parameters.key_switch_key_bytes();
    return keys - std::min(keys, others);
}

}  // namespace tacit::compile
