#pragma once

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
            before, {.epsilon = epsilon}, {total.what, noise, total.unit},
            [noise, unit = total.unit](Int128 exact, std::span<const std::int64_t> drawn) {
                return detail::estimate(exact, drawn.front(), noise, unit, detail::usual_doubt);
            });
    }
    template <class In, class M, class MO>
    auto finish(const Transformation<In, M, Tally, MO>& before) const {
        const auto& keys = before.output().keys;
        const Noise noise = detail::calibrate(Noise::Kind::discrete_laplace, before.distance(), epsilon, keys.size());
        return detail::Maker::measure<std::vector<KeyedEstimate>, Pure>(
            before, {.epsilon = epsilon}, {"each count", noise, 1},
            [noise, keys](const Tally::Carrier& exact, std::span<const std::int64_t> drawn) {
                return detail::estimates(exact, drawn, noise, keys);
            });
    }
};

/// Discrete Laplace noise [GRS12] of scale sensitivity / epsilon on each coordinate: epsilon-DP. Errors as
/// detail::calibrate; constant work.
[[nodiscard]] inline LaplaceStep laplace(const Cost& epsilon) { return {epsilon}; }

}  // namespace tacit::dp
