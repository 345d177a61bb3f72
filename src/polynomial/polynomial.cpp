#include "tacit/polynomial/polynomial.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/fail.hpp"
#include "polynomial/chebyshev.hpp"

namespace tacit::polynomial {

void require_interval(const char* operation, const Interval& interval) {
    if (!std::isfinite(interval.lower) || !std::isfinite(interval.upper) || !(interval.lower < interval.upper)) {
        fail(ErrorCode::invalid_argument, "{}: [{}, {}] is no interval; give two finite ends, the smaller first",
             operation, interval.lower, interval.upper);
    }
}

double clenshaw(std::span<const double> coefficients, double t) noexcept {
    double b1 = 0, b2 = 0;
    for (std::size_t i = coefficients.size(); i-- > 1;) b2 = std::exchange(b1, coefficients[i] + 2 * t * b1 - b2);
    return coefficients[0] + t * b1 - b2;
}

std::vector<double> chebyshev_coefficients(std::span<const double> values) {
    const std::size_t n = values.size();
    std::vector<double> coefficients(n);
    for (std::size_t k = 0; k < n; ++k) {
        double sum = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const double angle = std::numbers::pi * (static_cast<double>(i) + 0.5) / static_cast<double>(n);
            sum += values[i] * std::cos(static_cast<double>(k) * angle);
        }
        coefficients[k] = (k == 0 ? 1 : 2) * sum / static_cast<double>(n);
    }
    return coefficients;
}

Polynomial::Polynomial(Basis basis, std::vector<double> coefficients, Interval interval)
    : basis_(basis), coefficients_(std::move(coefficients)), interval_(interval) {
    if (coefficients_.empty()) {
        fail(ErrorCode::invalid_argument, "polynomial: there are no coefficients; give one, 0 for the polynomial 0");
    }
    const auto bad = std::ranges::find_if(coefficients_, [](double c) { return !std::isfinite(c); });
    if (bad != coefficients_.end()) {
        fail(ErrorCode::invalid_argument, "polynomial: coefficient {} is {}; every coefficient must be finite",
             bad - coefficients_.begin(), *bad);
    }
    require_interval("polynomial", interval);
    while (coefficients_.size() > 1 && coefficients_.back() == 0) coefficients_.pop_back();
}

Polynomial Polynomial::power(std::vector<double> coefficients) {
    return {Basis::power, std::move(coefficients), {-1, 1}};
}

Polynomial Polynomial::chebyshev(std::vector<double> coefficients, Interval interval) {
    return {Basis::chebyshev, std::move(coefficients), interval};
}

double Polynomial::operator()(double x) const noexcept {
    if (basis_ == Basis::chebyshev) {
        return clenshaw(coefficients_, (x - interval_.midpoint()) / interval_.half_width());
    }
    double value = 0;
    for (std::size_t i = coefficients_.size(); i-- > 0;) value = value * x + coefficients_[i];
    return value;
}

namespace {

/// p * (a x + b)
std::vector<double> times_line(std::span<const double> p, double a, double b) {
    std::vector<double> product(p.size() + 1, 0.0);
    for (std::size_t i = 0; i < p.size(); ++i) {
        product[i] += b * p[i];
        product[i + 1] += a * p[i];
    }
    return product;
}

}  // namespace

Polynomial Polynomial::in_power_basis() const {
    if (basis_ == Basis::power) return *this;
    const double a = 1 / interval_.half_width(), b = -interval_.midpoint() / interval_.half_width();
    std::vector<double> sum(coefficients_.size(), 0.0);
    std::vector<double> previous, current{1.0};  // T_{i-1} and T_i in powers of x
    for (std::size_t i = 0; i < coefficients_.size(); ++i) {
        for (std::size_t k = 0; k < current.size(); ++k) sum[k] += coefficients_[i] * current[k];
        std::vector<double> next = i == 0 ? times_line(current, a, b) : times_line(current, 2 * a, 2 * b);
        for (std::size_t k = 0; k < previous.size(); ++k) next[k] -= previous[k];
        previous = std::exchange(current, std::move(next));
    }
    return power(std::move(sum));
}

}  // namespace tacit::polynomial
