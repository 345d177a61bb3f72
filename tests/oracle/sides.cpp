#include "oracle/sides.hpp"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "tacit/math/modulus.hpp"

namespace tacit::oracle {

namespace {

/// Chooses the primes that are hardest on the engine's arithmetic: the largest as special prime, the next as base.
ckks::ParameterSpec with_largest_primes(ckks::ParameterSpec spec) {
    const std::uint64_t two_n = std::uint64_t{2} << *spec.log_ring_dimension;
    std::vector<std::uint64_t> used;
    const auto next = [&](int bits) {
        used.push_back(math::nearest_ntt_prime(std::ldexp(1.0, bits) - 1, two_n, used));
        return used.back();
    };
    spec.special_primes = {next(math::max_modulus_bits)};
    spec.primes = {next(math::max_modulus_bits)};
    for (int level = 1; level <= spec.depth; ++level) spec.primes.push_back(next(spec.scale_bits));
    return spec;
}

}  // namespace

ckks::ParameterSpec parameter_set(std::string_view name) {
    if (name == "n13_scale30") {
        return {.depth = 4, .scale_bits = 30, .integer_bits = 9, .log_ring_dimension = 13, .digits = 5};
    }
    if (name == "n13_scale40") {
        return with_largest_primes({.depth = 2, .scale_bits = 40, .integer_bits = 8, .log_ring_dimension = 13});
    }
    if (name == "n14_scale45") {
        return with_largest_primes({.depth = 5, .scale_bits = 45, .integer_bits = 3, .log_ring_dimension = 14});
    }
    throw std::invalid_argument(fmt::format("there is no parameter set {}", name));
}

Seed fixed_seed() {
    Seed seed{};
    seed[0] = std::byte{0x5E};
    return seed;
}

Ciphertext tampered(const Ciphertext& ciphertext) {
    Ciphertext out = ciphertext.clone();
    out.poly(0).limb(0)[7] = out.poly(0).limb(0)[7] > 0 ? out.poly(0).limb(0)[7] - 1 : out.poly(0).limb(0)[7] + 1;
    return out;
}

}  // namespace tacit::oracle
