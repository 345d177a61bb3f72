#include "tacit/mpc/private_answers.hpp"

#include <algorithm>
#include <cmath>

#include "base/fail.hpp"
#include "mpc/noisy_answers.hpp"
#include "tacit/base/bytes.hpp"
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
constexpr std::uint32_t longest_text = 1000;
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

void put_values(PrivateAnswer& answer, const PrivateQuestion& question, const dp::NoiseEffect& noise,
                std::span<const std::uint64_t> opened) {
    const std::size_t due = question.kind == Kind::histogram ? question.keys.size() : 1;
    if (opened.size() != due) {
        fail(ErrorCode::malformed_input, "an answer of {} numbers where {} are due", opened.size(), due);
    }
    if (question.kind == Kind::select) {
        if (opened.front() >= question.keys.size()) {
            fail(ErrorCode::protocol_violation,
                 "the answer is number {} of {} keys; a party cheats, or its program is damaged", opened.front(),
                 question.keys.size());
        }
        answer.selected = question.keys[opened.front()];
        return;
    }
    for (std::size_t i = 0; i < opened.size(); ++i) {
        const auto noisy = static_cast<std::int64_t>(opened[i]);
        answer.estimates.push_back(
            {.key = has_keys(question.kind) ? question.keys[i] : "",
             .answer = dp::detail::estimate(noisy, 0, noise.noise, noise.unit, dp::detail::usual_doubt)});
    }
}

/// Gives the answer to the receivers.
void hand_out(PrivateAnswer& answer, Replicated& ring, const SecretAnswer& secret, const PrivateQuestion& question,
              const dp::NoiseEffect& noise, const Receivers& receivers, const ResultText& text) {
    if (const Bits* const place = std::get_if<Bits>(&secret)) {
        auto given = deliver(ring, *place, receivers, text);
        answer.received = given.value.has_value();
        answer.files = std::move(given.files);
        if (given.value) put_values(answer, question, noise, given.value->values());
        return;
    }
    auto given = deliver(ring, std::get<Numbers>(secret), receivers, text);
    answer.received = given.value.has_value();
    answer.files = std::move(given.files);
    if (given.value) put_values(answer, question, noise, *given.value);
}

/// What a receiver who is no party needs to understand an answer.
std::vector<std::byte> about_bytes(const PrivateQuestion& question, const dp::LedgerTerms& terms,
                                   std::uint64_t contributors) {
    ByteWriter out;
    out.u8(static_cast<std::uint8_t>(question.kind));
    out.string(to_string(question.epsilon));
    out.i64(question.low);
    out.i64(question.high);
    out.u8(static_cast<std::uint8_t>(question.digits));
    out.u32(static_cast<std::uint32_t>(question.keys.size()));
    for (const std::string& key : question.keys) out.string(key);
    out.u64(terms.rows_per_unit);
    out.string(terms.data_set);
    out.string(terms.unit);
    out.u64(contributors);
    return std::move(out).take();
}

struct About {
    PrivateQuestion question;
    dp::LedgerTerms terms;
    std::uint64_t contributors = 0;
};
/// Throws malformed_input.
About read_about(std::span<const std::byte> bytes) {
    ByteReader in(bytes);
    About about;
    const std::uint8_t kind = in.u8("the kind of question");
    if (kind > static_cast<std::uint8_t>(Kind::select)) {
        fail(ErrorCode::malformed_input, "an answer to a question of kind {}; there is none", kind);
    }
    about.question.kind = static_cast<Kind>(kind);
    about.question.epsilon = dp::parse_cost(in.string("epsilon", longest_text)).value();
    about.question.low = in.i64("the lower bound");
    about.question.high = in.i64("the upper bound");
    about.question.digits = in.u8("the digits");
    const std::uint32_t keys = in.bounded_u32("the number of keys", most_candidates);
    for (std::uint32_t i = 0; i < keys; ++i) about.question.keys.push_back(in.string("a key"));
    about.terms.neighbours = dp::Neighbours::change_one;
    about.terms.rows_per_unit = in.bounded("rows of a unit", most_contributors);
    about.terms.data_set = in.string("the data set", longest_text);
    about.terms.unit = in.string("the unit", longest_text);
    about.contributors = in.u64("the number of contributors");
    in.expect_end();
    if (about.question.digits > 9 || about.terms.rows_per_unit == 0) {
        fail(ErrorCode::malformed_input, "{} digits and {} rows of a unit; up to 9, and from 1", about.question.digits,
             about.terms.rows_per_unit);
    }
    return about;
}

dp::Loss loss_of(const PrivateQuestion& question, std::uint64_t rows) {
    return dp::group_loss(dp::Measure::pure, {.epsilon = question.epsilon.split(rows)}, rows);
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
                               const Bits& contributions, const Receivers& receivers) {
    check_ledger(ledger.terms());
    const std::uint64_t rows = ledger.terms().rows_per_unit;
    const dp::Description what = describe(question, rows);
    check_contributions(question, contributions.shape);
    if (me.count() != 3 && me.count() != 4) {
        fail(ErrorCode::invalid_argument, "a private answer of {} parties; three or four compute it", me.count());
    }
    const dp::Loss loss = loss_of(question, rows);
    Replicated ring(me);
    // Before the reservation, so that a contributor whose shares do not fit costs nobody's budget. What is hashed is,
    // at any one party, uniform whatever was contributed.
    ring.confirm_dealt(std::vector{&contributions.parts});
    const dp::LedgerContents after = reserve_together(me, ledger, loss, fmt::format("{}", fmt::join(what.steps, "; ")));
    const SecretAnswer secret = noisy_answer(ring, question, what.noise.front().noise, contributions);
    PrivateAnswer answer;
    answer.contributors = contributions.shape.lanes;
    answer.statement = statement_of(after, loss, what, me.count(), answer.contributors);
    hand_out(answer, ring, secret, question, what.noise.front(), receivers,
             {.kind = private_answer_kind,
              .task = after.terms.data_set,
              .about = about_bytes(question, after.terms, answer.contributors)});
    return answer;
}

PrivateAnswer answer_privately(party::Party& me, dp::Ledger& ledger, const PrivateQuestion& question,
                               const Bits& contributions) {
    return answer_privately(me, ledger, question, contributions, all_parties(me.count()));
}

Expected<PrivateAnswer> read_private_answer(const Revealed& revealed) {
    try {
        if (revealed.label.kind != private_answer_kind) {
            fail(ErrorCode::malformed_input, "these files are no private answer");
        }
        const About about = read_about(revealed.about);
        const dp::Description what = describe(about.question, about.terms.rows_per_unit);
        PrivateAnswer answer;
        answer.contributors = about.contributors;
        answer.statement = statement_of({.terms = about.terms}, loss_of(about.question, about.terms.rows_per_unit),
                                        what, revealed.label.parties, about.contributors);
        answer.statement.ledger_head.clear();
        const auto* const bits = std::get_if<ClearBits>(&revealed.value);
        if ((bits != nullptr) != (about.question.kind == Kind::select) ||
            (bits != nullptr && bits->shape.planes > 64)) {
            fail(ErrorCode::malformed_input, "an answer of the wrong kind of shares");
        }
        put_values(answer, about.question, what.noise.front(),
                   bits != nullptr ? bits->values() : std::get<std::vector<std::uint64_t>>(revealed.value));
        return answer;
    } catch (const Error& error) {
        return Error(ErrorCode::malformed_input, error.what());
    }
}

}  // namespace tacit::mpc
