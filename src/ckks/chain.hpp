#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tacit/ckks/parameters.hpp"

namespace tacit::ckks {

/// A complete choice of moduli: what ParameterSpec leaves open, decided.
struct Chain {
    int log_ring_dimension = 0;
    int depth = 0;
    int scale_bits = 0;
    int integer_bits = 0;
    int security_bits = 0;
    std::size_t base_primes = 1;       ///< primes of level 0
    std::size_t primes_per_level = 1;  ///< primes that one rescaling takes off
    std::size_t digit_limbs = 1;       ///< alpha
    std::vector<std::uint64_t> primes;
    std::vector<std::uint64_t> special_primes;
};

/// Checks the ranges of a spec and fills in what it leaves open; see ParameterSpec.
[[nodiscard]] Chain choose_chain(const ParameterSpec& spec);

/// The same without the security limit (ring dimension 2^10 unless the spec says otherwise).
[[nodiscard]] Chain choose_insecure_chain(const ParameterSpec& spec);

[[nodiscard]] double log2_product(const std::vector<std::uint64_t>& primes);

}  // namespace tacit::ckks
