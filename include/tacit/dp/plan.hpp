#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tacit/dp/session.hpp"

/// Plans: how many measurements of which noise there will be, said beforehand and paid for together by their
/// privacy-loss distribution, for much less than one by one.
namespace tacit::dp {

namespace detail {

/// A unit's rows are a group, unless the measurement bounds what a whole unit adds.
template <class Metric, class Answer, class Kind>
[[nodiscard]] std::vector<CountedPair> pairs_of_unit(const Measurement<Rows, Metric, Answer, Kind>& measurement,
                                                     std::uint64_t rows) {
    return measurement.pairs(std::is_same_v<Metric, ByUnit> ? 1 : rows);
}

}  // namespace detail

/// So many measurements of each kind of noise. What exactly is measured need not be known yet: it may depend on the
/// answers before [ZDW22].
class Plan {
public:
    /// `times` measurements that cost no more than this one. Throws invalid_argument for 0 times, or above 10^6 in all.
    template <class Metric, class Answer, class Kind>
    Plan& add(const Measurement<Rows, Metric, Answer, Kind>& measurement, std::uint64_t times = 1) {
        return add([measurement](std::uint64_t rows) { return detail::pairs_of_unit(measurement, rows); }, times);
    }

    /// What it costs one unit of so many rows: at this delta, the epsilon that epsilon_of bounds from above, rounded
    /// up. Throws invalid_argument for an empty plan, if delta is not within 0 and 1 or no epsilon is enough for it, or
    /// for what Measurement::pairs refuses.
    [[nodiscard]] Loss loss(const Cost& delta, std::uint64_t rows = 1) const;
    /// Bounds of that epsilon.
    [[nodiscard]] Bounds epsilon(const Cost& delta, std::uint64_t rows = 1) const;
    [[nodiscard]] std::vector<CountedPair> pairs(std::uint64_t rows = 1) const;
    /// How many measurements.
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

private:
    using Pairs = std::function<std::vector<CountedPair>(std::uint64_t)>;
    Plan& add(Pairs pairs, std::uint64_t times);
    std::vector<std::pair<Pairs, std::uint64_t>> parts_;
    std::uint64_t size_ = 0;
};

namespace detail {

/// The plan's loss on the disk, and what of it is still to be had.
class PlanState {
public:
    PlanState(Ledger& ledger, const Plan& plan, const Cost& delta);
    /// Takes a measurement's pairs off; throws budget_exceeded if the plan holds no more of them.
    void take(std::span<const CountedPair> pairs);
    [[nodiscard]] Drawn draw(const Description& description) const;
    [[nodiscard]] std::uint64_t rows() const noexcept { return after_.terms.rows_per_unit; }

private:
    std::vector<CountedPair> left_;
    LedgerContents after_;
    Loss loss_;
    std::uint64_t size_;
};

}  // namespace detail

/// Answers what a plan holds and nothing else. Made by Session::carry_out, which must outlive it and stay in place; one
/// entry in the ledger pays for all. Cannot be copied: two of them would answer twice for one price.
template <class Metric>
class PlannedSession {
public:
    PlannedSession(PlannedSession&&) noexcept = default;
    PlannedSession& operator=(PlannedSession&&) noexcept = default;

    /// Any measurement whose noise the plan still holds, chosen freely. Its statement has the whole plan's loss. Throws
    /// budget_exceeded if the plan holds no more of that noise, invalid_argument if a column is missing.
    template <class Asked, class Answer, class Kind>
        requires detail::answers<Metric, Asked>
    [[nodiscard]] Released<Answer> release(const Measurement<Rows, Asked, Answer, Kind>& measurement) {
        detail::check_columns(*data_, measurement.description().columns);
        state_.take(detail::pairs_of_unit(measurement, state_.rows()));
        detail::Drawn drawn = state_.draw(measurement.description());
        Answer answer = detail::Maker::answer(measurement, detail::Kernels::all_rows(*data_), drawn.noise);
        wipe(std::as_writable_bytes(std::span(drawn.noise)));
        keep_pace(pace_, drawn.statement);
        return {std::move(answer), std::move(drawn.statement)};
    }

private:
    template <class, class>
    friend class Session;
    PlannedSession(Ledger& ledger, const Dataset& data, const Pace& pace, const Plan& plan, const Cost& delta)
        : data_(&data), pace_(pace), state_(ledger, plan, delta) {}
    const Dataset* data_;
    Pace pace_;
    detail::PlanState state_;
};

}  // namespace tacit::dp
