#include "tacit/dp/privacy_loss.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "base/fail.hpp"
#include "dp/loss_sum.hpp"

namespace tacit::dp {

namespace {

constexpr std::uint64_t most_mechanisms = 1000000;
constexpr std::int64_t most_points = std::int64_t{1} << 22;

/// Mechanisms with one pair together: a transform for each pair and not for each mechanism.
std::vector<CountedPair> grouped(std::span<const CountedPair> mechanisms) {
    std::vector<CountedPair> groups;
    std::uint64_t total = 0;
    for (const CountedPair& one : mechanisms) {
        total = one.count > most_mechanisms ? most_mechanisms + 1 : total + one.count;
        if (one.count == 0 || total > most_mechanisms) break;
        const auto same = std::ranges::find(groups, one.pair, &CountedPair::pair);
        if (same == groups.end()) {
            groups.push_back(one);
        } else {
            same->count += one.count;
        }
    }
    if (total == 0 || total > most_mechanisms || mechanisms.back().count == 0) {
        fail(ErrorCode::invalid_argument, "a plan has 1 to {} mechanisms and none of them 0 times; split it",
             most_mechanisms);
    }
    return groups;
}

/// The largest fraction that both are multiples of, 0 if its parts do not fit.
Cost common_unit(const Cost& a, const Cost& b) {
    __extension__ using Wide = unsigned __int128;
    const std::uint64_t denominators = std::gcd(a.denominator(), b.denominator());
    const Wide denominator = Wide{a.denominator() / denominators} * b.denominator();
    if (denominator > std::uint64_t{1} << 62) return {};
    return Cost::ratio(std::gcd(a.numerator(), b.numerator()), static_cast<std::uint64_t>(denominator));
}

/// A step for which splitting outcomes adds at most a hundred-thousandth to the variance of the sum, and that divides
/// the losses of all discrete mechanisms where they have them so far apart.
double choose_step(std::span<const CountedPair> groups) {
    double variance = 0;
    double count = 0;
    double least = 0;  // samples have large losses, rarely
    for (const CountedPair& one : groups) {
        variance += 2 * static_cast<double>(one.count) * rough_mean_loss(one.pair);
        count += static_cast<double>(one.count);
        least = std::max(least, reach_of_sample(one.pair) * 0x1p-18);
    }
    const double smooth = std::sqrt(variance) * std::min(std::sqrt(4e-5 / count), 0x1p-11);
    const double most = std::max(smooth, least);
    Cost unit;
    for (const CountedPair& one : groups) {
        const Cost own = unit_of_losses(one.pair);
        if (own.approximate() < most) continue;
        unit = unit.is_zero() ? own : common_unit(unit, own);
        if (unit.approximate() < most) return most;
    }
    return unit.is_zero() ? most : unit.approximate() / std::ceil(unit.approximate() / most);
}

std::vector<CountedGrid> discretise_all(std::span<const CountedPair> groups, double step, Row row) {
    std::vector<CountedGrid> grids;
    grids.reserve(groups.size());
    for (const CountedPair& one : groups) grids.push_back({discretise(one.pair, step, row), one.count});
    return grids;
}

/// The theta at which `falls(cumulant, theta)` turns from true to false, within a hundredth: any theta gives bounds,
/// one near the best gives narrow ones.
template <class Condition>
double find_theta(std::span<const CountedGrid> grids, const Condition& condition) {
    const double step = grids.front().grid.step;
    const double deviation = std::max(std::sqrt(std::max(cumulant(grids, 0).variance, 0.0)), step);
    double low = 1e-3 / deviation;
    double high = std::min(1 / step, 1e4 / deviation);
    for (int i = 0; i < 40 && high > 1.01 * low; ++i) {
        const double middle = std::sqrt(low * high);
        (condition(cumulant(grids, middle), middle) ? low : high) = middle;
    }
    return low;
}

template <class Condition>
LossSum sum_losses(std::span<const CountedPair> groups, Row row, const Condition& condition) {
    for (double step = choose_step(groups);; step *= 2) {
        const std::vector<CountedGrid> grids = discretise_all(groups, step, row);
        const double theta = find_theta(grids, condition);
        const LossWindow window = window_of(grids, theta);
        if (window.points() <= most_points) return {grids, theta, window};
    }
}

/// The worse of the two rows that neighbours may differ in; one of them stands for both where pairs are symmetric.
template <class BoundsOf>
Bounds worse_row(std::span<const CountedPair> mechanisms, const BoundsOf& bounds_of) {
    const std::vector<CountedPair> groups = grouped(mechanisms);
    const Bounds goes = bounds_of(groups, Row::goes);
    if (std::ranges::none_of(groups, &DominatingPair::is_sampled, &CountedPair::pair)) return goes;
    const Bounds comes = bounds_of(groups, Row::comes);
    return {std::max(goes.low, comes.low), std::max(goes.high, comes.high)};
}

}  // namespace

Bounds epsilon_of(std::span<const CountedPair> mechanisms, double delta) {
    if (!(delta > 0 && delta < 1)) {
        fail(ErrorCode::invalid_argument, "delta is {} and must be above 0 and below 1; 1e-6 is usual", delta);
    }
    const double wanted = std::log(delta);
    // Where e^(cumulant - theta epsilon), which bounds delta, is the delta that is asked for.
    const auto near = [&](const Cumulant& at, double theta) { return at.value - theta * at.mean > wanted; };
    return worse_row(mechanisms, [&](std::span<const CountedPair> groups, Row row) {
        return sum_losses(groups, row, near).epsilon(delta);
    });
}

Bounds delta_of(std::span<const CountedPair> mechanisms, double epsilon) {
    if (!(epsilon >= 0 && epsilon <= 1e6)) {
        fail(ErrorCode::invalid_argument, "epsilon is {} and must be within 0 and 10^6", epsilon);
    }
    const auto near = [&](const Cumulant& at, double) { return at.mean < epsilon; };
    return worse_row(mechanisms, [&](std::span<const CountedPair> groups, Row row) {
        return sum_losses(groups, row, near).delta(epsilon);
    });
}

}  // namespace tacit::dp
