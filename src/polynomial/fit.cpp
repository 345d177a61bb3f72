#include "tacit/polynomial/fit.hpp"

#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

#include "polynomial/chebyshev.hpp"
#include "polynomial/samples.hpp"

namespace tacit::polynomial {

namespace {

constexpr std::size_t quadrature_nodes = 1024;

/// P_n(t) and P_{n-1}(t) by the three-term recurrence; n at least 1.
std::pair<double, double> legendre(std::size_t n, double t) {
    double previous = 1, current = t;
    for (std::size_t k = 1; k < n; ++k) {
        const auto m = static_cast<double>(k);
        previous = std::exchange(current, ((2 * m + 1) * t * current - m * previous) / (m + 1));
    }
    return {current, previous};
}

struct Node {
    double t = 0;
    double weight = 0;
};

/// The Gauss-Legendre rule: zeros of P_n by Newton's method, weights 2 / ((1 - t^2) P_n'(t)^2).
std::vector<Node> gauss_legendre(std::size_t n) {
    const auto size = static_cast<double>(n);
    std::vector<Node> nodes;
    for (std::size_t i = 0; i < n; ++i) {
        double t = std::cos(std::numbers::pi * (static_cast<double>(i) + 0.75) / (size + 0.5));
        double slope = 0;
        for (int round = 0; round < 8; ++round) {
            const auto [value, previous] = legendre(n, t);
            slope = size * (t * value - previous) / (t * t - 1);
            t -= value / slope;
        }
        nodes.push_back({t, 2 / ((1 - t * t) * slope * slope)});
    }
    return nodes;
}

/// sum a_k P_k(t)
double legendre_series(const std::vector<double>& a, double t) {
    double sum = a[0], previous = 1, current = t;
    for (std::size_t k = 1; k < a.size(); ++k) {
        sum += a[k] * current;
        const auto m = static_cast<double>(k);
        previous = std::exchange(current, ((2 * m + 1) * t * current - m * previous) / (m + 1));
    }
    return sum;
}

}  // namespace

Fit interpolate(const Function& f, int degree, const Interval& interval) {
    const Samples samples("interpolate", f, degree, interval);
    const std::size_t n = samples.degree() + 1;
    std::vector<double> values;
    for (std::size_t i = 0; i < n; ++i) values.push_back(samples(chebyshev_node(i, n)));
    return samples.finish(chebyshev_coefficients(values));
}

Fit least_squares(const Function& f, int degree, const Interval& interval) {
    const Samples samples("least_squares", f, degree, interval);
    static const std::vector<Node> nodes = gauss_legendre(quadrature_nodes);
    const std::size_t n = samples.degree() + 1;
    std::vector<double> series(n, 0.0);  // <f, P_k> (2k + 1) / 2
    for (const auto& [t, weight] : nodes) {
        const double value = samples(t) * weight;
        double previous = 1, current = t;
        series[0] += value / 2;
        for (std::size_t k = 1; k < n; ++k) {
            const auto m = static_cast<double>(k);
            series[k] += (2 * m + 1) / 2 * value * current;
            previous = std::exchange(current, ((2 * m + 1) * t * current - m * previous) / (m + 1));
        }
    }
    std::vector<double> values;
    for (std::size_t i = 0; i < n; ++i) values.push_back(legendre_series(series, chebyshev_node(i, n)));
    return samples.finish(chebyshev_coefficients(values));
}

}  // namespace tacit::polynomial
