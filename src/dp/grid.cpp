#include <cmath>

#include "base/fail.hpp"
#include "tacit/dp/domains.hpp"

namespace tacit::dp {

namespace {

constexpr double largest_index = 4503599627370496.0;  // 2^52: exact as a double, and so is twice it

/// A bound in steps; what decimals lose in doubles is put right.
double in_steps(double bound, const Cost& step) {
    const double steps = bound * static_cast<double>(step.denominator()) / static_cast<double>(step.numerator());
    const double whole = std::nearbyint(steps);
    return std::abs(steps - whole) <= 1e-9 * std::max(1.0, std::abs(whole)) ? whole : steps;
}

}  // namespace

Grid Grid::between(double low, double high, const Cost& step) {
    if (!std::isfinite(low) || !std::isfinite(high) || !(low < high)) {
        fail(ErrorCode::invalid_argument,
             "bounds {} to {} are not finite and in order; what one row can change has no limit then. State bounds "
             "that you know without looking at the data",
             low, high);
    }
    if (step.is_zero()) fail(ErrorCode::invalid_argument, "a grid from {} to {} needs a step above 0", low, high);
    const double first = std::ceil(in_steps(low, step));
    const double last = std::floor(in_steps(high, step));
    if (!(std::abs(first) <= largest_index) || !(std::abs(last) <= largest_index)) {
        fail(ErrorCode::invalid_argument, "{} to {} in steps of {} takes more than 2^52 steps; take larger steps", low,
             high, to_string(step));
    }
    if (!(first < last)) {
        fail(ErrorCode::invalid_argument, "fewer than two multiples of {} are between {} and {}; take smaller steps",
             to_string(step), low, high);
    }
    Grid grid;
    grid.low_index_ = static_cast<std::int64_t>(first);
    grid.high_index_ = static_cast<std::int64_t>(last);
    grid.step_ = step;
    return grid;
}

double Grid::value(double index) const noexcept {
    return index * static_cast<double>(step_.numerator()) / static_cast<double>(step_.denominator());
}

std::int64_t Grid::nearest(double number) const noexcept {
    const double steps =
        std::nearbyint(number * static_cast<double>(step_.denominator()) / static_cast<double>(step_.numerator()));
    const auto low = static_cast<double>(low_index_);
    const auto high = static_cast<double>(high_index_);
    const double above = steps > low ? steps : low;  // NaN is not above anything
    return static_cast<std::int64_t>(above < high ? above : high);
}

std::string Grid::text() const {
    return fmt::format("{:.15g} to {:.15g} in steps of {}", value(static_cast<double>(low_index_)),
                       value(static_cast<double>(high_index_)), to_string(step_));
}

}  // namespace tacit::dp
