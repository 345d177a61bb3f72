#pragma once

#include <cmath>
#include <limits>

namespace tacit::circuit {

// Sums and products of doubles with their rounding, without touching the rounding mode. Every function is exact where
// the operation is; -ffp-contract=off keeps each rounding where it is written.

/// A result and a bound on how far it is from the exact one.
struct Rounded {
    double value = 0;
    double error = 0;
};

inline constexpr double infinity = std::numeric_limits<double>::infinity();

/// The rounding error of s = a + b, exact unless s overflows (Knuth's two-sum).
inline double sum_error(double a, double b, double s) {
    const double b_rounded = s - a;
    return (a - (s - b_rounded)) + (b - b_rounded);
}

/// Below this a product's rounding error may itself underflow; it is then less than the least positive double.
inline constexpr double exact_product_above = 0x1p-960;

inline Rounded plus(double a, double b) {
    const double s = a + b;
    return {s, std::fabs(sum_error(a, b, s))};
}

inline Rounded times(double a, double b) {
    const double p = a * b;
    const double tiny = p > -exact_product_above && p < exact_product_above && a != 0 && b != 0
                            ? std::numeric_limits<double>::denorm_min()
                            : 0;
    return {p, std::fabs(std::fma(a, b, -p)) + tiny};
}

/// At least a + b; infinite where that overflows or is no number.
inline double plus_up(double a, double b) {
    const double s = a + b;
    if (std::isnan(s)) return infinity;
    return sum_error(a, b, s) > 0 ? std::nextafter(s, infinity) : s;
}
inline double plus_down(double a, double b) { return -plus_up(-a, -b); }

/// At least a b; 0 times infinity counts as infinite.
inline double times_up(double a, double b) {
    const auto [p, error] = times(a, b);
    if (std::isnan(p)) return infinity;
    return error != 0 ? std::nextafter(p, infinity) : p;
}
inline double times_down(double a, double b) { return -times_up(-a, b); }

}  // namespace tacit::circuit
