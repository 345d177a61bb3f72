#pragma once

#include "tacit/ckks/parameters.hpp"

/// Predicted errors, as standard deviations of one coefficient of the error polynomial in units of the encoded
/// polynomial (divide by the scale and multiply by sqrt(N) for the error of a slot). Averages over keys and
/// randomness after [CHKKS18], [HK20] and [KPP20]; independent errors add in squares (see `together`). Tests hold
/// them against measurements at every level for every operation.
///
/// `parties` is the number of owners of a collective key (threshold.hpp); 1 is an ordinary key. The collective secret
/// is a sum of so many ternary polynomials: its coefficients have variance 2 parties / 3 instead of 2/3.
namespace tacit::ckks::noise {

/// sqrt(a^2 + b^2): two independent errors in one sum.
[[nodiscard]] double together(double a, double b) noexcept;

/// The noise budget of values of a type: log2 of what is left of the modulus above the scale, Q_l / scale^power. Values
/// decrypt as long as they are smaller than 2^(budget - 1), their errors included. A multiplication with its rescaling
/// takes log2 of the scale; at level 0 the integer bits and a sign are left.
[[nodiscard]] double budget_bits(const Parameters& parameters, int level, int scale_power = 1);

/// Rounding of an encoded coefficient to an integer: uniform on [-1/2, 1/2].
[[nodiscard]] double encoding() noexcept;

/// A fresh encryption under the secret key: one error polynomial, sigma.
[[nodiscard]] double fresh_symmetric(const Parameters& parameters) noexcept;

/// A fresh encryption under the public key: v e + e0 + e1 s with v and s ternary, sigma sqrt(4N/3 + 1) [CHKKS18]. Of
/// several parties: e and s are sums, sigma sqrt(4N parties/3 + 1).
[[nodiscard]] double fresh_public(const Parameters& parameters, int parties = 1) noexcept;

/// Rounding r_0 + r_1 s (+ r_2 s^2) of a rescaling, each r uniform on [-1/2, 1/2]: sqrt((1 + 2N/3) / 12), and
/// 8 N^2 / 9 more under the root for degree 2, the mean square length of s^2. Of several parties: `parties` times 2N/3,
/// parties^2 times 8 N^2 / 9. Precondition: degree 1 or 2.
[[nodiscard]] double rescaling(const Parameters& parameters, int degree = 1, int parties = 1) noexcept;

/// What a key switch (rotation, conjugation) adds at a level: sum_j d_j e_j / P over the digits d_j, then the rounding
/// of the division by P [HK20]. The approximate mod up of balanced residues makes a digit of c primes with product D a
/// sum of c uniform terms: variance c D^2 / 12, so N sigma^2 sum_j c_j D_j^2 / (12 P^2) in all. Of several parties: the
/// e_j are sums, `parties` times that.
[[nodiscard]] double key_switching(const Parameters& parameters, int level, int parties = 1);

/// The same of a relinearisation. An ordinary key is one as any other; the errors e_j of a collective one are
/// s e_0 + u e_1 + e_2 with sums of ternary s and u, of variance sigma^2 parties (4N parties/3 + 3) [MTBH21].
[[nodiscard]] double relinearization(const Parameters& parameters, int level, int parties = 1);

/// What relinearize_rescale adds to the rescaled error: the digits' part of the relinearisation at `level` divided by
/// the primes of the level as well, and one rounding for both divisions. Precondition: level above 0.
[[nodiscard]] double fused_relinearization(const Parameters& parameters, int level, int parties = 1);

/// An error after the division by the primes of `level`, without the rounding. Precondition: level above 0.
[[nodiscard]] double divided(const Parameters& parameters, int level, double error);

/// drop_level: the error times the ratio of the scales, and one rounding if the level changes.
[[nodiscard]] double dropped(const Parameters& parameters, int from, int to, double error, int degree = 1,
                             int parties = 1);

/// A message or plaintext polynomial and the error on it: standard deviations of their coefficients.
struct Coefficients {
    double message = 0;
    double error = 0;
};

/// The error m_a e_b + m_b e_a + e_a e_b of a product of independent random polynomials (before any rescaling);
/// each coefficient of a product sums N terms. A plaintext factor has its encoding error, or none if it is exact.
[[nodiscard]] double product(const Parameters& parameters, const Coefficients& a, const Coefficients& b) noexcept;

}  // namespace tacit::ckks::noise
