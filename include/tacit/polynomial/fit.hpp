#pragma once

#include <functional>

#include "tacit/polynomial/polynomial.hpp"

namespace tacit::polynomial {

/// A function to approximate: finite on the whole interval.
using Function = std::function<double(double)>;

/// A polynomial in the Chebyshev basis and how far it strays.
struct Fit {
    Polynomial polynomial;
    double largest_error = 0;  ///< the largest |f - p| met on a grid of 32 points per degree, refined between them
};

// Degrees 0 to 255. Where f is even about the midpoint, or odd up to a constant, so is the polynomial, exactly: every
// second coefficient is 0. Errors are `invalid_argument`: a degree or an interval out of range, a value of f that is
// not finite.

/// Interpolates in the degree + 1 Chebyshev nodes: within a factor 2 + 2/pi log(degree + 1) of the best possible error
/// [Tre19]. Cost: degree + 1 values, O(degree^2).
[[nodiscard]] Fit interpolate(const Function& f, int degree, const Interval& interval);

/// Minimises the integral of (f - p)^2 over the interval, by Legendre series; inner products by Gauss quadrature with
/// 1024 nodes. Small on average, larger at the ends. Cost: 1024 values, O(1024 degree).
[[nodiscard]] Fit least_squares(const Function& f, int degree, const Interval& interval);

/// Minimises the largest |f - p|, by Remez' exchange [Tre19], to nine digits of that error and 1e-14 of the largest
/// |f|. f has to be continuous; `invalid_argument` if the exchange does not settle. Cost: O(degree^3) and 32 degree
/// values per round, some ten rounds.
[[nodiscard]] Fit minimax(const Function& f, int degree, const Interval& interval);

}  // namespace tacit::polynomial
