#include "dp/loss_sum.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "math/kernels.hpp"
#include "tacit/base/aligned.hpp"
#include "tacit/base/error.hpp"

namespace tacit::dp {

namespace {

constexpr double unit_roundoff = 0x1p-53;
constexpr double log_outside = -60 * 0.6931471805599453;  // of 2^-60

/// ln of the sum of masses[i] e^(theta loss_i), with mean and variance of the losses under these weights.
Cumulant cumulant_of(const LossGrid& grid, const std::vector<double>& masses, double theta) {
    const std::size_t size = masses.size();
    const double shrink = std::exp(-std::abs(theta) * grid.step);
    double weight = 1;
    double mass = 0;
    double first = 0;
    double second = 0;
    // From the heaviest end, so that weights only shrink.
    for (std::size_t i = 0; i < size && weight > 1e-280; ++i) {
        const double p = masses[theta < 0 ? i : size - 1 - i] * weight;
        const auto away = static_cast<double>(i);
        mass += p;
        first += p * away;
        second += p * away * away;
        weight *= shrink;
    }
    const double sign = theta < 0 ? 1 : -1;
    const auto end = static_cast<double>(grid.first + (theta < 0 ? 0 : static_cast<std::int64_t>(size) - 1));
    const double mean = first / mass;
    return {std::log(mass) + theta * end * grid.step, (end + sign * mean) * grid.step,
            (second / mass - mean * mean) * grid.step * grid.step};
}

/// A real polynomial modulo X^(2n) + 1 by its values at n of the roots of X^(2n) = -1; the other n are their
/// conjugates.
struct Values {
    explicit Values(std::size_t n) : re(n), im(n) {}
    AlignedBuffer re;
    AlignedBuffer im;
};

/// a *= x^count, by squaring.
void multiply_by_power(Values& a, const Values& x, std::uint64_t count) {
    for (std::size_t i = 0; i < a.re.size(); ++i) {
        double re = a.re.data()[i], im = a.im.data()[i];
        double square_re = x.re.data()[i], square_im = x.im.data()[i];
        for (std::uint64_t bits = count; bits != 0; bits >>= 1) {
            if ((bits & 1) != 0) {
                const double next = re * square_re - im * square_im;
                im = re * square_im + im * square_re;
                re = next;
            }
            const double next = square_re * square_re - square_im * square_im;
            square_im = 2 * square_re * square_im;
            square_re = next;
        }
        a.re.data()[i] = re;
        a.im.data()[i] = im;
    }
}

/// Puts weighted masses at X^i, i from 0 up, and transforms.
void transform(Values& out, std::span<const double> masses, const math::FftTable& table) {
    const std::size_t n = out.re.size();
    std::fill_n(out.re.data(), n, 0.0);
    std::fill_n(out.im.data(), n, 0.0);
    for (std::size_t i = 0; i < masses.size(); ++i) {
        const std::size_t place = i % (2 * n);
        const double mass = i / (2 * n) % 2 == 0 ? masses[i] : -masses[i];
        (place < n ? out.re.data()[place] : out.im.data()[place - n]) += mass;
    }
    math::kernels().fft_forward(out.re.data(), out.im.data(), table);
}

/// Transforms back and reads X^from ... upwards; X^(2n) is -1. What is below 0 is round-off.
std::vector<double> read_back(Values& values, const math::FftTable& table, std::int64_t from, std::size_t count) {
    math::kernels().fft_inverse(values.re.data(), values.im.data(), table);
    const auto n = static_cast<std::int64_t>(values.re.size());
    std::vector<double> out(count);
    for (std::size_t i = 0; i < count; ++i) {
        const std::int64_t turned = (from + static_cast<std::int64_t>(i)) % (4 * n);
        const std::int64_t place = turned < 0 ? turned + 4 * n : turned;
        const std::int64_t within = place % (2 * n);
        const double coefficient = within < n ? values.re.data()[within] : values.im.data()[within - n];
        out[i] = std::max(0.0, place < 2 * n ? coefficient : -coefficient);
    }
    return out;
}

}  // namespace

Cumulant cumulant(std::span<const CountedGrid> mechanisms, double theta, std::vector<double> LossGrid::*measure) {
    Cumulant sum;
    for (const CountedGrid& one : mechanisms) {
        const Cumulant each = cumulant_of(one.grid, one.grid.*measure, theta);
        const auto count = static_cast<double>(one.count);
        sum.value += count * each.value;
        sum.mean += count * each.mean;
        sum.variance += count * each.variance;
    }
    return sum;
}

LossWindow window_of(std::span<const CountedGrid> mechanisms, double theta) {
    const double step = mechanisms.front().grid.step;
    const Cumulant centre = cumulant(mechanisms, theta);
    const double deviation = std::max(std::sqrt(std::max(0.0, centre.variance)), step);
    double low = -std::numeric_limits<double>::infinity();
    double high = -low;
    for (double order = 1; order <= 64; order *= 2) {
        const double a = order / deviation;
        high = std::min(high, (cumulant(mechanisms, theta + a).value - centre.value - log_outside) / a);
        // `under` has its mass lower than `over`, so that only towards low losses it may have more.
        const double below =
            std::max(cumulant(mechanisms, theta - a).value, cumulant(mechanisms, theta - a, &LossGrid::under).value);
        low = std::max(low, -(below - centre.value - log_outside) / a);
    }
    return {static_cast<std::int64_t>(std::floor(low / step)) - 1,
            static_cast<std::int64_t>(std::ceil(high / step)) + 1};
}

LossSum::LossSum(std::span<const CountedGrid> mechanisms, double theta, const LossWindow& window)
    : step_(mechanisms.front().grid.step), theta_(theta), window_(window) {
    convolve(mechanisms);
    add_up_errors(mechanisms);
}

void LossSum::convolve(std::span<const CountedGrid> mechanisms) {
    const int log_slots =
        std::max(5, static_cast<int>(std::bit_width(static_cast<std::uint64_t>(window_.points()))) - 1);
    const math::FftTable table(log_slots);
    const std::size_t n = table.size();
    Values over(n), under(n), one(n);
    for (Values* values : {&over, &under}) {
        std::fill_n(values->re.data(), n, 1.0);
        std::fill_n(values->im.data(), n, 0.0);
    }
    std::int64_t offset = 0;
    std::vector<double> weighted;
    for (const CountedGrid& mechanism : mechanisms) {
        const LossGrid& grid = mechanism.grid;
        const double log_mass = cumulant_of(grid, grid.over, theta_).value;
        const auto count = static_cast<double>(mechanism.count);
        log_total_ += count * log_mass;
        offset += static_cast<std::int64_t>(mechanism.count) * grid.first;
        double squares = 0;
        const auto put = [&](const std::vector<double>& masses, Values& product) {
            weighted.resize(masses.size());
            for (std::size_t i = 0; i < masses.size(); ++i) {
                const double loss = static_cast<double>(grid.first + static_cast<std::int64_t>(i)) * step_;
                weighted[i] = masses[i] == 0 ? 0 : masses[i] * std::exp(theta_ * loss - log_mass);
            }
            for (const double mass : weighted) squares += mass * mass;
            transform(one, weighted, table);
            multiply_by_power(product, one, mechanism.count);
        };
        put(grid.under, under);
        put(grid.over, over);
        round_off_ += 32 * unit_roundoff * count * (log_slots * std::sqrt(squares) + 1);
    }
    round_off_ += 32 * unit_roundoff * log_slots;
    over_ = read_back(over, table, window_.low - offset, static_cast<std::size_t>(window_.points()));
    under_ = read_back(under, table, window_.low - offset, static_cast<std::size_t>(window_.points()));
}

void LossSum::add_up_errors(std::span<const CountedGrid> mechanisms) {
    double exponent = 0;
    double survive_over = 0;
    double survive_under = 0;
    for (const CountedGrid& mechanism : mechanisms) {
        const LossGrid& grid = mechanism.grid;
        const auto count = static_cast<double>(mechanism.count);
        const double furthest =
            step_ * std::max(std::abs(static_cast<double>(grid.first)),
                             std::abs(static_cast<double>(grid.first) + static_cast<double>(grid.over.size())));
        exponent += count * (grid.mass_error + 16 * unit_roundoff * (1 + theta_ * furthest));
        loss_error_ += count * grid.loss_error;
        survive_over += count * std::log1p(-grid.infinite_over);
        survive_under += count * std::log1p(-grid.infinite_under);
    }
    exponent += 16 * unit_roundoff * (static_cast<double>(window_.points()) + std::abs(log_total_) + 100);
    growth_ = std::exp(exponent);
    infinite_ = {-std::expm1(survive_under) / growth_, -std::expm1(survive_over) * growth_};
}

double LossSum::unweighted(double loss) const noexcept { return std::exp(std::min(700.0, log_total_ - theta_ * loss)); }

double LossSum::error_above(double loss) const noexcept {
    const double decay = -std::expm1(-2 * theta_ * step_);
    const double terms = std::min(std::sqrt(static_cast<double>(window_.points())), 1 / std::sqrt(decay));
    return unweighted(loss) * growth_ * (round_off_ * terms + 0x1p-58);
}

/// Walks down the grid with the hockey-stick divergences at its points. Sums of terms that are not negative alone.
class LossSum::Descent {
public:
    explicit Descent(const LossSum& of) : of_(of), shrink_(std::exp(-of.step_)), grow_(-std::expm1(-of.step_)) {}

    [[nodiscard]] double epsilon() const noexcept { return static_cast<double>(index_) * of_.step_; }
    [[nodiscard]] Bounds delta() const noexcept {
        const double error = of_.error_above(epsilon());
        return {std::max(0.0, of_.infinite_.low + under_.delta / of_.growth_ - error),
                std::min(1.0, of_.infinite_.high + over_.delta * of_.growth_ + error)};
    }
    [[nodiscard]] bool at_bottom() const noexcept { return index_ <= of_.window_.low; }

    void step_down() {
        const auto i = static_cast<std::size_t>(index_ - of_.window_.low);
        const bool inside = index_ <= of_.window_.high;
        const double factor = inside ? of_.unweighted(epsilon()) : 0;
        over_.step_down(inside ? of_.over_[i] * factor : 0, shrink_, grow_);
        under_.step_down(inside ? of_.under_[i] * factor : 0, shrink_, grow_);
        --index_;
    }

private:
    struct Side {
        double delta = 0;   ///< sum over losses above the point of p (1 - e^(point - loss))
        double second = 0;  ///< of p e^(point - loss)
        void step_down(double p, double shrink, double grow) noexcept {
            delta += (p + second) * grow;
            second = (p + second) * shrink;
        }
    };
    const LossSum& of_;
    double shrink_;
    double grow_;
    std::int64_t index_ = of_.window_.high + 1;
    Side over_;
    Side under_;
};

Bounds LossSum::epsilon(double delta) const {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    Descent descent(*this);
    // Between points, delta is linear in e^epsilon.
    const auto crossing = [&](double above, double here, double epsilon) {
        const double share = (delta - above) / (here - above);
        return std::max(0.0, epsilon + step_ + std::log1p(share * std::expm1(-step_)));
    };
    Bounds found{0, -1};
    Bounds above = descent.delta();
    if (above.high > delta) found.high = infinity;
    while (!descent.at_bottom() && descent.epsilon() > 0) {
        descent.step_down();
        const Bounds here = descent.delta();
        if (found.high < 0 && here.high > delta) found.high = crossing(above.high, here.high, descent.epsilon());
        if (here.low > delta) {
            found.low = above.low > delta ? infinity : crossing(above.low, here.low, descent.epsilon());
            break;
        }
        above = here;
    }
    if (found.high < 0) found.high = 0;
    return {std::max(0.0, found.low - loss_error_), found.high == 0 ? 0 : found.high + loss_error_};
}

Bounds LossSum::delta_near(double epsilon) const {
    Descent descent(*this);
    Bounds above = descent.delta();
    Bounds here = above;
    while (!descent.at_bottom() && descent.epsilon() > epsilon) {
        above = here;
        descent.step_down();
        here = descent.delta();
    }
    if (descent.epsilon() > epsilon) return {above.low, 1};  // below the window nearly all mass is above
    const double share = std::clamp(std::expm1(epsilon - descent.epsilon()) / std::expm1(step_), 0.0, 1.0);
    return {here.low + share * (above.low - here.low), here.high + share * (above.high - here.high)};
}

Bounds LossSum::delta(double epsilon) const {
    return {delta_near(epsilon + loss_error_).low, delta_near(epsilon - loss_error_).high};
}

}  // namespace tacit::dp
