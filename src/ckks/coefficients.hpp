#pragma once

#include <cstddef>

#include "ckks/context.hpp"
#include "tacit/ring/rns_poly.hpp"

namespace tacit::ckks {

/// The polynomial with coefficients round(scale * re[k]) at k N/(2n) and round(scale * im[k]) at N/2 + k N/(2n),
/// zero elsewhere, modulo the first `limbs` primes, in the evaluation domain. Overwrites re and im.
/// Throws invalid_argument if a coefficient exceeds half the modulus.
[[nodiscard]] ring::EvaluationPoly scaled_coefficients_to_rns(const Context& context, double* re, double* im,
                                                              std::size_t n, double scale, std::size_t limbs);

/// The inverse for full length n = N/2: centred coefficients of `poly` times `inverse_scale`.
void rns_to_scaled_coefficients(const Context& context, const ring::EvaluationPoly& poly, double inverse_scale,
                                double* re, double* im);

/// round(value) modulo a prime, balanced, for any finite double.
[[nodiscard]] double balanced_residue(long double value, const math::Modulus& p);

}  // namespace tacit::ckks
