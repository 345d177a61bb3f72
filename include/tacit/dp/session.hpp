#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "tacit/base/secret.hpp"
#include "tacit/dp/dataset.hpp"
#include "tacit/dp/ledger.hpp"
#include "tacit/dp/measurement.hpp"
#include "tacit/dp/pace.hpp"

namespace tacit::dp {

/// What a release says about itself, after the checklist of NIST SP 800-226.
struct Statement {
    std::string data_set;
    std::string unit;        ///< "person, with at most 3 rows"
    std::string neighbours;  ///< the neighbour relation, in words
    Measure measure = Measure::pure;
    Loss loss{};   ///< of this release, to one unit
    Loss spent{};  ///< with it, of the budget
    Loss budget{};
    std::vector<std::string> steps{};  ///< what was read, left out, clamped, counted
    std::vector<NoiseEffect> noise{};
    std::string adversary;    ///< whom it holds against and whom not
    std::string ledger_head;  ///< keep it: a ledger without it was rolled back
};

/// The price and the error of a release, without data and before anything is spent.
struct Quote {
    Measure measure = Measure::pure;
    Loss loss{};  ///< to one unit
    Loss left{};  ///< of the budget, now
    bool fits = false;
    std::vector<std::string> steps{};
    std::vector<NoiseEffect> noise{};
};

/// An answer and what it is worth. Only a Session, or a PlannedSession of one, makes it.
template <class Answer>
class Released {
public:
    [[nodiscard]] const Answer& answer() const noexcept { return answer_; }
    [[nodiscard]] const Statement& statement() const noexcept { return statement_; }

private:
    template <class, class>
    friend class Session;
    template <class>
    friend class PlannedSession;
    Released(Answer answer, Statement statement) : answer_(std::move(answer)), statement_(std::move(statement)) {}
    Answer answer_;
    Statement statement_;
};

/// Waits for the tick, and states what time says after that. Sessions do; also for who gathers answers first and hands
/// out all at once.
void keep_pace(const Pace& pace, Statement& statement);

namespace detail {

/// Checks that ledger and session are for the same measure and relation; throws parameter_mismatch.
void check_terms(const LedgerTerms& terms, Measure measure, Neighbours neighbours);
void check_columns(const Dataset& data, const ColumnsUsed& columns);
/// What a release says that was paid for.
[[nodiscard]] Statement statement_of(const LedgerContents& after, const Loss& loss, const Description& description);
/// Reserves the loss, and after that draws all the noise from a fresh generator.
struct Drawn {
    std::vector<std::int64_t> noise;
    Statement statement;
};
[[nodiscard]] Drawn reserve_and_draw(Ledger& ledger, const Loss& loss, const Description& description);
/// What reserve_and_draw states of a release whose loss was reserved, and its noise.
[[nodiscard]] Drawn draw_reserved(const LedgerContents& after, const Loss& loss, const Description& description);
/// A session's questions: about its own relation, and where rows come and go also about all rows of one unit.
template <class Metric, class Asked>
inline constexpr bool answers =
    std::is_same_v<Metric, Asked> || (std::is_same_v<Metric, AddRemove> && std::is_same_v<Asked, ByUnit>);
/// How many rows the loss to one unit is for: what the ledger states, or none but the unit itself.
template <class Asked>
[[nodiscard]] std::uint64_t group_of_unit(const Ledger& ledger) {
    return std::is_same_v<Asked, ByUnit> ? 1 : ledger.terms().rows_per_unit;
}
/// What AboveThreshold knows between questions.
class ThresholdState {
public:
    ThresholdState(Ledger& ledger, double threshold, double unit, std::uint64_t distance, const Cost& epsilon);
    ThresholdState(ThresholdState&& other) noexcept;
    ThresholdState& operator=(ThresholdState&& other) noexcept;
    void check(std::uint64_t asked, double asked_unit) const;
    [[nodiscard]] std::int64_t draw() const;
    [[nodiscard]] bool compare(Int128 exact, std::int64_t drawn) noexcept;
    Statement statement;

private:
    std::uint64_t distance_;
    double unit_;
    Noise noise_;
    Int128 noisy_threshold_ = 0;  ///< secret
    bool open_ = true;
};

[[nodiscard]] Quote quote(const Ledger& ledger, const Loss& loss, const Description& description);

}  // namespace detail

/// The first of many totals that is above a threshold, for the price of one answer [DNRRV09], in the variant that
/// [LSL17] proves: the threshold's noise is drawn once, each question's anew, only above or below comes out, and the
/// first "above" ends it. Made by Session::above_threshold, which must outlive it and stay in place. Cannot be copied:
/// two of them would ask twice for one price.
template <class Metric>
class AboveThreshold {
public:
    AboveThreshold(AboveThreshold&&) noexcept = default;
    AboveThreshold& operator=(AboveThreshold&&) noexcept = default;

    /// Whether the total is above the threshold, noise on both. Throws invalid_argument if one row moves the total by
    /// more than the distance that was paid for, if it counts another unit, or after an "above".
    [[nodiscard]] bool ask(const Transformation<Rows, Metric, Total, AbsoluteDistance>& total) {
        detail::check_columns(*data_, total.columns());
        state_.check(total.distance(), total.output().unit);
        const std::int64_t noise = state_.draw();
        const bool above = state_.compare(detail::Catalogue::apply(total)(detail::Kernels::all_rows(*data_)), noise);
        keep_pace(pace_, state_.statement);
        return above;
    }
    [[nodiscard]] const Statement& statement() const noexcept { return state_.statement; }

private:
    template <class, class>
    friend class Session;
    AboveThreshold(Ledger& ledger, const Dataset& data, const Pace& pace, double threshold, double unit,
                   std::uint64_t distance, const Cost& epsilon)
        : data_(&data), pace_(pace), state_(ledger, threshold, unit, distance, epsilon) {}
    const Dataset* data_;
    Pace pace_;
    detail::ThresholdState state_;
};

class Plan;
template <class Metric>
class PlannedSession;

/// Private rows and their budget; the only way from one to an answer. The order of a release is: columns checked and
/// price computed (public), loss written to the disk, noise drawn, data read, the next tick awaited, answer. Nothing
/// after the second step fails for what the data holds.
template <class Kind, class Metric = AddRemove>
class Session {
    static_assert(std::is_same_v<Metric, AddRemove> || std::is_same_v<Metric, ChangeOne>);

public:
    /// Throws parameter_mismatch if the ledger is for another measure or neighbour relation. Answers leave at the
    /// pace's ticks.
    Session(Ledger ledger, Dataset data, const Pace& pace = {})
        : ledger_(std::move(ledger)), data_(std::move(data)), pace_(pace) {
        constexpr bool add_remove = std::is_same_v<Metric, AddRemove>;
        detail::check_terms(ledger_.terms(), Kind::measure,
                            add_remove ? Neighbours::add_remove : Neighbours::change_one);
    }

    /// Charges what one unit loses: the loss to as many rows as the ledger says that a unit has at most, or, if the
    /// chain bounds contributions, to all rows of one unit whatever their number. Throws budget_exceeded,
    /// invalid_argument if a column is missing, io_failure.
    template <class Asked, class Answer>
        requires detail::answers<Metric, Asked>
    [[nodiscard]] Released<Answer> release(const Measurement<Rows, Asked, Answer, Kind>& measurement) {
        detail::check_columns(data_, measurement.description().columns);
        const Loss loss = measurement.loss(detail::group_of_unit<Asked>(ledger_));
        detail::Drawn drawn = detail::reserve_and_draw(ledger_, loss, measurement.description());
        Answer answer = detail::Maker::answer(measurement, detail::Kernels::all_rows(data_), drawn.noise);
        wipe(std::as_writable_bytes(std::span(drawn.noise)));
        keep_pace(pace_, drawn.statement);
        return {std::move(answer), std::move(drawn.statement)};
    }

    /// What release would cost and how far its answer would be off. Touches no data, spends nothing.
    template <class Asked, class Answer>
        requires detail::answers<Metric, Asked>
    [[nodiscard]] Quote quote(const Measurement<Rows, Asked, Answer, Kind>& measurement) const {
        return detail::quote(ledger_, measurement.loss(detail::group_of_unit<Asked>(ledger_)),
                             measurement.description());
    }

    /// Watches totals for the first one above a public threshold; see AboveThreshold. The whole loss is spent now.
    [[nodiscard]] AboveThreshold<Metric> above_threshold(double threshold, double unit, std::uint64_t distance,
                                                         const Cost& epsilon)
        requires std::is_same_v<Kind, Pure>
    {
        return AboveThreshold<Metric>(ledger_, data_, pace_, threshold, unit, distance, epsilon);
    }

    /// Pays for a whole plan now and answers what it holds; see PlannedSession. Include "tacit/dp/plan.hpp".
    [[nodiscard]] PlannedSession<Metric> carry_out(const Plan& plan, const Cost& delta)
        requires std::is_same_v<Kind, Approximate>
    {
        return PlannedSession<Metric>(ledger_, data_, pace_, plan, delta);
    }

    [[nodiscard]] const Ledger& ledger() const noexcept { return ledger_; }

private:
    Ledger ledger_;
    Dataset data_;
    Pace pace_;
};

}  // namespace tacit::dp
