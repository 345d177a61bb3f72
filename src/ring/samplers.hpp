#pragma once

#include <cstddef>
#include <cstdint>

#include "tacit/base/random.hpp"
#include "tacit/math/modulus.hpp"

namespace tacit::ring {

/// Uniform residues mod p, exactly (Lemire's method with rejection, about 2^-15 of the words), balanced.
/// Public values only: the number of words drawn depends on them. The expansion of a public seed is part of
/// the file formats: words from the stream in order, r = floor(w p / 2^64), rejected if w p mod 2^64 < 2^64 mod p.
void sample_uniform(double* out, std::size_t n, const math::Modulus& p, Rng& rng);

/// Ternary coefficients, each of -1, 0, 1 with probability 1/3 up to 2^-63. No branch or index depends on them.
void sample_ternary(double* out, std::size_t n, Rng& rng);

/// Errors of the centred binomial distribution over 21 pairs of bits, standard deviation sqrt(21/2) = 3.24,
/// |e| <= 21: the stand-in for a rounded Gaussian with sigma = 3.19 [HES18]. Constant time.
void sample_error(double* out, std::size_t n, Rng& rng);

inline constexpr double error_standard_deviation = 3.2403703492039302;  // sqrt(10.5)

}  // namespace tacit::ring
