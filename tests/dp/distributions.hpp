#pragma once

#include <cmath>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace tacit::dp {

/// The upper tail of the chi-square distribution, by its series and continued fraction.
inline double chi_square_tail(double statistic, double freedom) {
    const double a = freedom / 2;
    const double x = statistic / 2;
    const double front = std::exp(-x + a * std::log(x) - std::lgamma(a));
    if (x < a + 1) {
        double term = 1 / a;
        double sum = term;
        for (double n = a + 1; term > sum * 1e-16; ++n) sum += term *= x / n;
        return 1 - front * sum;
    }
    double b = x + 1 - a;
    double c = 1e300;
    double d = 1 / b;
    double fraction = d;
    for (int i = 1; i < 10000; ++i) {
        const double an = -i * (i - a);
        b += 2;
        d = 1 / (an * d + b);
        c = b + an / c;
        fraction *= d * c;
        if (std::abs(d * c - 1) < 1e-15) break;
    }
    return front * fraction;
}

/// p-value of samples against an exact pmf; cells expected fewer than 20 times are taken together.
template <class Pmf>
double chi_square_p_value(std::span<const std::int64_t> samples, const Pmf& pmf, std::int64_t low, std::int64_t high) {
    std::map<std::int64_t, double> seen;
    for (const std::int64_t sample : samples) ++seen[sample];
    const auto n = static_cast<double>(samples.size());
    double statistic = 0;
    double cells = 0;
    double counted = 0;
    double expected_so_far = 0;
    for (std::int64_t k = low; k <= high; ++k) {
        const double expected = n * pmf(k);
        if (expected < 20) continue;
        const auto found = seen.find(k);
        const double got = found == seen.end() ? 0 : found->second;
        statistic += (got - expected) * (got - expected) / expected;
        counted += got;
        expected_so_far += expected;
        ++cells;
    }
    const double rest = n - expected_so_far;
    if (rest > 5) statistic += (n - counted - rest) * (n - counted - rest) / rest;
    return chi_square_tail(statistic, cells - (rest > 5 ? 0 : 1));
}

/// P[Y = k] of the discrete Laplace distribution, q = e^-rate.
inline double discrete_laplace_pmf(double rate, std::int64_t k) {
    const double q = std::exp(-rate);
    return -std::expm1(-rate) / (1 + q) * std::exp(-rate * static_cast<double>(k < 0 ? -k : k));
}

}  // namespace tacit::dp
