#include "tacit/mpc/private_answers.hpp"

#include <algorithm>
#include <cmath>

#include "base/fail.hpp"
#include "mpc/noisy_answers.hpp"
#include "tacit/dp/transformation.hpp"
#include "tacit/mpc/decimal.hpp"
#include "tacit/mpc/joint_ledger.hpp"
#include "tacit/mpc/joint_noise.hpp"
#include "tacit/mpc/vote.hpp"

namespace tacit::mpc {

namespace {

using Kind = PrivateQuestion::Kind;

constexpr std::size_t value_planes = 48;
constexpr std::int64_t largest_bound = std::int64_t{1} << 46U;
constexpr std::size_t most_choices = 255;
constexpr std::size_t most_candidates = 4096;
constexpr std::uint64_t most_contributors = std::uint64_t{1} << 32U;

bool has_keys(Kind kind) noexcept { return kind == Kind::histogram || kind == Kind::select; }

void check(const PrivateQuestion& question) {
    if (has_keys(question.kind)) {
        const std::size_t most = question.kind == Kind::select ? most_candidates : most_choices;
        if (dp::detail::checked_keys(question.keys).size() > most) {
            fail(ErrorCode::invalid_argument, "{} keys; at most {} are possible", question.keys.size(), most);
        }
        return;
    }
    const auto text = [&](std::int64_t bound) { return to_decimal(bound, question.digits); };
    const bool ordered = question.kind == Kind::count ? question.low <= question.high : question.low < question.high;
    if (!ordered || question.low < -largest_bound || question.high > largest_bound) {
        fail(ErrorCode::invalid_argument,
             "bounds {} to {}; the lower one comes first, and both are from {} to {}. State bounds that you know "
             "without "
             "looking at the data",
             text(question.low), text(question.high), text(-largest_bound), text(largest_bound));
    }
}

std::string range_text(const PrivateQuestion& question) {
    return fmt::format("{} to {}", to_decimal(question.low, question.digits),
                       to_decimal(question.high, question.digits));
}

std::string step_text(const PrivateQuestion& question) {
    switch (question.kind) {
        case Kind::sum: return fmt::format("sum of values, each clamped to {} on shares", range_text(question));
        case Kind::count: return fmt::format("how many values are from {}", range_text(question));
        case Kind::histogram: return fmt::format("how many chose each of {}", fmt::join(question.keys, ", "));
        case Kind::select: return fmt::format("the most approved of {}", fmt::join(question.keys, ", "));
    }
    return {};
}

/// What another content of one contribution changes at most: a number, all counts together, or the range of scores.
std::uint64_t sensitivity(const PrivateQuestion& question) {
    switch (question.kind) {
        case Kind::sum: return static_cast<std::uint64_t>(question.high - question.low);
        case Kind::count: return 1;
        case Kind::histogram:
        case Kind::select: return 2;
    }
    return 0;
}

void check_contributions(const PrivateQuestion& question, const BitShape& shape) {
    const std::size_t planes = contribution_planes(question);
    if (shape.planes != planes) {
        fail(ErrorCode::invalid_argument, "contributions of {} bits; this question takes {}", shape.planes, planes);
    }
    const std::uint64_t largest = static_cast<std::uint64_t>(std::max(std::abs(question.low), std::abs(question.high)));
    const std::uint64_t room = (std::uint64_t{1} << 61U) / std::max<std::uint64_t>(1, largest);
    const std::uint64_t most = question.kind == Kind::sum ? std::min(room, most_contributors) : most_contributors;
    const std::size_t least = std::max<std::size_t>(1, question.minimum);
    if (shape.lanes < least || shape.lanes > most) {
        fail(ErrorCode::invalid_argument,
             "{} contributors; this question asks for {} or more, and {} at most leave room for sum and noise",
             shape.lanes, least, most);
    }
}

void check_ledger(const dp::LedgerTerms& terms) {
    dp::detail::check_terms(terms, dp::Measure::pure, dp::Neighbours::change_one);
}

std::string adversary_text(int parties) {
    return fmt::format(
        "computational differential privacy: holds against everybody who sees the answers of this ledger and cannot "
        "break the cryptography, also if he is one of the {} and knows what all other contributors brought; not "
        "against two of the parties together, or answers from another ledger",
        parties == 3 ? "three parties that computed and follows the protocol"
                     : "four parties that computed, whatever he does");
}

dp::Statement statement_of(const dp::LedgerContents& after, const dp::Loss& loss, const dp::Description& what,
                           int parties, std::size_t contributors) {
    dp::Statement statement = dp::detail::statement_of(after, loss, what);
    statement.steps.push_back(fmt::format("{} contributors; that they took part is not protected", contributors));
    statement.steps.push_back(
        fmt::format("noise drawn by {} parties together, within statistical distance {:.1g} of what is stated", parties,
                    distance_of_joint_noise(what.noise.front().noise).approximate()));
    statement.adversary = adversary_text(parties);
    return statement;
}

PrivateAnswer answer_of(const PrivateQuestion& question, const dp::NoiseEffect& noise,
                        std::span<const std::int64_t> opened) {
    PrivateAnswer answer;
    if (question.kind == Kind::select) {
        const auto number = static_cast<std::size_t>(opened.front());
        if (number >= question.keys.size()) {
            fail(ErrorCode::protocol_violation,
                 "the answer is number {} of {} keys; a party cheats, or its program is damaged", number,
                 question.keys.size());
        }
        answer.selected = question.keys[number];
        return answer;
    }
    for (std::size_t i = 0; i < opened.size(); ++i) {
        answer.estimates.push_back(
            {.key = has_keys(question.kind) ? question.keys[i] : "",
             .answer = dp::detail::estimate(opened[i], 0, noise.noise, noise.unit, dp::detail::usual_doubt)});
    }
    return answer;
}

}  // namespace

std::size_t contribution_planes(const PrivateQuestion& question) {
    check(question);
    switch (question.kind) {
        case Kind::sum:
        case Kind::count: return value_planes;
        case Kind::histogram: return ChoiceVote{.choices = question.keys.size()}.ballot_planes();
        case Kind::select: return question.keys.size();
    }
    return 0;
}

ClearBits value_contribution(std::int64_t value) {
    constexpr std::int64_t limit = std::int64_t{1} << (value_planes - 1);
    if (value <= -limit || value >= limit) {
        fail(ErrorCode::invalid_argument,
             "a value of {}; with its digits behind the point it must be between -2^47 and "
             "2^47",
             value);
    }
    return {std::vector{static_cast<std::uint64_t>(value)}, value_planes};
}

ClearBits approval_contribution(std::span<const std::string> keys, std::span<const std::string> approved) {
    ClearBits bits(BitShape{keys.size(), 1});
    for (const std::string& name : approved) {
        const auto key = std::ranges::find(keys, name);
        if (key == keys.end()) {
            fail(ErrorCode::invalid_argument, "'{}' is none of the keys {}", name, fmt::join(keys, ", "));
        }
        bits.set(static_cast<std::size_t>(key - keys.begin()), 0);
    }
    return bits;
}

ClearBits choice_contribution(std::span<const std::string> keys, std::string_view chosen) {
    const std::vector<std::string> one{std::string(chosen)};
    const ClearBits place = approval_contribution(keys, one);
    std::uint64_t number = 1;
    while (!place.at(number - 1, 0)) ++number;
    return {std::vector{number}, ChoiceVote{.choices = keys.size()}.ballot_planes()};
}

dp::Description describe(const PrivateQuestion& question, std::uint64_t rows_per_unit) {
    check(question);
    const dp::Cost each = question.epsilon.split(rows_per_unit);
    const bool selects = question.kind == Kind::select;
    const std::size_t draws = has_keys(question.kind) ? question.keys.size() : 1;
    const auto kind = selects ? dp::Noise::Kind::geometric : dp::Noise::Kind::discrete_laplace;
    const char* const of = selects                            ? "score of the winner"
                           : question.kind == Kind::sum       ? "sum"
                           : question.kind == Kind::histogram ? "each count"
                                                              : "count";
    const double unit = question.kind == Kind::sum ? std::pow(10, -question.digits) : 1;
    return {.steps = {step_text(question)},
            .noise = {{of, dp::detail::calibrate(kind, sensitivity(question), each, draws), unit}}};
}

party::Plan plan_answer(const PrivateQuestion& question, const dp::LedgerTerms& terms, std::string_view contributors) {
    check_ledger(terms);
    const dp::Description what = describe(question, terms.rows_per_unit);
    Hasher keys;
    for (const std::string& key : question.keys) {
        keys.update(key.size());
        keys.update(std::as_bytes(std::span(key)));
    }
    return {
        .program = "private answer/1",
        .parameters = fmt::format(
            "kind {}; epsilon {}; bounds {} to {}; digits {}; keys {}; minimum {}; ledger of {}, unit {}, rows {}; "
            "contributors {}",
            static_cast<int>(question.kind), to_string(question.epsilon), question.low, question.high, question.digits,
            to_hex(keys.finish()), question.minimum, terms.data_set, terms.unit, terms.rows_per_unit, contributors)};
}

PrivateAnswer answer_privately(party::Party& me, dp::Ledger& ledger, const PrivateQuestion& question,
                               const Bits& contributions) {
    check_ledger(ledger.terms());
    const std::uint64_t rows = ledger.terms().rows_per_unit;
    const dp::Description what = describe(question, rows);
    check_contributions(question, contributions.shape);
    if (me.count() != 3 && me.count() != 4) {
        fail(ErrorCode::invalid_argument, "a private answer of {} parties; three or four compute it", me.count());
    }
    const dp::Loss loss = dp::group_loss(dp::Measure::pure, {.epsilon = question.epsilon.split(rows)}, rows);
    Replicated ring(me);
    // Before the reservation, so that a contributor whose shares do not fit costs nobody's budget. What is hashed is,
    // at any one party, uniform whatever was contributed.
    ring.confirm_dealt(std::vector{&contributions.parts});
    const dp::LedgerContents after = reserve_together(me, ledger, loss, fmt::format("{}", fmt::join(what.steps, "; ")));
    const auto opened = open_answer(ring, question, what.noise.front().noise, contributions);
    PrivateAnswer answer = answer_of(question, what.noise.front(), opened);
    answer.contributors = contributions.shape.lanes;
    answer.statement = statement_of(after, loss, what, me.count(), contributions.shape.lanes);
    return answer;
}

}  // namespace tacit::mpc
