#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "tacit/dp/measurement.hpp"

/// What ends a chain: noise on totals and counts, and the mean and the variance made of them.
namespace tacit::dp {

struct LaplaceStep {
    static constexpr bool takes_any_chain = true;
    Cost epsilon;
    template <class In, class M, class Out, class MO>
    auto after(const Transformation<In, M, Out, MO>& before) const {
        static_assert(std::is_same_v<Out, Total> || std::is_same_v<Out, Tally>,
                      "laplace() adds noise to a count, a sum or a tally: put one of them before it");
        return finish(before);
    }

private:
    template <class In, class M, class MO>
    auto finish(const Transformation<In, M, Total, MO>& before) const {
        const Noise noise = detail::calibrate(Noise::Kind::discrete_laplace, before.distance(), epsilon, 1);
        const Total& total = before.output();
        return detail::Maker::measure<Estimate, Pure>(
            before, "discrete Laplace noise", {.epsilon = epsilon}, {{total.what, noise, total.unit}},
            [noise, unit = total.unit](Int128 exact, std::span<const std::int64_t> drawn) {
                return detail::estimate(exact, drawn.front(), noise, unit, detail::usual_doubt);
            });
    }
    template <class In, class M, class MO>
    auto finish(const Transformation<In, M, Tally, MO>& before) const {
        const auto& keys = before.output().keys;
        const Noise noise = detail::calibrate(Noise::Kind::discrete_laplace, before.distance(), epsilon, keys.size());
        return detail::Maker::measure<std::vector<KeyedEstimate>, Pure>(
            before, "discrete Laplace noise", {.epsilon = epsilon}, {{"each count", noise, 1}},
            [noise, keys](const Tally::Carrier& exact, std::span<const std::int64_t> drawn) {
                return detail::estimates(exact, drawn, noise, keys);
            });
    }
};

struct GaussianStep {
    static constexpr bool takes_any_chain = true;
    Cost rho;
    template <class In, class M, class Out, class MO>
    auto after(const Transformation<In, M, Out, MO>& before) const {
        static_assert(std::is_same_v<Out, Total> || std::is_same_v<Out, Tally>,
                      "gaussian() adds noise to a count, a sum or a tally: put one of them before it");
        return finish(before);
    }

private:
    template <class In, class M, class MO>
    auto finish(const Transformation<In, M, Total, MO>& before) const {
        const Noise noise = detail::calibrate_gaussian(before.distance(), false, rho, 1);
        const Total& total = before.output();
        return detail::Maker::measure<Estimate, Zcdp>(
            before, "discrete Gaussian noise", {.rho = detail::rho_of(before.distance(), false, noise)},
            {{total.what, noise, total.unit}},
            [noise, unit = total.unit](Int128 exact, std::span<const std::int64_t> drawn) {
                return detail::estimate(exact, drawn.front(), noise, unit, detail::usual_doubt);
            });
    }
    /// The square of the l2 distance is at most the l1 distance times what one count moves.
    template <class In, class M, class MO>
    auto finish(const Transformation<In, M, Tally, MO>& before) const {
        const auto& keys = before.output().keys;
        const std::uint64_t square = before.distance() * before.output().most_in_one;
        const Noise noise = detail::calibrate_gaussian(square, true, rho, keys.size());
        return detail::Maker::measure<std::vector<KeyedEstimate>, Zcdp>(
            before, "discrete Gaussian noise", {.rho = detail::rho_of(square, true, noise)}, {{"each count", noise, 1}},
            [noise, keys](const Tally::Carrier& exact, std::span<const std::int64_t> drawn) {
                return detail::estimates(exact, drawn, noise, keys);
            });
    }
};

namespace detail {

[[nodiscard]] Estimate finish_mean(std::span<const std::int64_t> indices, std::span<const std::int64_t> drawn,
                                   std::span<const NoiseEffect> noise, const Grid& grid);
[[nodiscard]] Estimate finish_variance(std::span<const std::int64_t> indices, std::span<const std::int64_t> drawn,
                                       std::span<const NoiseEffect> noise, const Grid& grid);
/// The noise of mean and variance, whose parts share epsilon; without a private number of rows, there is no part for
/// it. `rows` is how many rows of the chain one row of the data set may move.
[[nodiscard]] std::vector<NoiseEffect> mean_noise(const Grid& grid, const Cost& epsilon, bool change_one,
                                                  std::uint64_t rows);
[[nodiscard]] std::vector<NoiseEffect> variance_noise(const Grid& grid, const Cost& epsilon, bool change_one,
                                                      std::uint64_t rows);

/// The index of the largest score with its noise; the first one of equals.
[[nodiscard]] std::size_t winner(std::span<const std::int64_t> scores, std::span<const std::int64_t> drawn);
[[nodiscard]] NoiseEffect selection_noise(const char* of, std::uint64_t range, const Cost& epsilon,
                                          std::size_t candidates, double unit);
/// A candidate j with probability proportional to e^(score j / scale), exactly. Candidates are proposed 48 times as
/// often as there are of them, and the first is taken that stays, with chance e^((score - best) / scale); all of them
/// again if none does, chance 2^-69. Work depends on how many there are alone but for that chance.
[[nodiscard]] std::size_t exponential_winner(std::span<const std::int64_t> scores, const Noise& noise,
                                             std::span<const std::int64_t> seed);
/// Points of the grid; throws invalid_argument above 2^20, or unless 0 <= q <= 1 with a denominator up to 2^20.
[[nodiscard]] std::size_t quantile_points(const Grid& grid, const Cost& q);

}  // namespace detail

struct MeanStep {
    static constexpr bool takes_any_chain = true;
    Cost epsilon;
    template <class In, class M, class Out, class MO>
    auto after(const Transformation<In, M, Out, MO>& before) const {
        static_assert(std::is_same_v<Out, ClampedNumbers>, "mean() needs clamped numbers: put clamp(...) before it");
        const Grid grid = before.output().grid;
        const auto noise = detail::mean_noise(grid, epsilon, std::is_same_v<MO, ChangeOne>, before.distance());
        return detail::Maker::measure<Estimate, Pure>(
            before, "mean", {.epsilon = epsilon}, noise,
            [grid, noise](const ClampedNumbers::Carrier& in, std::span<const std::int64_t> drawn) {
                return detail::finish_mean(in, drawn, noise, grid);
            });
    }
};

struct VarianceStep {
    static constexpr bool takes_any_chain = true;
    Cost epsilon;
    template <class In, class M, class Out, class MO>
    auto after(const Transformation<In, M, Out, MO>& before) const {
        static_assert(std::is_same_v<Out, ClampedNumbers>,
                      "variance() needs clamped numbers: put clamp(...) before it");
        const Grid grid = before.output().grid;
        const auto noise = detail::variance_noise(grid, epsilon, std::is_same_v<MO, ChangeOne>, before.distance());
        return detail::Maker::measure<Estimate, Pure>(
            before, "variance", {.epsilon = epsilon}, noise,
            [grid, noise](const ClampedNumbers::Carrier& in, std::span<const std::int64_t> drawn) {
                return detail::finish_variance(in, drawn, noise, grid);
            });
    }
};

struct QuantileStep {
    static constexpr bool takes_any_chain = true;
    Cost q;
    Cost epsilon;
    template <class In, class M, class Out, class MO>
    auto after(const Transformation<In, M, Out, MO>& before) const {
        static_assert(std::is_same_v<Out, ClampedNumbers>,
                      "quantile() needs clamped numbers: put clamp(...) before it");
        const Grid grid = before.output().grid;
        const std::uint64_t a = q.numerator();
        const std::uint64_t b = q.denominator();
        const std::size_t points = detail::quantile_points(grid, q);
        const std::uint64_t range = 2 * before.distance() * (std::is_same_v<MO, ChangeOne> ? b : std::max(a, b - a));
        return detail::Maker::measure<double, Pure>(
            before, "quantile " + to_string(q), {.epsilon = epsilon},
            {detail::selection_noise("rank of the quantile", range, epsilon, points, 1 / static_cast<double>(b))},
            [grid, a, b](const ClampedNumbers::Carrier& in, std::span<const std::int64_t> drawn) {
                const auto best = detail::winner(
                    detail::Kernels::quantile_scores(in, grid.low_index(), grid.high_index(), a, b), drawn);
                return grid.value(static_cast<double>(grid.low_index() + static_cast<std::int64_t>(best)));
            });
    }
};

struct SelectStep {
    static constexpr bool takes_any_chain = true;
    Cost epsilon;
    template <class In, class M, class Out, class MO>
    auto after(const Transformation<In, M, Out, MO>& before) const {
        static_assert(std::is_same_v<Out, Scores>, "select() takes scores: put approvals(candidates) before it");
        const auto& names = before.output().candidates;
        return detail::Maker::measure<std::string, Pure>(
            before, "the candidate with the largest score", {.epsilon = epsilon},
            {detail::selection_noise("score of the winner", before.distance(), epsilon, names.size(), 1)},
            [names](const Scores::Carrier& scores, std::span<const std::int64_t> drawn) {
                return names[detail::winner(scores, drawn)];
            });
    }
};

struct ExponentialStep {
    static constexpr bool takes_any_chain = true;
    Cost epsilon;
    template <class In, class M, class Out, class MO>
    auto after(const Transformation<In, M, Out, MO>& before) const {
        static_assert(std::is_same_v<Out, Scores>, "exponential() takes scores: put approvals(candidates) before it");
        const auto& names = before.output().candidates;
        NoiseEffect effect =
            detail::selection_noise("score of the winner", before.distance(), epsilon, names.size(), 1);
        effect.noise.streams = 1;
        return detail::Maker::bounded_range(detail::Maker::measure<std::string, Pure>(
            before, "a candidate by the exponential mechanism", {.epsilon = epsilon}, {effect},
            [names, noise = effect.noise](const Scores::Carrier& scores, std::span<const std::int64_t> drawn) {
                return names[detail::exponential_winner(scores, noise, drawn)];
            }));
    }
};

/// Discrete Laplace noise [GRS12] of scale sensitivity / epsilon on each coordinate: epsilon-DP. Errors as
/// detail::calibrate; constant work.
[[nodiscard]] inline LaplaceStep laplace(const Cost& epsilon) { return {epsilon}; }

/// Discrete Gaussian noise [CKS20] on each coordinate: rho-zCDP, where rho is at most what is asked, because variances
/// are whole. Errors as detail::calibrate_gaussian.
[[nodiscard]] inline GaussianStep gaussian(const Cost& rho) { return {rho}; }
/// The mean of clamped numbers: noisy sum of the differences from the middle, with three fifths of epsilon, by a noisy
/// count: the best split if the mean is half way between the middle and a bound, and near it for others.
/// Under ChangeOne the count is public and the sum has all of it. The answer is brought within the bounds.
[[nodiscard]] inline MeanStep mean(const Cost& epsilon) { return {epsilon}; }
/// The variance (1/n) of clamped numbers from noisy sums of squares, differences and ones, a third of epsilon each; the
/// sums are integers, so that no rounding depends on the mean. Throws invalid_argument if the grid has more than 2^24
/// points.
[[nodiscard]] inline VarianceStep variance(const Cost& epsilon) { return {epsilon}; }
/// The grid point that splits the numbers best at q, 0 <= q <= 1 (1/2 for the median): one-sided geometric
/// report-noisy-max over all points (docs/differential-privacy.md has the proof) with a score that is 0 for every point
/// that ties at q. One draw of noise a point: grids have at most 2^20.
[[nodiscard]] inline QuantileStep quantile(const Cost& q, const Cost& epsilon) { return {q, epsilon}; }
/// The candidate with the most approvals but for noise, by the same mechanism: epsilon-DP for the range that one row
/// moves scores by. Only the name comes out.
[[nodiscard]] inline SelectStep select(const Cost& epsilon) { return {epsilon}; }
/// A candidate with probability proportional to e^(epsilon score / range) [MT07]: epsilon-DP like select(), which is
/// nearer to the best, but a plan of many costs little more than half as much [DDR20].
[[nodiscard]] inline ExponentialStep exponential(const Cost& epsilon) { return {epsilon}; }

}  // namespace tacit::dp
