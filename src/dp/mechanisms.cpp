#include "tacit/dp/mechanisms.hpp"

#include <algorithm>
#include <cmath>

#include "base/fail.hpp"
#include "dp/geometric.hpp"
#include "dp/uniform.hpp"

namespace tacit::dp::detail {

namespace {

/// A number that noise hides, with what it is at least and at most.
struct Bounded {
    double value = 0;
    double low = 0;
    double high = 0;
};

Bounded noisy(Int128 exact, std::int64_t drawn, const Noise& noise, double doubt) {
    const auto value = static_cast<double>(exact + drawn);
    const double reach = noise.half_width(doubt);
    return {value, value - reach, value + reach};
}

/// a / b for b >= 1: the corners of both intervals.
Bounded quotient(const Bounded& a, const Bounded& b) {
    const double least = std::max(1.0, b.low);
    const double most = std::max(1.0, b.high);
    return {a.value / std::max(1.0, b.value), std::min(a.low / least, a.low / most),
            std::max(a.high / least, a.high / most)};
}

Bounded squared(const Bounded& a) {
    const bool through_zero = a.low <= 0 && a.high >= 0;
    return {a.value * a.value, through_zero ? 0 : std::min(a.low * a.low, a.high * a.high),
            std::max(a.low * a.low, a.high * a.high)};
}

Estimate within(const Bounded& a, double factor, double shift, double least, double most) {
    const auto bring = [&](double x) { return std::clamp(x * factor + shift, least, most); };
    return {bring(a.value), bring(a.low), bring(a.high)};
}

std::uint64_t width_of(const Grid& grid) { return static_cast<std::uint64_t>(grid.high_index() - grid.low_index()); }

/// The number of rows: public if no noise was drawn for it.
Bounded rows_of(std::span<const std::int64_t> indices, std::span<const std::int64_t> drawn,
                std::span<const NoiseEffect> noise, std::size_t sums, double doubt) {
    const auto rows = static_cast<Int128>(indices.size());
    if (noise.size() > sums) return noisy(rows, drawn[sums], noise[sums].noise, doubt);
    const auto exact = static_cast<double>(rows);
    return {exact, exact, exact};
}

NoiseEffect part(const char* of, std::uint64_t distance, const Cost& epsilon, double unit) {
    return {of, calibrate(Noise::Kind::discrete_laplace, distance, epsilon, 1), unit};
}

constexpr std::uint64_t most_variance_points = std::uint64_t{1} << 24;
constexpr std::uint64_t most_quantile_points = std::uint64_t{1} << 20;

}  // namespace

std::vector<NoiseEffect> mean_noise(const Grid& grid, const Cost& epsilon, bool change_one, std::uint64_t rows) {
    const double unit = grid.step().approximate() / 2;
    if (change_one) return {part("sum of differences from the middle", 2 * rows * width_of(grid), epsilon, unit)};
    const Cost fifth = epsilon.split(5);
    return {part("sum of differences from the middle", rows * width_of(grid), fifth * 3, unit),
            part("count", rows, fifth * 2, 1)};
}

std::vector<NoiseEffect> variance_noise(const Grid& grid, const Cost& epsilon, bool change_one, std::uint64_t rows) {
    const std::uint64_t width = width_of(grid);
    if (width > most_variance_points) {
        fail(ErrorCode::invalid_argument,
             "a variance takes at most 2^24 steps between the bounds, not {}; take larger "
             "steps than {}",
             width, to_string(grid.step()));
    }
    const double unit = grid.step().approximate() / 2;
    const std::uint64_t changes = rows * (change_one ? 2 : 1);
    const Cost share = epsilon.split(change_one ? 2 : 3);
    std::vector<NoiseEffect> parts{part("sum of squares", changes * width * width, share, unit * unit / 2),
                                   part("sum of differences from the middle", changes * width, share, unit)};
    if (!change_one) parts.push_back(part("count", rows, share, 1));
    return parts;
}

Estimate finish_mean(std::span<const std::int64_t> indices, std::span<const std::int64_t> drawn,
                     std::span<const NoiseEffect> noise, const Grid& grid) {
    const double doubt = usual_doubt / static_cast<double>(noise.size());
    const Bounded sum = noisy(Kernels::centred_sum(indices, grid), drawn[0], noise[0].noise, doubt);
    const Bounded rows = rows_of(indices, drawn, noise, 1, doubt);
    const double low = grid.value(static_cast<double>(grid.low_index()));
    const double high = grid.value(static_cast<double>(grid.high_index()));
    return within(quotient(sum, rows), noise[0].unit, (low + high) / 2, low, high);
}

Estimate finish_variance(std::span<const std::int64_t> indices, std::span<const std::int64_t> drawn,
                         std::span<const NoiseEffect> noise, const Grid& grid) {
    const double doubt = usual_doubt / static_cast<double>(noise.size());
    const Bounded squares = noisy(Kernels::centred_squares(indices, grid), drawn[0], noise[0].noise, doubt);
    const Bounded sum = noisy(Kernels::centred_sum(indices, grid), drawn[1], noise[1].noise, doubt);
    const Bounded rows = rows_of(indices, drawn, noise, 2, doubt);
    const auto width = static_cast<double>(width_of(grid));
    const Bounded second = quotient(squares, rows);  // of 2 c^2 - width^2, where c is twice the difference in steps
    const Bounded first = squared(quotient(sum, rows));
    const auto central = [&](double of_second, double of_first) { return (of_second + width * width) / 2 - of_first; };
    const Bounded variance{central(second.value, first.value), central(second.low, first.high),
                           central(second.high, first.low)};
    const double unit = noise[1].unit * noise[1].unit;
    return within(variance, unit, 0, 0, width * width * unit);
}

std::size_t winner(std::span<const std::int64_t> scores, std::span<const std::int64_t> drawn) {
    std::size_t best = 0;
    std::int64_t most = scores[0] + drawn[0];
    for (std::size_t i = 1; i < scores.size(); ++i) {
        const std::int64_t score = scores[i] + drawn[i];
        const bool better = score > most;
        best = better ? i : best;
        most = better ? score : most;
    }
    return best;
}

std::size_t exponential_winner(std::span<const std::int64_t> scores, const Noise& noise,
                               std::span<const std::int64_t> seed) {
    const std::size_t none = scores.size();
    const std::int64_t best = *std::ranges::max_element(scores);
    const Geometric<std::uint64_t> sampler({noise.scale.denominator(), noise.scale.numerator()});
    StreamWords words(seed, 0);
    std::vector<std::int64_t> room(48 * scores.size());
    std::size_t chosen = none;
    while (chosen == none) {
        sampler.draw(words, room);
        for (const std::int64_t drawn : room) {
            const std::size_t proposed = uniform(words, scores.size());
            const bool stays =
                (static_cast<int>(drawn >= best - scores[proposed]) & static_cast<int>(chosen == none)) != 0;
            chosen = stays ? proposed : chosen;
        }
    }
    wipe(std::as_writable_bytes(std::span(room)));
    return chosen;
}

NoiseEffect selection_noise(const char* of, std::uint64_t range, const Cost& epsilon, std::size_t candidates,
                            double unit) {
    return {of, calibrate(Noise::Kind::geometric, range, epsilon, candidates), unit};
}

std::size_t quantile_points(const Grid& grid, const Cost& q) {
    if (q > Cost::ratio(1, 1) || q.denominator() > most_quantile_points) {
        fail(ErrorCode::invalid_argument, "{} is no quantile; ask for one from 0 to 1, such as 1/2 or 0.9",
             to_string(q));
    }
    if (width_of(grid) >= most_quantile_points) {
        fail(ErrorCode::invalid_argument, "a quantile takes at most 2^20 points, not {}; take larger steps than {}",
             width_of(grid) + 1, to_string(grid.step()));
    }
    return static_cast<std::size_t>(width_of(grid)) + 1;
}

}  // namespace tacit::dp::detail
