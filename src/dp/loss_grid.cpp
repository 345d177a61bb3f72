#include "dp/loss_grid.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

namespace tacit::dp {

namespace {

constexpr double unit_roundoff = 0x1p-53;
/// Standard deviations of normal noise beyond which all mass counts as an infinite loss; it is less than 2^-180.
constexpr double reach = 16;
constexpr double beyond_reach = 0x1p-180;
/// Of Gauss-Legendre on five points over cells of at most 1/32 of the noise's scale; see the proof.
constexpr double quadrature_error = 0x1p-40;

struct Node {
    double at;      ///< in -1 .. 1
    double weight;  ///< of total 2
};
constexpr std::array<Node, 5> gauss_legendre{{{-0.9061798459386640, 0.2369268850561891},
                                              {-0.5384693101056831, 0.4786286704993665},
                                              {0.0, 0.5688888888888889},
                                              {0.5384693101056831, 0.4786286704993665},
                                              {0.9061798459386640, 0.2369268850561891}}};

/// Splits every outcome between the two grid points around its loss.
class Splitter {
public:
    Splitter(double step, double lowest, double highest) : whole_(std::expm1(-step)) {
        grid_.step = step;
        grid_.first = static_cast<std::int64_t>(std::floor(lowest / step)) - 1;
        const auto last = static_cast<std::int64_t>(std::floor(highest / step)) + 2;
        grid_.over.resize(static_cast<std::size_t>(last - grid_.first + 1));
        second_.resize(grid_.over.size());
        grid_.loss_error = 16 * unit_roundoff * (1 + std::max(std::abs(lowest), std::abs(highest)));
        grid_.mass_error = 64 * unit_roundoff;
    }

    /// An outcome of probability p under the one distribution and p e^-loss under the other. Its parts on both points
    /// keep both probabilities [DGKKM22]. A loss that is a point but for rounding stays whole.
    void add(double p, double loss) {
        const double nearest = std::round(loss / grid_.step);
        const bool whole = std::abs(loss - nearest * grid_.step) <= grid_.loss_error / 2;
        const double below = whole ? nearest : std::floor(loss / grid_.step);
        const double rest = whole ? 0 : std::expm1(below * grid_.step - loss);  // e^-(distance from below) - 1
        const double upper = std::clamp(rest / whole_, 0.0, 1.0);
        const auto i = static_cast<std::size_t>(static_cast<std::int64_t>(below) - grid_.first);
        const double ratio = 1 + rest;  // of the second probability, against what the point below stands for
        grid_.over[i] += p * (1 - upper);
        second_[i] += p * (1 - upper) * ratio;
        grid_.over[i + 1] += p * upper;
        second_[i + 1] += p * upper * ratio / (1 + whole_);
    }

    [[nodiscard]] LossGrid finish(double infinite, double more_mass_error) {
        grid_.infinite_over = infinite;
        grid_.mass_error += more_mass_error;
        grid_.under = grid_.over;
        for (std::size_t i = 0; i < grid_.under.size(); ++i) lower(i);
        return std::move(grid_);
    }

private:
    /// What came together at a point counts as one outcome, which tells less than the outcomes did. If its loss is
    /// above the point's, it is counted as the point's. If it is below, outcomes of higher points are taken in until it
    /// is not; failing that, it goes to the point below.
    void lower(std::size_t i) {
        double lacking = second_[i] - grid_.under[i];
        if (lacking <= 0) return;
        for (source_ = std::max(source_, i + 1); source_ < second_.size(); ++source_) {
            double& from = grid_.under[source_];
            if (from <= 0) continue;
            const double share = second_[source_] / from;
            const double gain = 1 - share * std::exp(-grid_.step * static_cast<double>(source_ - i));
            if (gain <= 0) continue;
            const double taken = std::min(lacking / gain, from);
            from = std::max(0.0, from - taken - 8 * unit_roundoff * from);
            second_[source_] = share * from;
            grid_.under[i] += taken;
            lacking -= taken * gain;
            if (from > 0) return;
        }
        if (i > 0) grid_.under[i - 1] += grid_.under[i];
        grid_.under[i] = 0;
    }

    LossGrid grid_;
    double whole_;
    std::vector<double> second_;  ///< second probabilities times e^loss of the point
    std::size_t source_ = 0;      ///< where lower() takes from
};

/// Adds the outcomes x in low .. high of a density, whose loss is start - slope * x, in cells that end where a grid
/// point is and have at most 1/32 of the unit.
template <class Density>
void integrate(Splitter& into, double low, double high, double start, double slope, double step,
               const Density& density) {
    const double cell = step / slope;
    double from = low;
    // Cells end where start - slope * x is a multiple of the step.
    double next = (start - step * (std::ceil((start - slope * low) / step) - 1)) / slope;
    for (double edge = 1; from < high; ++edge) {
        const double to = std::min(next, high);
        const double parts = std::max(1.0, std::ceil((to - from) * 32));
        const double half = (to - from) / (2 * parts);
        for (double part = 0; part < parts; ++part) {
            for (const Node& node : gauss_legendre) {
                const double x = from + half * (2 * part + 1 + node.at);
                into.add(half * node.weight * density(x), start - slope * x);
            }
        }
        from = to;
        next = (start - step * (std::ceil((start - slope * low) / step) - 1 - edge)) / slope;
        if (next <= from) next = from + cell;
    }
}

LossGrid of_approximate(double epsilon, double delta, double step) {
    Splitter out(step, -epsilon, epsilon);
    const double heads = 1 / (1 + std::exp(-epsilon));
    out.add((1 - delta) * heads, epsilon);
    out.add((1 - delta) * std::exp(-epsilon) * heads, -epsilon);
    LossGrid grid = out.finish(delta * (1 + 4 * unit_roundoff), 0);
    grid.infinite_under = delta * (1 - 4 * unit_roundoff);
    return grid;
}

LossGrid of_laplace(double epsilon, double step) {
    Splitter out(step, -epsilon, epsilon);
    out.add(0.5, epsilon);
    out.add(0.5 * std::exp(-epsilon), -epsilon);
    integrate(out, 0, epsilon, epsilon, 2, step, [](double x) { return 0.5 * std::exp(-x); });
    return out.finish(0, quadrature_error);
}

/// Losses have the density e^(loss/2) / (4 sinh(epsilon/2)) between -epsilon and epsilon; see the proof.
LossGrid of_exponential(double epsilon, double step) {
    Splitter out(step, -epsilon, epsilon);
    const double peak = -0.5 / std::expm1(-epsilon);
    integrate(out, 0, 2 * epsilon, epsilon, 1, step, [&](double x) { return peak * std::exp(-x / 2); });
    return out.finish(0, quadrature_error);
}

LossGrid of_gaussian(double sigma, double step) {
    const double mu = 1 / sigma;
    Splitter out(step, mu * mu / 2 - mu * reach, mu * mu / 2 + mu * reach);
    const double peak = 1 / std::sqrt(2 * std::numbers::pi);
    integrate(out, -reach, reach, mu * mu / 2, mu, step, [&](double x) { return peak * std::exp(-x * x / 2); });
    return out.finish(beyond_reach, quadrature_error);
}

LossGrid of_discrete_laplace(const Cost& scale, std::uint64_t distance, double step) {
    const double rate = static_cast<double>(scale.denominator()) / static_cast<double>(scale.numerator());
    const double far = rate * static_cast<double>(distance);
    Splitter out(step, -far, far);
    const double q = std::exp(-rate);
    const double outside = 1 / (1 + q);
    out.add(outside, far);
    out.add(outside * std::exp(-far), -far);
    const double peak = -std::expm1(-rate) * outside;
    for (std::uint64_t y = 1; y < distance; ++y) {
        const auto x = static_cast<double>(y);
        out.add(peak * std::exp(-rate * x), far - 2 * rate * x);
    }
    return out.finish(0, far * 8 * unit_roundoff);
}

/// The sum of e^(-y^2 / (2 variance)) over all integers, by Poisson summation.
double discrete_gaussian_total(double variance) {
    const double wave = -2 * std::numbers::pi * std::numbers::pi * variance;
    return std::sqrt(variance * 2 * std::numbers::pi) * (1 + 2 * std::exp(wave) + 2 * std::exp(4 * wave));
}

LossGrid of_discrete_gaussian(double variance, double distance, double step) {
    const double sigma = std::sqrt(variance);
    const double furthest = std::ceil(reach * sigma);
    const double slope = distance / variance;
    const double start = slope * distance / 2;
    Splitter out(step, start - slope * furthest, start + slope * furthest);
    const double total = discrete_gaussian_total(variance);
    for (double y = -furthest; y <= furthest; ++y) {
        out.add(std::exp(-y * y / (2 * variance)) / total, start - slope * y);
    }
    return out.finish(beyond_reach, 4 * reach * reach * unit_roundoff);
}

/// The losses of a mechanism on a sample, from those of the mechanism.
class SampledLosses {
public:
    SampledLosses(double rate, Row row) : rate_(rate), row_(row) {}
    [[nodiscard]] double loss(double of_pair) const noexcept {
        const double gone = std::log1p(rate_ * std::expm1(of_pair));
        return row_ == Row::goes ? gone : -gone;
    }
    /// The pair's loss for a loss on the sample; nothing below or above gives one that is out of range.
    [[nodiscard]] double of_pair(double loss) const noexcept {
        const double gone = std::expm1(row_ == Row::goes ? loss : -loss) / rate_;
        return gone <= -1 ? -infinite : std::log1p(gone);
    }
    /// The density of the first distribution, from the logarithm of the pair's first density.
    [[nodiscard]] double density(double log_density, double of_pair) const noexcept {
        const double without = std::exp(log_density - of_pair);
        return row_ == Row::goes ? (1 - rate_) * without + rate_ * std::exp(log_density) : without;
    }
    static constexpr double infinite = std::numeric_limits<double>::infinity();

private:
    double rate_;
    Row row_;
};

/// All x in low .. high of normal noise, whose loss is start - slope * x on the whole data, in cells that end where a
/// grid point is on the sample and have at most 1/32 of the unit.
LossGrid of_sampled_gaussian(double sigma, const SampledLosses& sampled, double step) {
    const double mu = 1 / sigma;
    const double low = -reach, high = reach + mu;
    const auto pair_loss = [&](double x) { return mu * mu / 2 - mu * x; };
    const double one_end = sampled.loss(pair_loss(low)), other_end = sampled.loss(pair_loss(high));
    Splitter out(step, std::min(one_end, other_end), std::max(one_end, other_end));
    std::vector<double> edges{low, high};
    const auto first = static_cast<std::int64_t>(std::floor(std::min(one_end, other_end) / step));
    const auto last = static_cast<std::int64_t>(std::ceil(std::max(one_end, other_end) / step));
    for (std::int64_t k = first; k <= last; ++k) {
        const double x = (mu * mu / 2 - sampled.of_pair(static_cast<double>(k) * step)) / mu;
        if (x > low && x < high) edges.push_back(x);
    }
    std::ranges::sort(edges);
    const double log_peak = -0.5 * std::log(2 * std::numbers::pi);
    for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
        const double parts = std::max(1.0, std::ceil((edges[i + 1] - edges[i]) * 32));
        const double half = (edges[i + 1] - edges[i]) / (2 * parts);
        for (double part = 0; part < parts; ++part) {
            for (const Node& node : gauss_legendre) {
                const double x = edges[i] + half * (2 * part + 1 + node.at);
                const double loss = pair_loss(x);
                out.add(half * node.weight * sampled.density(log_peak - x * x / 2, loss), sampled.loss(loss));
            }
        }
    }
    return out.finish(2 * beyond_reach, 0x1p-30);
}

LossGrid of_sampled_discrete_gaussian(double variance, double distance, const SampledLosses& sampled, double step) {
    const double furthest = std::ceil(reach * std::sqrt(variance));
    const double slope = distance / variance;
    const auto pair_loss = [&](double y) { return slope * distance / 2 - slope * y; };
    const double one_end = sampled.loss(pair_loss(-furthest)), other_end = sampled.loss(pair_loss(furthest + distance));
    Splitter out(step, std::min(one_end, other_end), std::max(one_end, other_end));
    const double log_total = std::log(discrete_gaussian_total(variance));
    for (double y = -furthest; y <= furthest + distance; ++y) {
        const double loss = pair_loss(y);
        out.add(sampled.density(-y * y / (2 * variance) - log_total, loss), sampled.loss(loss));
    }
    return out.finish(2 * beyond_reach, 16 * reach * reach * unit_roundoff);
}

}  // namespace

LossGrid discretise(const DominatingPair& pair, double step, Row row) {
    const double parameter = pair.parameter().approximate();
    const SampledLosses sampled(pair.rate().approximate(), row);
    switch (pair.kind()) {
        case DominatingPair::Kind::approximate: return of_approximate(parameter, pair.delta().approximate(), step);
        case DominatingPair::Kind::laplace: return of_laplace(parameter, step);
        case DominatingPair::Kind::gaussian:
            return pair.is_sampled() ? of_sampled_gaussian(parameter, sampled, step) : of_gaussian(parameter, step);
        case DominatingPair::Kind::exponential: return of_exponential(parameter, step);
        case DominatingPair::Kind::discrete_laplace:
            return of_discrete_laplace(pair.parameter(), pair.distance(), step);
        case DominatingPair::Kind::discrete_gaussian: {
            const auto distance = static_cast<double>(pair.distance());
            return pair.is_sampled() ? of_sampled_discrete_gaussian(parameter, distance, sampled, step)
                                     : of_discrete_gaussian(parameter, distance, step);
        }
    }
    return {};
}

Cost unit_of_losses(const DominatingPair& pair) {
    if (pair.is_sampled()) return {};
    const std::uint64_t distance = pair.distance();
    const bool even = distance % 2 == 0;
    switch (pair.kind()) {
        case DominatingPair::Kind::approximate:
        case DominatingPair::Kind::laplace: return pair.parameter();
        case DominatingPair::Kind::discrete_laplace: return pair.parameter().inverse() * (even ? 2 : 1);
        // Losses are distance (distance - 2 y) / (2 variance).
        case DominatingPair::Kind::discrete_gaussian:
            return Cost::ratio(distance, even ? 1 : 2) * pair.parameter().inverse();
        case DominatingPair::Kind::exponential:
        case DominatingPair::Kind::gaussian: break;
    }
    return {};
}

/// How far normal noise is moved, in standard deviations.
double shift_of_normal(const DominatingPair& pair) noexcept {
    const double parameter = pair.parameter().approximate();
    return pair.kind() == DominatingPair::Kind::gaussian ? 1 / parameter
                                                         : static_cast<double>(pair.distance()) / std::sqrt(parameter);
}

double reach_of_sample(const DominatingPair& pair) noexcept {
    if (!pair.is_sampled()) return 0;
    const double mu = shift_of_normal(pair);
    return std::log1p(pair.rate().approximate() * std::expm1(mu * mu / 2 + mu * reach));
}

double rough_mean_loss(const DominatingPair& pair) noexcept {
    const double parameter = pair.parameter().approximate();
    if (pair.is_sampled()) {
        const double mu = shift_of_normal(pair);
        const double rate = pair.rate().approximate();
        return std::min(mu * mu / 2, rate * rate * std::expm1(std::min(mu * mu, 300.0)) / 2);
    }
    const auto distance = static_cast<double>(pair.distance());
    const auto of_laplace = [](double epsilon) { return epsilon + std::expm1(-epsilon); };
    switch (pair.kind()) {
        case DominatingPair::Kind::approximate: return parameter * std::tanh(parameter / 2);
        case DominatingPair::Kind::laplace: return of_laplace(parameter);
        case DominatingPair::Kind::gaussian: return 1 / (2 * parameter * parameter);
        // epsilon coth(epsilon/2) - 2, which is near epsilon^2 / 6 where that would be lost to rounding.
        case DominatingPair::Kind::exponential:
            return parameter < 0.01 ? parameter * parameter / 6 : parameter / std::tanh(parameter / 2) - 2;
        case DominatingPair::Kind::discrete_laplace: {
            const double epsilon = distance / parameter;
            return std::max(of_laplace(epsilon), distance == 1 ? epsilon * std::tanh(epsilon / 2) : 0);
        }
        case DominatingPair::Kind::discrete_gaussian: return distance * distance / (2 * parameter);
    }
    return 0;
}

}  // namespace tacit::dp
