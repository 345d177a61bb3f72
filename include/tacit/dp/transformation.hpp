#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tacit/dp/domains.hpp"

/// Deterministic steps from rows to what noise is added to. A chain is written left to right,
///
///     number("wage") >> clamp(0, 2500, Cost::ratio(1, 1)) >> sum()
///
/// and each step knows its stability: how far outputs lie apart if inputs are neighbours. A step that does not fit
/// what stands before it does not compile.
namespace tacit::dp {

namespace detail {

struct Catalogue;

/// The loops over data. Total: every double and every text is defined; they neither fail nor depend on order.
struct Kernels {
    [[nodiscard]] static Rows::Carrier all_rows(const Dataset& data);
    [[nodiscard]] static Numbers::Carrier numbers(const Rows::Carrier& rows, std::string_view column);
    [[nodiscard]] static Texts::Carrier texts(const Rows::Carrier& rows, std::string_view column);
    [[nodiscard]] static Rows::Carrier where(const Rows::Carrier& rows, std::string_view column,
                                             std::string_view value);
    /// Of each unit, by a hash of its own name and rows alone: so many groups, and so many rows in each.
    [[nodiscard]] static Rows::Carrier contributions(const Rows::Carrier& rows, std::string_view unit,
                                                     const ContributionBounds& bounds);
    /// The rows that hold each key, in the order of the keys; rows with another text are left out.
    [[nodiscard]] static std::vector<Rows::Carrier> split(const Rows::Carrier& rows, std::string_view column,
                                                          std::span<const std::string> keys);
    [[nodiscard]] static std::vector<std::int64_t> clamp(std::span<const double> numbers, const Grid& grid,
                                                         bool leave_out_missing);
    [[nodiscard]] static Int128 sum(std::span<const std::int64_t> indices);
    /// Sum of 2 index - (low + high): twice the difference from the middle.
    [[nodiscard]] static Int128 centred_sum(std::span<const std::int64_t> indices, const Grid& grid);
    /// Sum of 2 (2 index - low - high)^2 - (high - low)^2.
    [[nodiscard]] static Int128 centred_squares(std::span<const std::int64_t> indices, const Grid& grid);
    [[nodiscard]] static std::vector<std::int64_t> tally(std::span<const std::string_view> texts,
                                                         std::span<const std::string> keys);
    /// How many ballots, names between separators, name each candidate.
    [[nodiscard]] static std::vector<std::int64_t> approvals(std::span<const std::string_view> ballots,
                                                             std::span<const std::string> candidates, char separator);
    /// -max(0, b #(x < g) - a n, a n - b #(x <= g)) for every g from low to high, which holds all indices, where the
    /// quantile is a / b.
    [[nodiscard]] static std::vector<std::int64_t> quantile_scores(std::span<const std::int64_t> indices,
                                                                   std::int64_t low, std::int64_t high, std::uint64_t a,
                                                                   std::uint64_t b);
    /// The columns that a chain names exist, with that kind; throws invalid_argument with the names there are. For the
    /// public side, before any budget is spent.
    static void require_columns(const Dataset& data, std::span<const std::string> numbers,
                                std::span<const std::string> texts);
};

}  // namespace detail

/// The columns that a chain reads, checked against a data set's before anything is spent.
struct ColumnsUsed {
    std::vector<std::string> numbers{};
    std::vector<std::string> texts{};
    std::string unit{};  ///< the one of texts that says whose a row is, if contributions are bounded

    /// With those of another measurement or step of the same rows.
    void add(const ColumnsUsed& more);
};

/// A map between two metric spaces with its stability: neighbours `rows` apart come out at most distance(rows) apart.
/// Immutable. Only the steps of this header make one.
template <class In, class InMetric, class Out, class OutMetric>
class Transformation {
    static_assert(is_metric_space<In, InMetric> && is_metric_space<Out, OutMetric>,
                  "this metric does not measure this domain");

public:
    [[nodiscard]] const Out& output() const noexcept { return output_; }
    /// The stability map, which is linear for every step of the catalogue.
    [[nodiscard]] std::uint64_t distance(std::uint64_t rows = 1) const noexcept { return factor_ * rows; }
    /// What was done, step by step, for the statement of a release.
    [[nodiscard]] const std::vector<std::string>& steps() const noexcept { return steps_; }
    [[nodiscard]] const ColumnsUsed& columns() const noexcept { return columns_; }

private:
    friend struct detail::Catalogue;
    Out output_{};
    std::uint64_t factor_ = 1;
    std::vector<std::string> steps_{};
    ColumnsUsed columns_{};
    std::function<typename Out::Carrier(const typename In::Carrier&)> apply_{};
};

namespace detail {

/// The one maker of transformations; see also the friend in measurement.hpp.
struct Catalogue {
    template <class Metric>
    static Transformation<Rows, Metric, Rows, Metric> rows() {
        Transformation<Rows, Metric, Rows, Metric> made;
        made.apply_ = [](const Rows::Carrier& rows) { return rows; };
        return made;
    }

    template <class Metric2, class In, class M1, class Middle, class M2, class Out, class Step>
    static Transformation<In, M1, Out, Metric2> append(const Transformation<In, M1, Middle, M2>& before, Out output,
                                                       std::uint64_t factor, std::string said, Step step) {
        Transformation<In, M1, Out, Metric2> made;
        made.output_ = std::move(output);
        made.factor_ = before.factor_ * factor;
        made.steps_ = before.steps_;
        made.columns_ = before.columns_;
        if (!said.empty()) made.steps_.push_back(std::move(said));
        made.apply_ = [first = before.apply_, step](const typename In::Carrier& in) { return step(first(in)); };
        return made;
    }

    template <class In, class M1, class Middle, class M2, class Out, class M4>
    static Transformation<In, M1, Out, M4> join(const Transformation<In, M1, Middle, M2>& first,
                                                const Transformation<Middle, M2, Out, M4>& second) {
        auto made = append<M4>(first, second.output_, second.factor_, {}, second.apply_);
        made.steps_.insert(made.steps_.end(), second.steps_.begin(), second.steps_.end());
        made.columns_.add(second.columns_);
        return made;
    }

    template <class T>
    static T reading(T made, std::vector<std::string> ColumnsUsed::*kind, std::string column) {
        (made.columns_.*kind).push_back(std::move(column));
        return made;
    }

    template <class T>
    static T by_unit(T made, std::string unit, const std::string& by) {
        made.columns_.texts.push_back(unit);
        if (!by.empty()) made.columns_.texts.push_back(by);
        made.columns_.unit = std::move(unit);
        return made;
    }

    template <class In, class M1, class Out, class M2>
    static const auto& apply(const Transformation<In, M1, Out, M2>& chain) {
        return chain.apply_;
    }
};

template <class>
inline constexpr bool never = false;

[[nodiscard]] std::string quoted(std::string_view name);
[[nodiscard]] std::string where_text(std::string_view column, std::string_view value);
/// The keys; throws invalid_argument if there is none or one stands twice.
[[nodiscard]] std::vector<std::string> checked_keys(std::vector<std::string> keys);
/// Sensitivity of a sum, in steps: the largest size of a row's index, or the width if a row is changed.
[[nodiscard]] std::uint64_t sum_sensitivity(const Grid& grid, bool change_one) noexcept;

}  // namespace detail

/// All rows of the data set.
template <class Metric = AddRemove>
[[nodiscard]] Transformation<Rows, Metric, Rows, Metric> rows() {
    return detail::Catalogue::rows<Metric>();
}

struct ClampStep {
    static constexpr bool takes_any_chain = true;
    Grid grid;
    template <class In, class M, class Out, class MO>
    auto after(const Transformation<In, M, Out, MO>& before) const {
        static_assert(std::is_same_v<Out, Numbers>, "clamp() takes numbers: put number(column) before it");
        constexpr bool leave_out = std::is_same_v<MO, AddRemove>;
        return detail::Catalogue::append<MO>(
            before, ClampedNumbers{grid}, 1,
            "clamped to " + grid.text() +
                (leave_out ? ", rows without a number left out" : ", no number counts as low"),
            [g = grid](const Numbers::Carrier& in) { return detail::Kernels::clamp(in, g, leave_out); });
    }
};

struct CountStep {
    static constexpr bool takes_any_chain = true;
    template <class In, class M, class Out, class MO>
    auto after(const Transformation<In, M, Out, MO>& before) const {
        static_assert(!std::is_same_v<MO, ChangeOne>,
                      "count() under ChangeOne: the number of rows is public there and needs no noise");
        static_assert(!std::is_same_v<MO, ByUnit>,
                      "count() has no bound on the rows of one unit: put contributions_of(unit, rows) before it");
        return detail::Catalogue::append<AbsoluteDistance>(before, Total{1, "count"}, 1, "count",
                                                           [](const typename Out::Carrier& in) { return size(in); });
    }

private:
    static Int128 size(const Rows::Carrier& in) { return static_cast<Int128>(in.rows.size()); }
    template <class T>
    static Int128 size(const std::vector<T>& in) {
        return static_cast<Int128>(in.size());
    }
};

struct SumStep {
    static constexpr bool takes_any_chain = true;
    template <class In, class M, class Out, class MO>
    auto after(const Transformation<In, M, Out, MO>& before) const {
        static_assert(std::is_same_v<Out, ClampedNumbers>,
                      "sum() has no bound on what one row adds: put clamp(low, high, step) before it");
        const Grid& grid = before.output().grid;
        return detail::Catalogue::append<AbsoluteDistance>(
            before, Total{grid.step().approximate(), "sum"},
            detail::sum_sensitivity(grid, std::is_same_v<MO, ChangeOne>), "sum",
            [](const ClampedNumbers::Carrier& in) { return detail::Kernels::sum(in); });
    }
};

struct TallyStep {
    static constexpr bool takes_any_chain = true;
    std::vector<std::string> keys;
    template <class In, class M, class Out, class MO>
    auto after(const Transformation<In, M, Out, MO>& before) const {
        static_assert(std::is_same_v<Out, Texts>, "tally() counts texts: put text(column) before it");
        return detail::Catalogue::append<L1Distance>(
            before, Tally{keys, before.distance()}, std::is_same_v<MO, ChangeOne> ? 2 : 1,
            "counts for " + std::to_string(keys.size()) + " public keys, other rows left out",
            [k = keys](const Texts::Carrier& in) { return detail::Kernels::tally(in, k); });
    }
};

struct ApprovalsStep {
    static constexpr bool takes_any_chain = true;
    std::vector<std::string> candidates;
    char separator = ';';
    template <class In, class M, class Out, class MO>
    auto after(const Transformation<In, M, Out, MO>& before) const {
        static_assert(std::is_same_v<Out, Texts>, "approvals() reads texts: put text(column) before it");
        return detail::Catalogue::append<RangeDistance>(
            before, Scores{candidates}, std::is_same_v<MO, ChangeOne> ? 2 : 1,
            "approvals of " + std::to_string(candidates.size()) + " public candidates",
            [c = candidates, s = separator](const Texts::Carrier& in) { return detail::Kernels::approvals(in, c, s); });
    }
};

/// Reads a column of numbers; a chain begins with it or with where().
template <class Metric = AddRemove>
[[nodiscard]] Transformation<Rows, Metric, Numbers, Metric> number(std::string column) {
    auto made = detail::Catalogue::append<Metric>(
        rows<Metric>(), Numbers{}, 1, "column " + detail::quoted(column),
        [column](const Rows::Carrier& in) { return detail::Kernels::numbers(in, column); });
    return detail::Catalogue::reading(std::move(made), &ColumnsUsed::numbers, std::move(column));
}

/// Reads a column of texts; a chain begins with it or with where().
template <class Metric = AddRemove>
[[nodiscard]] Transformation<Rows, Metric, Texts, Metric> text(std::string column) {
    auto made = detail::Catalogue::append<Metric>(
        rows<Metric>(), Texts{}, 1, "column " + detail::quoted(column),
        [column](const Rows::Carrier& in) { return detail::Kernels::texts(in, column); });
    return detail::Catalogue::reading(std::move(made), &ColumnsUsed::texts, std::move(column));
}

/// Keeps the rows whose column of texts holds this very value; both are public. How many rows are kept is private, so
/// there is no where() under ChangeOne.
template <class Metric = AddRemove>
[[nodiscard]] Transformation<Rows, Metric, Rows, Metric> where(std::string column, std::string value) {
    static_assert(!std::is_same_v<Metric, ChangeOne>, "where() under ChangeOne: how many rows it keeps is not public");
    auto made = detail::Catalogue::append<Metric>(
        rows<Metric>(), Rows{}, 1, detail::where_text(column, value),
        [column, value](const Rows::Carrier& in) { return detail::Kernels::where(in, column, value); });
    return detail::Catalogue::reading(std::move(made), &ColumnsUsed::texts, std::move(column));
}

/// Brings every number into [low, high] and to the nearest multiple of step: bounds are part of the question and must
/// not come from the data. Errors as Grid::between.
[[nodiscard]] inline ClampStep clamp(double low, double high, const Cost& step) {
    return {Grid::between(low, high, step)};
}
/// How many rows there are; one row changes it by 1.
[[nodiscard]] inline CountStep count() { return {}; }
/// The sum of clamped numbers, exact in 128-bit integers; one row changes it by at most max(|low|, |high|), or by
/// high - low if it is changed.
[[nodiscard]] inline SumStep sum() { return {}; }
/// How many rows approve each candidate, where a row's text names any number of them. One row moves all scores by 0 or
/// 1 the same way, a range of 1 (2 if it is changed). Errors as tally.
[[nodiscard]] ApprovalsStep approvals(std::vector<std::string> candidates, char separator = ';');
/// How many rows hold each key. Keys are public: they must not come from the data. Throws invalid_argument if there is
/// none or one stands twice.
[[nodiscard]] TallyStep tally(std::vector<std::string> keys);

/// `before`, then `step`: clamp(), count(), sum(), ..., or what adds noise and ends the chain (measurement.hpp).
template <class In, class M1, class Out, class M2, class Step>
    requires requires(const Step& step, const Transformation<In, M1, Out, M2>& before) { step.takes_any_chain; }
[[nodiscard]] auto operator>>(const Transformation<In, M1, Out, M2>& before, const Step& step) {
    return step.after(before);
}

/// Two chains in a row: where("sex", "female") >> number("wage").
template <class In, class M1, class Middle, class M2, class Start, class M3, class Out, class M4>
[[nodiscard]] Transformation<In, M1, Out, M4> operator>>(const Transformation<In, M1, Middle, M2>& first,
                                                         const Transformation<Start, M3, Out, M4>& second) {
    static_assert(std::is_same_v<Middle, Start>, "the second chain does not take what the first one gives");
    static_assert(std::is_same_v<M2, M3>, "the two chains are for different neighbour relations");
    return detail::Catalogue::join(first, second);
}

}  // namespace tacit::dp
