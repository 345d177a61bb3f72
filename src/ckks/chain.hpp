#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tacit/base/hash.hpp"
#include "tacit/ckks/parameters.hpp"

namespace tacit::ckks {

/// More primes = 1 (mod 2N) have a product above every entry of the security table.
inline constexpr std::size_t max_primes = 400;

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

/// Checks a complete chain that somebody else chose: ranges, counts, distinct primes = 1 (mod 2N), special modulus
/// not below a digit, scales near 2^scale_bits. Throws Error(invalid_argument). Security is not looked at.
void check_chain(const Chain& chain);

/// Throws Error(insecure_parameters) if log2 QP exceeds the table for chain.security_bits.
void check_security(const Chain& chain, Attacks attacks = Attacks::classical);

/// Delta of every level, level 0 first: 2^scale_bits at the top, then Delta_(l-1) = Delta_l^2 / (primes of level l).
/// A step's rounding counts once, in the product that it labels; recomputed otherwise (say, from sums of logarithms)
/// the recursion would double it at every level.
[[nodiscard]] std::vector<long double> exact_scales(const Chain& chain);

/// BLAKE2b-256 over everything that objects must agree on; see docs/formats.md.
[[nodiscard]] Digest fingerprint(const Chain& chain);

/// The q of all levels, then the special primes p.
[[nodiscard]] std::vector<std::uint64_t> all_primes(const Chain& chain);

[[nodiscard]] double log2_product(const std::vector<std::uint64_t>& primes);

}  // namespace tacit::ckks
