#pragma once

#include <cstddef>
#include <span>

#include "ckks/context.hpp"
#include "tacit/ring/rns_poly.hpp"

namespace tacit::ckks {

/// The polynomial with coefficients round(scale * re[k]) at k N/(2n) and round(scale * im[k]) at N/2 + k N/(2n),
/// zero elsewhere, modulo the first `limbs` primes, in the evaluation domain. Overwrites re and im.
/// Throws invalid_argument if a coefficient exceeds half the modulus.
[[nodiscard]] ring::EvaluationPoly scaled_coefficients_to_rns(const Context& context, double* re, double* im,
                                                              std::size_t n, double scale, std::size_t limbs);

/// Scales coefficients and rounds them to integers in place; whether all are below 2^51, as the fast reduction wants.
/// Throws invalid_argument if one exceeds half the product of the first `limbs` primes.
[[nodiscard]] bool round_coefficients(const Context& context, double* re, double* im, std::size_t n, double scale,
                                      std::size_t limbs);

/// The polynomial with the rounded coefficients re[k] at k N/(2n) and im[k] at N/2 + k N/(2n), modulo one prime, in
/// coefficients.
void reduce_coefficients(double* row, std::size_t dimension, std::span<const double> re, std::span<const double> im,
                         bool below_2_51, const math::Modulus& p);

/// The inverse for full length n = N/2: centred coefficients of `poly` times `inverse_scale`.
void rns_to_scaled_coefficients(const Context& context, const ring::EvaluationPoly& poly, double inverse_scale,
                                double* re, double* im);

/// round(value) modulo a prime, balanced, for any finite double.
[[nodiscard]] double balanced_residue(long double value, const math::Modulus& p);

}  // namespace tacit::ckks
