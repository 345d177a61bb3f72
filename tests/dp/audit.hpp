#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <vector>

namespace tacit::dp {

/// How many samples a test takes: few, or TACIT_SOAK of them if that is set (1e7 takes minutes).
inline std::size_t soak_or(std::size_t few) {
    const char* soak = std::getenv("TACIT_SOAK");
    return soak == nullptr ? few : static_cast<std::size_t>(std::strtod(soak, nullptr));
}

inline constexpr double doubt = 1e-9;

/// P[Bin(n, p) >= k] by its incomplete beta function: the continued fraction of I_p(k, n - k + 1).
inline double binomial_tail(double n, double k, double p) {
    const double a = k;
    const double b = n - k + 1;
    if (k <= 0 || p >= 1) return 1;
    if (p <= 0) return 0;
    if (p > (a + 1) / (a + b + 2)) {
        // I_p(a, b) = 1 - I_{1-p}(b, a), whose fraction converges there
        return 1 - binomial_tail(n, n - k + 1, 1 - p);
    }
    const double front =
        std::exp(a * std::log(p) + b * std::log1p(-p) + std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b)) / a;
    double c = 1;
    double d = 1 - (a + b) * p / (a + 1);
    d = 1 / d;
    double fraction = d;
    for (int m = 1; m < 100000; ++m) {
        const double even = m * (b - m) * p / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1 / (1 + even * d);
        c = 1 + even / c;
        fraction *= d * c;
        const double odd = -(a + m) * (a + b + m) * p / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 / (1 + odd * d);
        c = 1 + odd / c;
        fraction *= d * c;
        if (std::abs(d * c - 1) < 1e-14) break;
    }
    return front * fraction;
}

/// The Clopper-Pearson bounds of a probability: exact but for `doubt`.
inline double at_least(double k, double n) {
    double low = 0;
    double high = k / n;
    for (int i = 0; i < 100; ++i) (binomial_tail(n, k, (low + high) / 2) > doubt ? high : low) = (low + high) / 2;
    return low;
}
inline double at_most(double k, double n) { return 1 - at_least(n - k, n); }

/// A lower bound on epsilon: the threshold event is chosen on the first tenth and judged on the rest.
inline double epsilon_at_least(const std::vector<double>& on, const std::vector<double>& off) {
    const std::size_t tenth = on.size() / 10;
    const auto share = [](auto first, auto last, double threshold) {
        return static_cast<double>(std::count_if(first, last, [&](double y) { return y >= threshold; }));
    };
    std::vector<double> thresholds(on.begin(), on.begin() + static_cast<std::ptrdiff_t>(tenth));
    std::ranges::sort(thresholds);
    double best = -1;
    double threshold = 0;
    for (const double quantile : {0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9}) {
        const double candidate = thresholds[static_cast<std::size_t>((1 - quantile) * static_cast<double>(tenth))];
        const auto cut = static_cast<std::ptrdiff_t>(tenth);
        const double a = share(on.begin(), on.begin() + cut, candidate);
        const double b = share(off.begin(), off.begin() + cut, candidate);
        const double score = std::log((a + 1) / (b + 1)) - 2 * std::sqrt(1 / (a + 1) + 1 / (b + 1));
        if (score > best) {
            best = score;
            threshold = candidate;
        }
    }
    const auto cut = static_cast<std::ptrdiff_t>(tenth);
    const auto n = static_cast<double>(on.size() - tenth);
    const double more = at_least(share(on.begin() + cut, on.end(), threshold), n);
    const double less = at_most(share(off.begin() + cut, off.end(), threshold), n);
    return std::log(more / less);
}

template <class Mechanism>
std::vector<double> outputs(const Mechanism& mechanism, std::size_t count = 400000) {
    std::vector<double> all(count);
    for (double& y : all) y = mechanism();
    return all;
}

}  // namespace tacit::dp
