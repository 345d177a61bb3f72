#include "tacit/dp/session.hpp"

#include <cmath>
#include <utility>

#include "base/fail.hpp"
#include "dp/draw.hpp"

namespace tacit::dp::detail {

namespace {

std::string unit_text(const LedgerTerms& terms, const ColumnsUsed& columns) {
    if (!columns.unit.empty()) return fmt::format("{}, with all rows of one '{}'", terms.unit, columns.unit);
    if (terms.rows_per_unit == 1) return fmt::format("{}, with one row", terms.unit);
    return fmt::format("{}, with at most {} rows", terms.unit, terms.rows_per_unit);
}

std::string relation_text(const LedgerTerms& terms) {
    return terms.neighbours == Neighbours::add_remove
               ? fmt::format("all rows of one {} are there or not", terms.unit)
               : fmt::format("the rows of one {} hold something else; their number is public", terms.unit);
}

std::string adversary_text(const Pace& pace) {
    const auto period = pace.period().count();
    return fmt::format(
        "holds against everybody who sees the releases of this ledger and knows all other rows; not against who reads "
        "the data or the machine's memory, measures {}, or has the releases of another ledger",
        period == 0 ? "how long a release takes"
                    : fmt::format("after how many ticks of {} ms a release comes that takes longer than one", period));
}

}  // namespace

void check_terms(const LedgerTerms& terms, Measure measure, Neighbours neighbours) {
    if (terms.measure == measure && terms.neighbours == neighbours) return;
    fail(ErrorCode::parameter_mismatch,
         "the ledger of '{}' counts {} loss for neighbours that {} rows, the session {} loss for those that {}; make "
         "the session for the ledger's",
         terms.data_set, to_string(terms.measure), to_string(terms.neighbours), to_string(measure),
         to_string(neighbours));
}

void check_columns(const Dataset& data, const ColumnsUsed& columns) {
    Kernels::require_columns(data, columns.numbers, columns.texts);
}

Drawn reserve_and_draw(Ledger& ledger, const Loss& loss, const Description& description) {
    return draw_reserved(ledger.reserve(loss, fmt::format("{}", fmt::join(description.steps, "; "))), loss,
                         description);
}

Statement statement_of(const LedgerContents& after, const Loss& loss, const Description& description) {
    const LedgerTerms& terms = after.terms;
    return {.data_set = terms.data_set,
            .unit = unit_text(terms, description.columns),
            .neighbours = relation_text(terms),
            .measure = terms.measure,
            .loss = loss,
            .spent = after.spent,
            .budget = terms.budget,
            .steps = description.steps,
            .noise = description.noise,
            .adversary = adversary_text({}),
            .ledger_head = to_hex(after.head)};
}

Drawn draw_reserved(const LedgerContents& after, const Loss& loss, const Description& description) {
    Drawn drawn;
    drawn.statement = statement_of(after, loss, description);
    SystemWords words;
    drawn.noise = draw(description.noise, words);
    return drawn;
}

ThresholdState::ThresholdState(Ledger& ledger, double threshold, double unit, std::uint64_t distance,
                               const Cost& epsilon)
    : distance_(distance), unit_(unit) {
    const double steps = std::floor(threshold / unit);  // a whole total is above it if and only if above its floor
    if (!(std::abs(steps) <= 0x1p61) || distance == 0) {
        fail(ErrorCode::invalid_argument,
             "a threshold of {} in units of {} for totals that move by {} cannot be watched; it must be within 2^61 "
             "units and the distance above 0",
             threshold, unit, distance);
    }
    const std::uint64_t rows = ledger.terms().rows_per_unit;
    const Cost half = epsilon.split(2 * rows);  // one for the threshold, one for all questions
    const Noise once = calibrate(Noise::Kind::discrete_laplace, distance, half, 1);
    noise_ = calibrate(Noise::Kind::discrete_laplace, 2 * distance, half, 1);
    const Description description{
        {fmt::format("the first total above {}; each may move by {} for one row", threshold, distance)},
        {{"threshold", once, unit}},
        {}};
    Drawn drawn = reserve_and_draw(ledger, {.epsilon = epsilon}, description);
    statement = std::move(drawn.statement);
    statement.noise.push_back({"each total", noise_, unit});
    noisy_threshold_ = static_cast<Int128>(steps) + drawn.noise.front();
}

/// What was moved from asks nothing more.
ThresholdState::ThresholdState(ThresholdState&& other) noexcept
    : statement(std::move(other.statement)),
      distance_(other.distance_),
      unit_(other.unit_),
      noise_(other.noise_),
      noisy_threshold_(std::exchange(other.noisy_threshold_, 0)),
      open_(std::exchange(other.open_, false)) {}

ThresholdState& ThresholdState::operator=(ThresholdState&& other) noexcept {
    statement = std::move(other.statement);
    distance_ = other.distance_;
    unit_ = other.unit_;
    noise_ = other.noise_;
    noisy_threshold_ = std::exchange(other.noisy_threshold_, 0);
    open_ = std::exchange(other.open_, false);
    return *this;
}

void ThresholdState::check(std::uint64_t asked, double asked_unit) const {
    if (!open_) {
        fail(ErrorCode::invalid_argument,
             "above_threshold said \"above\" and is at its end; each further answer needs a new one, and its price");
    }
    if (asked > distance_ || asked_unit != unit_) {
        fail(ErrorCode::invalid_argument,
             "a total that one row moves by {} units of {} was asked, {} of {} paid for; clamp it or pay for more",
             asked, asked_unit, distance_, unit_);
    }
}

std::int64_t ThresholdState::draw() const {
    SystemWords words;
    const NoiseEffect effect{"each total", noise_, unit_};
    return dp::draw(std::span(&effect, 1), words).front();
}

bool ThresholdState::compare(Int128 exact, std::int64_t drawn) noexcept {
    open_ = exact + drawn <= noisy_threshold_;
    return !open_;
}

Quote quote(const Ledger& ledger, const Loss& loss, const Description& description) {
    const LedgerContents now = ledger.contents();
    return {.measure = now.terms.measure,
            .loss = loss,
            .left = now.left,
            .fits = (now.spent + loss).fits(now.terms.budget),
            .steps = description.steps,
            .noise = description.noise};
}

}  // namespace tacit::dp::detail

void tacit::dp::keep_pace(const Pace& pace, Statement& statement) {
    statement.adversary = detail::adversary_text(pace);
    pace.wait();
}
