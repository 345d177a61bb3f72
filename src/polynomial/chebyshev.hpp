#pragma once

#include <cmath>
#include <functional>
#include <numbers>
#include <span>
#include <vector>

namespace tacit::polynomial {

/// sum c_i T_i(t), by Clenshaw's rule.
[[nodiscard]] double clenshaw(std::span<const double> coefficients, double t) noexcept;

/// The i-th of n Chebyshev nodes, the zeros of T_n, from 1 down to -1.
[[nodiscard]] inline double chebyshev_node(std::size_t i, std::size_t n) {
    return std::cos(std::numbers::pi * (static_cast<double>(i) + 0.5) / static_cast<double>(n));
}

/// The i-th of n + 1 points where |T_n| is 1, from 1 down to -1.
[[nodiscard]] inline double chebyshev_extremum(std::size_t i, std::size_t n) {
    return std::cos(std::numbers::pi * static_cast<double>(i) / static_cast<double>(n));
}

/// The coefficients of the interpolant in n = values.size() Chebyshev nodes.
[[nodiscard]] std::vector<double> chebyshev_coefficients(std::span<const double> values);

}  // namespace tacit::polynomial
