#include "polynomial/samples.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/fail.hpp"
#include "polynomial/chebyshev.hpp"

namespace tacit::polynomial {

namespace {

constexpr int most_degrees = 255;
constexpr std::size_t points_per_degree = 32;

}  // namespace

Samples::Samples(const char* operation, const Function& f, int degree, const Interval& interval)
    : operation_(operation), f_(f), degree_(static_cast<std::size_t>(degree)), interval_(interval) {
    if (degree < 0 || degree > most_degrees) {
        fail(ErrorCode::invalid_argument, "{}: degree {} is outside 0 to {}; choose one inside", operation, degree,
             most_degrees);
    }
    require_interval(operation, interval);
    const std::size_t points = points_per_degree * (degree_ + 2);
    for (std::size_t i = 0; i <= points; ++i) {
        grid_.push_back(chebyshev_extremum(i, points));
        values_.push_back((*this)(grid_.back()));
        magnitude_ = std::max(magnitude_, std::fabs(values_.back()));
    }
}

double Samples::operator()(double t) const {
    const double x = std::clamp(interval_.midpoint() + t * interval_.half_width(), interval_.lower, interval_.upper);
    const double value = f_(x);
    if (!std::isfinite(value)) {
        fail(ErrorCode::invalid_argument, "{}: the function is {} at {}; choose an interval where it is finite",
             operation_, value, x);
    }
    return value;
}

Samples::Symmetry Samples::symmetry() const {
    const double tolerance = 8 * std::numeric_limits<double>::epsilon() * magnitude_;
    const std::size_t last = grid_.size() - 1;
    const double twice_middle = 2 * values_[last / 2];
    bool even = true, odd = true;
    for (std::size_t i = 0; i < last / 2; ++i) {
        even = even && std::fabs(values_[i] - values_[last - i]) <= tolerance;
        odd = odd && std::fabs(values_[i] + values_[last - i] - twice_middle) <= tolerance;
    }
    return even ? Symmetry::even : odd ? Symmetry::odd_up_to_constant : Symmetry::none;
}

double Samples::refine(const std::vector<double>& coefficients, std::size_t at) const {
    const auto error = [&](double t) { return std::fabs((*this)(t)-clenshaw(coefficients, t)); };
    double high = grid_[at == 0 ? 0 : at - 1], low = grid_[std::min(at + 1, grid_.size() - 1)];
    double best = grid_[at];
    double largest = error(best);
    for (int round = 0; round < 40; ++round) {  // ternary search: the error has one extremum between grid points
        const double left = low + (high - low) / 3, right = high - (high - low) / 3;
        const double at_left = error(left), at_right = error(right);
        if (std::max(at_left, at_right) > largest) {
            best = at_left > at_right ? left : right;
            largest = std::max(at_left, at_right);
        }
        (at_left < at_right ? low : high) = at_left < at_right ? left : right;
    }
    return best;
}

Fit Samples::finish(std::vector<double> coefficients) const {
    const Symmetry kind = symmetry();
    if (kind != Symmetry::none) {
        for (std::size_t i = kind == Symmetry::even ? 1 : 2; i < coefficients.size(); i += 2) coefficients[i] = 0;
    }
    std::size_t worst = 0;
    double largest = 0;
    for (std::size_t i = 0; i < grid_.size(); ++i) {
        const double error = std::fabs(values_[i] - clenshaw(coefficients, grid_[i]));
        if (error > largest) worst = i;
        largest = std::max(largest, error);
    }
    const double at = refine(coefficients, worst);
    largest = std::max(largest, std::fabs((*this)(at)-clenshaw(coefficients, at)));
    return {Polynomial::chebyshev(std::move(coefficients), interval_), largest};
}

}  // namespace tacit::polynomial
