#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "tacit/dp/loss.hpp"
#include "tacit/dp/noise.hpp"
#include "tacit/dp/privacy_loss.hpp"
#include "tacit/dp/transformation.hpp"

/// Chains that end in noise. Anybody can price and describe a Measurement; only a Session runs it.
namespace tacit::dp {

namespace detail {

struct Maker;

/// How much one neighbour moves under for_each(): so many groups by so many rows each.
struct GroupsMoved {
    std::uint64_t groups = 1;
    std::uint64_t rows = 1;
    bool anywhere = false;  ///< the rows may also be in several groups
};

}  // namespace detail

/// A number with noise, and an interval that holds the number without noise in at least 95 of 100 releases: it speaks
/// of the noise alone, neither of sampling error nor of what clamping moved.
struct Estimate {
    double value = 0;
    double low = 0;
    double high = 0;
};

/// The answer for one key.
template <class Answer>
struct Keyed {
    std::string key;
    Answer answer{};
};
using KeyedEstimate = Keyed<Estimate>;

/// What a measurement is, in words and numbers that depend on no data.
struct Description {
    std::vector<std::string> steps{};
    std::vector<NoiseEffect> noise{};
    ColumnsUsed columns{};
};

namespace detail {

/// What is known of one part of a measurement's loss.
struct LossPart {
    Loss loss{};
    std::optional<Noise> shifted{};  ///< noise on integers of which one row moves `times` by `distance` at most
    std::uint64_t distance = 1;
    std::uint64_t times = 1;
    bool bounded_range = false;  ///< it is an exponential mechanism of that epsilon
    std::uint64_t copies = 1;    ///< of all this, for as many groups
    bool several = false;        ///< it has several numbers, of which each row may move another one
};

/// Of noise on a total, or on counts of which one row moves one by 1 or, changed, two by 1 each: what is shifted. Of
/// anything else the loss alone. Metric is the whole measurement's.
template <class Out, class Metric>
[[nodiscard]] LossPart part_of(std::uint64_t distance, const Loss& loss, std::span<const NoiseEffect> noise) {
    if (noise.size() != 1 || noise[0].noise.kind == Noise::Kind::geometric) {
        return {.loss = loss};
    }
    if constexpr (std::is_same_v<Out, Total>) {
        return {.loss = loss, .shifted = noise[0].noise, .distance = distance};
    }
    constexpr bool one = std::is_same_v<Metric, AddRemove> || std::is_same_v<Metric, ByUnit>;
    constexpr bool two = std::is_same_v<Metric, ChangeOne>;
    if (std::is_same_v<Out, Tally> && ((one && distance == 1) || (two && distance == 2))) {
        return {.loss = loss, .shifted = noise[0].noise, .distance = 1, .times = distance, .several = true};
    }
    return {.loss = loss};
}

/// The pairs that dominate these parts for groups of so many rows. Throws invalid_argument for Gaussian noise of which
/// nothing but rho is known.
[[nodiscard]] std::vector<CountedPair> dominating_pairs(std::span<const LossPart> parts, std::uint64_t rows);
/// The parts of a measurement of every group: those of each group that is moved, or the whole loss where nothing more
/// is known of so many rows.
[[nodiscard]] std::vector<LossPart> parts_of_groups(std::vector<LossPart> each, const GroupsMoved& moved,
                                                    const Loss& whole);

}  // namespace detail

/// A randomised map with its privacy map. Immutable; cheap to copy.
template <class In, class Metric, class Answer, class Kind>
class Measurement {
public:
    /// The privacy map: the loss to groups of so many rows.
    [[nodiscard]] Loss loss(std::uint64_t rows = 1) const { return group_loss(Kind::measure, loss_, rows); }
    /// What dominates its privacy loss for groups of so many rows, for plans: the noise itself where one integer is
    /// moved, an exponential mechanism for exponential(), the worst of its epsilon otherwise. Throws invalid_argument
    /// for Gaussian noise on counts that a group of several rows moves, and for a loss that DominatingPair refuses.
    [[nodiscard]] std::vector<CountedPair> pairs(std::uint64_t rows = 1) const {
        return detail::dominating_pairs(parts(), rows);
    }
    [[nodiscard]] const Description& description() const noexcept { return description_; }
    /// The same with `step` on the answer. It costs nothing: it sees no data.
    template <class Step>
    [[nodiscard]] Measurement<In, Metric, std::invoke_result_t<Step, Answer>, Kind> then(Step step) const;

private:
    friend struct detail::Maker;
    Description description_{};
    Loss loss_{};
    /// Empty: nothing but the loss is known.
    std::vector<detail::LossPart> parts_{};
    [[nodiscard]] std::vector<detail::LossPart> parts() const {
        return parts_.empty() ? std::vector{detail::LossPart{loss_}} : parts_;
    }
    /// All noise is drawn before data is touched: what runs over data cannot ask for more.
    std::function<Answer(const typename In::Carrier&, std::span<const std::int64_t>)> answer_{};
};

namespace detail {

/// Makes measurements and takes them apart; for the mechanisms and for Session.
struct Maker {
    template <class Answer, class Kind, class In, class M1, class Out, class M2, class Finish>
    static Measurement<In, M1, Answer, Kind> measure(const Transformation<In, M1, Out, M2>& chain, std::string said,
                                                     const Loss& loss, std::vector<NoiseEffect> noise, Finish finish) {
        Measurement<In, M1, Answer, Kind> made;
        made.description_ = {chain.steps(), std::move(noise), chain.columns()};
        made.description_.steps.push_back(std::move(said));
        made.loss_ = loss;
        made.parts_ = {part_of<Out, M1>(chain.distance(), loss, made.description_.noise)};
        made.answer_ = [apply = Catalogue::apply(chain), finish](const typename In::Carrier& in,
                                                                 std::span<const std::int64_t> drawn) {
            return finish(apply(in), drawn);
        };
        return made;
    }

    /// The same, of which it is known that its losses lie in an interval of width epsilon.
    template <class In, class M, class A, class Kind>
    static Measurement<In, M, A, Kind> bounded_range(Measurement<In, M, A, Kind> made) {
        made.parts_ = {{.loss = made.loss_, .bounded_range = true}};
        return made;
    }

    template <class In, class M, class A, class B, class Kind>
    static Measurement<In, M, std::pair<A, B>, Kind> both(const Measurement<In, M, A, Kind>& first,
                                                          const Measurement<In, M, B, Kind>& second) {
        Measurement<In, M, std::pair<A, B>, Kind> made;
        made.description_ = first.description_;
        const auto add = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
        add(made.description_.steps, second.description_.steps);
        add(made.description_.noise, second.description_.noise);
        made.description_.columns.add(second.description_.columns);
        made.loss_ = first.loss_ + second.loss_;
        made.parts_ = first.parts();
        add(made.parts_, second.parts());
        const std::size_t draws = draws_of(first);
        made.answer_ = [a = first.answer_, b = second.answer_, draws](const typename In::Carrier& in,
                                                                      std::span<const std::int64_t> drawn) {
            return std::pair<A, B>(a(in, drawn.first(draws)), b(in, drawn.subspan(draws)));
        };
        return made;
    }

    /// Both are in groups.hpp.
    template <class In, class M, class Answer, class Kind>
    static Measurement<In, M, std::vector<Keyed<Answer>>, Kind> for_each(
        const Transformation<In, M, Rows, AddRemove>& before, const std::string& column,
        const std::vector<std::string>& keys, const Measurement<Rows, AddRemove, Answer, Kind>& each,
        const GroupsMoved& moved);
    template <class In, class M>
    static Measurement<In, M, std::vector<KeyedEstimate>, Approximate> private_keys(
        const Transformation<In, M, Rows, AddRemove>& before, const std::string& column, const Loss& loss,
        const Noise& noise, std::int64_t threshold);

    template <class In, class M, class A, class Kind, class Step>
    static auto then(const Measurement<In, M, A, Kind>& before, Step step) {
        Measurement<In, M, std::invoke_result_t<Step, A>, Kind> made;
        made.description_ = before.description_;
        made.loss_ = before.loss_;
        made.parts_ = before.parts();
        made.answer_ = [answer = before.answer_, step](const typename In::Carrier& in,
                                                       std::span<const std::int64_t> drawn) {
            return step(answer(in, drawn));
        };
        return made;
    }

    /// The same measurement under another measure that its loss implies.
    template <class To, class In, class M, class A, class From>
    static auto under(const Measurement<In, M, A, From>& before, const Loss& loss) {
        Measurement<In, M, A, To> made;
        made.description_ = before.description_;
        made.loss_ = loss;
        made.parts_ = before.parts();
        made.answer_ = before.answer_;
        return made;
    }

    template <class In, class M, class A, class Kind>
    static std::size_t draws_of(const Measurement<In, M, A, Kind>& measurement) {
        std::size_t draws = 0;
        for (const NoiseEffect& effect : measurement.description_.noise) draws += effect.noise.words();
        return draws;
    }

    template <class In, class M, class A, class Kind>
    static A answer(const Measurement<In, M, A, Kind>& measurement, const typename In::Carrier& in,
                    std::span<const std::int64_t> drawn) {
        return measurement.answer_(in, drawn);
    }
};

/// Noise whose scale is at least distance / epsilon. Throws invalid_argument unless epsilon > 0 and the scale is within
/// 2^-20 .. 2^50.
[[nodiscard]] Noise calibrate(Noise::Kind kind, std::uint64_t distance, const Cost& epsilon, std::size_t draws);
/// Gaussian noise of a whole variance that is at least distance^2 / (2 rho); the distance may be given squared. Throws
/// invalid_argument unless rho > 0, the distance is at most 2^32 and the variance at most 2^48.
[[nodiscard]] Noise calibrate_gaussian(std::uint64_t distance, bool squared, const Cost& rho, std::size_t draws);
/// distance^2 / (2 variance): what that noise costs, never more than what it was made for.
[[nodiscard]] Cost rho_of(std::uint64_t distance, bool squared, const Noise& noise);
/// The noisy integer times `unit`, with the interval that misses with chance `doubt` at most.
[[nodiscard]] Estimate estimate(Int128 exact, std::int64_t drawn, const Noise& of, double unit, double doubt);
[[nodiscard]] std::vector<KeyedEstimate> estimates(std::span<const std::int64_t> exact,
                                                   std::span<const std::int64_t> drawn, const Noise& of,
                                                   std::span<const std::string> keys);

inline constexpr double usual_doubt = 0.05;

}  // namespace detail

template <class In, class Metric, class Answer, class Kind>
template <class Step>
Measurement<In, Metric, std::invoke_result_t<Step, Answer>, Kind> Measurement<In, Metric, Answer, Kind>::then(
    Step step) const {
    return detail::Maker::then(*this, std::move(step));
}

/// Both measurements of the same rows; the losses add up [DMNS06].
template <class In, class M, class A, class B, class Kind>
[[nodiscard]] Measurement<In, M, std::pair<A, B>, Kind> both(const Measurement<In, M, A, Kind>& first,
                                                             const Measurement<In, M, B, Kind>& second) {
    return detail::Maker::both(first, second);
}

/// A pure measurement counted in zCDP [BS16, proposition 1.4].
template <class In, class M, class A>
[[nodiscard]] Measurement<In, M, A, Zcdp> as_zcdp(const Measurement<In, M, A, Pure>& pure) {
    return detail::Maker::under<Zcdp>(pure, {.rho = rho_of_pure(pure.loss().epsilon)});
}

/// A pure measurement counted in (epsilon, delta), delta 0.
template <class In, class M, class A>
[[nodiscard]] Measurement<In, M, A, Approximate> as_approximate(const Measurement<In, M, A, Pure>& pure) {
    return detail::Maker::under<Approximate>(pure, pure.loss());
}

/// A zCDP measurement counted in (epsilon, delta), by epsilon_of_zcdp. For one of many, zCDP or a plan costs less.
template <class In, class M, class A>
[[nodiscard]] Measurement<In, M, A, Approximate> as_approximate(const Measurement<In, M, A, Zcdp>& zcdp,
                                                                const Cost& delta) {
    return detail::Maker::under<Approximate>(zcdp,
                                             {.epsilon = epsilon_of_zcdp(zcdp.loss().rho, delta), .delta = delta});
}

}  // namespace tacit::dp
