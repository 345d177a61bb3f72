#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "tacit/dp/measurement.hpp"

/// Many quantiles for one price.
namespace tacit::dp {

namespace detail {

/// Which quantiles are found in which order: numerators over one denominator, rising, with what one level of halving
/// may lose.
struct QuantilesPlan {
    std::vector<std::uint64_t> numerators{};  ///< rising
    std::vector<std::size_t> places{};        ///< where each one's answer goes
    std::uint64_t denominator = 1;
    std::uint64_t distance = 1;  ///< rows of one level that a neighbour adds or leaves out
    Cost level_epsilon{};
    int fine_digits = 0;  ///< binary digits by which equal numbers are told apart at random
    Grid grid{};
};

/// Throws invalid_argument if there is no q, one stands twice, one is above 1, the common denominator exceeds 2^20, or
/// the grid has more than 2^20 points.
[[nodiscard]] QuantilesPlan plan_quantiles(std::span<const Cost> qs, const Grid& grid, const Cost& epsilon,
                                           std::uint64_t distance);
[[nodiscard]] std::string quantiles_text(std::size_t count);
[[nodiscard]] NoiseEffect quantiles_noise(const QuantilesPlan& plan);
/// In the order that was asked for.
[[nodiscard]] std::vector<double> find_quantiles(const QuantilesPlan& plan, std::span<const std::int64_t> indices,
                                                 std::span<const std::int64_t> seed);

}  // namespace detail

struct QuantilesStep {
    static constexpr bool takes_any_chain = true;
    std::vector<Cost> qs;
    Cost epsilon;
    template <class In, class M, class Out, class MO>
    auto after(const Transformation<In, M, Out, MO>& before) const {
        static_assert(std::is_same_v<Out, ClampedNumbers>,
                      "quantiles() needs clamped numbers: put clamp(...) before it");
        const std::uint64_t changes = std::is_same_v<MO, ChangeOne> ? 2 : 1;
        const auto plan = detail::plan_quantiles(qs, before.output().grid, epsilon, before.distance() * changes);
        return detail::Maker::measure<std::vector<double>, Pure>(
            before, detail::quantiles_text(qs.size()), {.epsilon = epsilon}, {detail::quantiles_noise(plan)},
            [plan](const ClampedNumbers::Carrier& in, std::span<const std::int64_t> drawn) {
                return detail::find_quantiles(plan, in, drawn);
            });
    }
};

/// All these quantiles, which never contradict each other's order, in the order asked for: the middle one first, by the
/// mechanism of quantile(), then those below it among the numbers below it and those above among the others, and so on
/// [KSS22]. A row takes part once on each of floor(log2(count)) + 1 levels, each of which has an equal part of epsilon.
/// Equal numbers are told apart by up to six random binary digits, so that a value that many share can be cut in
/// between; fewer where the grid has more than 2^14 points, none above 2^19. One draw of noise for each point and digit
/// string on each level. Throws invalid_argument as detail::plan_quantiles, and as calibrate.
[[nodiscard]] inline QuantilesStep quantiles(std::vector<Cost> qs, const Cost& epsilon) {
    return {std::move(qs), epsilon};
}

}  // namespace tacit::dp
