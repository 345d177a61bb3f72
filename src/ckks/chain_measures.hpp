#pragma once

#include <cstddef>
#include <vector>

#include "ckks/chain.hpp"
#include "tacit/math/modulus.hpp"

namespace tacit::ckks {

// What choosing and checking a chain have in common.

inline constexpr int max_prime_bits = math::max_modulus_bits - 1;  // scale primes lie around 2^48 at most

[[nodiscard]] constexpr std::size_t ceil_div(std::size_t a, std::size_t b) { return (a + b - 1) / b; }

/// Throws Error(invalid_argument) naming the field unless low <= value <= high.
void require_range(const char* name, int value, int low, int high);
void check_limits(int depth, int scale_bits, int integer_bits);

/// How many bits level 0 is short of its scale, its sign and 2^integer_bits.
[[nodiscard]] double missing_base_bits(const Chain& chain);

/// The largest product of `digit_limbs` neighbouring primes, in bits.
[[nodiscard]] double largest_digit_bits(const Chain& chain);

/// log2 QP is within the table.
[[nodiscard]] bool is_secure(const Chain& chain, int security_bits, Attacks attacks);

/// log2 Delta_l - scale_bits for every level, level 0 first.
[[nodiscard]] std::vector<double> scale_drifts(const Chain& chain);

}  // namespace tacit::ckks
