#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "tacit/base/secret.hpp"
#include "tacit/dp/measurement.hpp"

/// Units of privacy that have several rows, and questions about every group.
namespace tacit::dp {

namespace detail {

/// The counts of keys that are in the data: what is released is in order of the keys.
[[nodiscard]] std::vector<KeyedEstimate> released_keys(const Rows::Carrier& rows, std::string_view column,
                                                       const Noise& noise, std::int64_t threshold,
                                                       std::span<const std::int64_t> seed);
/// The least threshold under which as many keys as a unit may have, each with as many rows as it may have there, all
/// stay unseen but for chance delta; see docs/differential-privacy.md for the proof. Throws invalid_argument unless
/// delta is in (0, 1).
[[nodiscard]] std::int64_t release_threshold(const Noise& noise, const ContributionBounds& bounds, const Cost& delta);
/// What one neighbour moves under for_each() over that column.
[[nodiscard]] GroupsMoved groups_moved(const ContributionBounds& bounds, std::uint64_t distance,
                                       std::string_view column, std::size_t keys);
/// What for_each() charges for it: rows that may be in any group cost what they cost in one.
template <class M>
[[nodiscard]] Loss loss_of_groups(const M& each, const GroupsMoved& moved) {
    const Loss one = each.loss(moved.rows);
    return {one.epsilon * moved.groups, one.delta * moved.groups, one.rho * moved.groups};
}
[[nodiscard]] std::string for_each_text(const std::string& column, std::size_t keys);
[[nodiscard]] std::string private_keys_text(const std::string& column, std::int64_t threshold);
/// The same noise for so many keys.
[[nodiscard]] std::vector<NoiseEffect> times(std::vector<NoiseEffect> noise, std::size_t keys);
/// Of noise drawn for so many keys, effect by effect, what is for one of them.
[[nodiscard]] std::vector<std::int64_t> share_of(std::span<const std::int64_t> drawn,
                                                 std::span<const NoiseEffect> noise, std::size_t keys, std::size_t key);

}  // namespace detail

/// Bounds what each unit of privacy adds, and so leads from "all rows of one unit are there or not" to rows that are
/// there or not: of each text in the column `unit`, at most so many rows are kept. Which ones is decided by a hash of
/// the unit's name and of the number of the row among the unit's own, so that nobody else's rows have a part in it and
/// a file's order favours none. Rows without a unit are left out.
///
/// A Session for AddRemove takes such a chain and charges for the unit, whatever the ledger says of rows per unit.
/// Throws invalid_argument unless rows is 1 .. 2^32.
[[nodiscard]] Transformation<Rows, ByUnit, Rows, AddRemove> contributions_of(std::string unit, std::uint64_t rows);
/// The same with at most `groups` values of the column `by` for each unit and at most `rows` rows with each of them;
/// for_each() and tally_private_keys() over that column then charge for so many groups. Rows without a text in it are
/// left out. Throws invalid_argument unless rows and groups are 1 .. 2^16.
[[nodiscard]] Transformation<Rows, ByUnit, Rows, AddRemove> contributions_of(std::string unit, std::uint64_t rows,
                                                                             std::string by, std::uint64_t groups);

template <class Answer, class Kind>
struct ForEachStep {
    static constexpr bool takes_any_chain = true;
    std::string column;
    std::vector<std::string> keys;
    Measurement<Rows, AddRemove, Answer, Kind> each;
    template <class In, class M, class Out, class MO>
    auto after(const Transformation<In, M, Out, MO>& before) const {
        static_assert(std::is_same_v<Out, Rows>, "for_each() takes rows: put it after rows() or contributions_of()");
        static_assert(std::is_same_v<MO, AddRemove>,
                      "for_each() needs rows that come and go one by one: put contributions_of(unit, rows) before it");
        const auto moved = detail::groups_moved(before.output().bounds, before.distance(), column, keys.size());
        return detail::Maker::for_each(before, column, keys, each, moved);
    }
};

struct PrivateKeysStep {
    static constexpr bool takes_any_chain = true;
    std::string column;
    Cost epsilon;
    Cost delta;
    template <class In, class M, class Out, class MO>
    auto after(const Transformation<In, M, Out, MO>& before) const {
        static_assert(std::is_same_v<Out, Rows>, "tally_private_keys() takes rows: put it after contributions_of()");
        static_assert(std::is_same_v<MO, AddRemove>,
                      "tally_private_keys() needs a bound on each unit: put contributions_of(...) before it");
        ContributionBounds bounds = before.output().bounds;
        if (!bounds.hold_for(column)) bounds = {.groups = before.distance(), .rows = before.distance()};
        Noise noise = detail::calibrate(Noise::Kind::discrete_laplace, before.distance(), epsilon, 1);
        noise.streams = 1;
        const std::int64_t threshold = detail::release_threshold(noise, bounds, delta);
        return detail::Maker::private_keys(before, column, {.epsilon = epsilon, .delta = delta}, noise, threshold);
    }
};

/// `each` on the rows of every key of a column of texts; keys are public, rows with other texts are left out. One row
/// is in one group, so the price is that of one answer [McS09]; it is that of `groups` answers if
/// contributions_of(unit, rows, column, groups) stands before. Any measurement under AddRemove will do: counts, means,
/// quantiles, selections. Errors as tally.
template <class Answer, class Kind>
[[nodiscard]] ForEachStep<Answer, Kind> for_each(std::string column, std::vector<std::string> keys,
                                                 Measurement<Rows, AddRemove, Answer, Kind> each) {
    return {std::move(column), detail::checked_keys(std::move(keys)), std::move(each)};
}

/// How many rows hold each text of a column, for texts that nobody stated: keys are private, and released only with a
/// noisy count at or above a threshold that a key which one unit alone holds reaches with chance at most delta
/// [KKMN09]. (epsilon, delta)-DP; docs/differential-privacy.md has the proof and the threshold. Discrete Laplace noise
/// of scale distance / epsilon. Rows without a text are left out. A key near the threshold is seen when its noise is
/// large: intervals hold over all keys, not over those that are seen. Throws invalid_argument as calibrate, or unless
/// 0 < delta < 1.
[[nodiscard]] inline PrivateKeysStep tally_private_keys(std::string column, const Cost& epsilon, const Cost& delta) {
    return {std::move(column), epsilon, delta};
}

namespace detail {

template <class In, class M, class Answer, class Kind>
Measurement<In, M, std::vector<Keyed<Answer>>, Kind> Maker::for_each(
    const Transformation<In, M, Rows, AddRemove>& before, const std::string& column,
    const std::vector<std::string>& keys, const Measurement<Rows, AddRemove, Answer, Kind>& each,
    const GroupsMoved& moved) {
    Measurement<In, M, std::vector<Keyed<Answer>>, Kind> made;
    made.description_ = {before.steps(), times(each.description_.noise, keys.size()), before.columns()};
    auto& steps = made.description_.steps;
    steps.push_back(for_each_text(column, keys.size()));
    steps.insert(steps.end(), each.description_.steps.begin(), each.description_.steps.end());
    made.description_.columns.add({.texts = {column}});
    made.description_.columns.add(each.description_.columns);
    made.loss_ = loss_of_groups(each, moved);
    made.parts_ = parts_of_groups(each.parts(), moved, made.loss_);
    made.answer_ = [apply = Catalogue::apply(before), column, keys, answer = each.answer_,
                    noise = each.description_.noise](const typename In::Carrier& in,
                                                     std::span<const std::int64_t> drawn) {
        const auto groups = Kernels::split(apply(in), column, keys);
        std::vector<Keyed<Answer>> answers;
        for (std::size_t key = 0; key < keys.size(); ++key) {
            auto mine = share_of(drawn, noise, keys.size(), key);
            answers.push_back({keys[key], answer(groups[key], mine)});
            wipe(std::as_writable_bytes(std::span(mine)));
        }
        return answers;
    };
    return made;
}

template <class In, class M>
Measurement<In, M, std::vector<KeyedEstimate>, Approximate> Maker::private_keys(
    const Transformation<In, M, Rows, AddRemove>& before, const std::string& column, const Loss& loss,
    const Noise& noise, std::int64_t threshold) {
    auto made = measure<std::vector<KeyedEstimate>, Approximate>(
        before, private_keys_text(column, threshold), loss, {{"each count", noise, 1}},
        [column, noise, threshold](const Rows::Carrier& in, std::span<const std::int64_t> drawn) {
            return released_keys(in, column, noise, threshold, drawn);
        });
    made.description_.columns.add({.texts = {column}});
    return made;
}

}  // namespace detail

}  // namespace tacit::dp
