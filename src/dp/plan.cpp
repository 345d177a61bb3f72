#include "tacit/dp/plan.hpp"

#include <algorithm>
#include <cmath>

#include "base/fail.hpp"

namespace tacit::dp {

namespace {

constexpr std::uint64_t most_mechanisms = 1000000;

void add_pairs(std::vector<CountedPair>& to, std::span<const CountedPair> pairs, std::uint64_t times) {
    for (const CountedPair& one : pairs) {
        const auto same = std::ranges::find(to, one.pair, &CountedPair::pair);
        if (same == to.end()) {
            to.push_back({one.pair, one.count * times});
        } else {
            same->count += one.count * times;
        }
    }
}

}  // namespace

Plan& Plan::add(Pairs pairs, std::uint64_t times) {
    if (times == 0 || times > most_mechanisms - size_) {
        fail(ErrorCode::invalid_argument, "{} more measurements do not go into a plan of {}; it takes 1 to {} in all",
             times, size_, most_mechanisms);
    }
    parts_.emplace_back(std::move(pairs), times);
    size_ += times;
    return *this;
}

std::vector<CountedPair> Plan::pairs(std::uint64_t rows) const {
    std::vector<CountedPair> all;
    for (const auto& [pairs, times] : parts_) add_pairs(all, pairs(rows), times);
    return all;
}

Bounds Plan::epsilon(const Cost& delta, std::uint64_t rows) const {
    // One binary digit below the nearest double: what is bounded is for a delta that is not more than asked.
    return epsilon_of(pairs(rows), std::nextafter(delta.approximate(), 0));
}

Loss Plan::loss(const Cost& delta, std::uint64_t rows) const {
    const double epsilon = this->epsilon(delta, rows).high;
    if (!std::isfinite(epsilon)) {
        fail(ErrorCode::invalid_argument,
             "no epsilon is enough for this plan at delta {}: its measurements' own deltas add up to more; state a "
             "larger "
             "delta",
             to_string(delta));
    }
    constexpr double units = 0x1p40;
    return {.epsilon = Cost::ratio(static_cast<std::uint64_t>(std::ceil(epsilon * units)), std::uint64_t{1} << 40),
            .delta = delta};
}

namespace detail {

namespace {

CountedPair pair_of(const LossPart& part, std::uint64_t rows) {
    const bool known = rows == 1 || !part.several;
    if (part.shifted && known) {
        const std::uint64_t distance = part.distance * rows;
        const Cost& scale = part.shifted->scale;
        if (part.shifted->kind == Noise::Kind::discrete_laplace) {
            return {DominatingPair::discrete_laplace(scale, distance), part.times};
        }
        return {DominatingPair::discrete_gaussian(scale.numerator(), distance), part.times};
    }
    if (!part.loss.rho.is_zero()) {
        fail(ErrorCode::invalid_argument,
             "Gaussian noise on numbers of which several rows move several cannot be planned; use discrete Laplace "
             "noise, or a zcdp ledger");
    }
    const Loss loss = group_loss(part.loss.delta.is_zero() ? Measure::pure : Measure::approximate, part.loss, rows);
    if (part.bounded_range && known) return {DominatingPair::exponential(loss.epsilon), 1};
    return {DominatingPair::approximate(loss.epsilon, loss.delta), 1};
}

}  // namespace

std::vector<CountedPair> dominating_pairs(std::span<const LossPart> parts, std::uint64_t rows) {
    TACIT_ASSERT(!parts.empty());  // a measurement that states no part would cost a plan nothing
    std::vector<CountedPair> all;
    for (const LossPart& part : parts) {
        const CountedPair one = pair_of(part, rows);
        add_pairs(all, std::span(&one, 1), part.copies);
    }
    return all;
}

std::vector<LossPart> parts_of_groups(std::vector<LossPart> each, const GroupsMoved& moved, const Loss& whole) {
    for (LossPart& part : each) {
        const bool known = moved.rows == 1 || (part.shifted && !part.several && !moved.anywhere);
        if (!known) return {{.loss = whole}};
        part.distance *= moved.rows;
        part.copies *= moved.groups;
        part.several = true;
    }
    return each;
}

PlanState::PlanState(Ledger& ledger, const Plan& plan, const Cost& delta)
    : left_(plan.pairs(ledger.terms().rows_per_unit)),
      loss_(plan.loss(delta, ledger.terms().rows_per_unit)),
      size_(plan.size()) {
    std::vector<std::string> held;
    for (const CountedPair& one : left_) held.push_back(fmt::format("{} x {}", one.count, to_string(one.pair)));
    after_ = ledger.reserve(loss_, fmt::format("a plan: {}", fmt::join(held, "; ")));
}

void PlanState::take(std::span<const CountedPair> pairs) {
    const auto held = [&](const CountedPair& wanted) {
        return std::ranges::find_if(
            left_, [&](const CountedPair& one) { return one.pair == wanted.pair && one.count >= wanted.count; });
    };
    for (const CountedPair& wanted : pairs) {
        if (held(wanted) != left_.end()) continue;
        fail(ErrorCode::budget_exceeded, "the plan holds no {} more of {}; ask what it holds, or declare another plan",
             wanted.count, to_string(wanted.pair));
    }
    for (const CountedPair& wanted : pairs) held(wanted)->count -= wanted.count;
}

Drawn PlanState::draw(const Description& description) const {
    Drawn drawn = draw_reserved(after_, loss_, description);
    drawn.statement.steps.push_back(fmt::format("one of {} measurements of a plan, whose loss is stated", size_));
    return drawn;
}

}  // namespace detail

}  // namespace tacit::dp
