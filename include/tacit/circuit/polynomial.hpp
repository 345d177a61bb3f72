#pragma once

#include "tacit/circuit/expr.hpp"
#include "tacit/circuit/slots.hpp"
#include "tacit/polynomial/polynomial.hpp"

namespace tacit::circuit {

/// p(x) in every slot, at the smallest depth there is for a polynomial of its degree d: ceil(log2(d + 1)), products
/// with coefficients included; one less if d = 2^k and the last coefficient is 1.
///
/// Baby-step giant-step recursion of [PS73]: p = q V_s + r for the largest power of two s <= d, where V_s is x^s or a
/// multiple of T_s; what is short enough is a sum of coefficients times baby steps V_1, V_2, ... As in [BMTH21] only
/// the leading quotients, which have no level to spare, are taken apart further. Lengths are chosen for the fewest
/// products of encrypted values, by trying them: 5, 8, 13 and 18 at degrees 7, 15, 31 and 63. Odd and even polynomials
/// never make powers of the other kind; at the smallest depth that saves less than half: 5, 8, 12, 17 products for odd
/// ones of these degrees, 3, 6, 9, 14 for even ones of degrees 6, 14, 30, 62.
///
/// The Chebyshev basis costs no level for its interval [m - h, m + h]: the scaling is folded into the coefficients and
/// V_i is a multiple of T_i, of size 1 to 2 for h <= 2 and 2 (h/2)^i for h > 2. Where such sizes cost too much
/// precision, scale x to [-1, 1] before it is encrypted. Doublings are additions.
///
/// Cost of the choice itself: below 1 ms at degree 15, some 30 ms at degree 63. A constant p gives a constant.
[[nodiscard]] Expr evaluate(const polynomial::Polynomial& p, const Expr& x, Location where = Location::here());
/// The same operations at once, in the clear.
[[nodiscard]] Slots evaluate(const polynomial::Polynomial& p, const Slots& x);

}  // namespace tacit::circuit
