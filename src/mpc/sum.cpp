#include "tacit/mpc/sum.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>

#include "base/fail.hpp"
#include "tacit/base/secret.hpp"
#include "tacit/mpc/secret_vector.hpp"
#include "tacit/party/agreement.hpp"

namespace tacit::mpc {

namespace {

using party::Party;

constexpr party::MessageType seed_type{0x0100, "seed of a share"};
constexpr std::uint64_t most_entries = std::uint64_t{1} << 28;

bool has(const std::vector<int>& parties, int party) { return std::ranges::binary_search(parties, party); }

void check_plan(const SumPlan& plan) {
    if (plan.inputs.size() < 3) {
        fail(ErrorCode::invalid_argument,
             "a sum over {} parties shows each what the other has; at least 3 must give values", plan.inputs.size());
    }
    if (plan.receivers.empty()) fail(ErrorCode::invalid_argument, "nobody receives the sums; give somebody that role");
    if (plan.entries < 1 || plan.entries > most_entries) {
        fail(ErrorCode::invalid_argument, "{} values of each party; 1 to {} fit", plan.entries, most_entries);
    }
    if (plan.low > plan.high) {
        fail(ErrorCode::invalid_argument, "no value lies between {} and {}; give the lower bound first", plan.low,
             plan.high);
    }
}

/// Adds to `words` what the seed stands for, or takes it away.
template <class Word, class Combine>
void expand(const Seed& seed, std::span<Word> words, const Combine& combine) {
    Rng rng(seed);
    std::array<Word, 4096> piece;
    while (!words.empty()) {
        const std::size_t count = std::min(words.size(), piece.size());
        rng.fill(std::as_writable_bytes(std::span(piece).first(count)));
        for (std::size_t i = 0; i < count; ++i) words[i] = combine(words[i], piece[i]);
        words = words.subspan(count);
    }
    wipe(std::as_writable_bytes(std::span(piece)));
}

/// This party's share of the sums.
template <class Word>
SecretVector<Word> add_shares(Party& party, const SumPlan& plan, std::span<const std::int64_t> values) {
    SecretVector<Word> share(plan.entries);
    std::ranges::transform(values, share.begin(), [](std::int64_t value) { return static_cast<Word>(value); });
    if (has(plan.inputs, party.index())) {
        for (const int other : party.others()) {
            Seed seed = party.rng().new_seed();
            party.send(other, seed_type, seed);
            expand(seed, std::span<Word>(share), [](Word a, Word b) { return a - b; });
            wipe(seed);
        }
    }
    party.flush();
    for (const int other : plan.inputs) {
        if (other == party.index()) continue;
        Seed seed = party.receive<Seed>(other, seed_type);
        expand(seed, std::span<Word>(share), [](Word a, Word b) { return a + b; });
        wipe(seed);
    }
    return share;
}

template <class Word, class Integer>
std::vector<Int128> sum_in(Party& party, const SumPlan& plan, std::span<const std::int64_t> values) {
    const SecretVector<Word> share = add_shares<Word>(party, plan, values);
    const auto opened = party::commit_then_open(party, "sum", std::as_bytes(std::span(share)), plan.receivers);
    if (opened.empty()) return {};
    std::vector<Word> total(plan.entries);
    for (const std::vector<std::byte>& bytes : opened) {
        for (std::size_t i = 0; i < total.size(); ++i) {
            Word word;
            std::memcpy(&word, bytes.data() + i * sizeof word, sizeof word);
            total[i] += word;
        }
    }
    std::vector<Int128> sums(total.size());
    std::ranges::transform(total, sums.begin(), [](Word word) { return static_cast<Integer>(word); });
    return sums;
}

}  // namespace

int SumPlan::ring_bits() const noexcept {
    const Int128 bound = std::max(static_cast<Int128>(high), -static_cast<Int128>(low));
    return bound * static_cast<Int128>(inputs.size()) <= INT64_MAX ? 64 : 128;
}

party::Plan SumPlan::plan() const {
    return {.program = "sum/1",
            .parameters = fmt::format("inputs {}; receivers {}; entries {}; low {}; high {}", fmt::join(inputs, ","),
                                      fmt::join(receivers, ","), entries, low, high)};
}

SumPlan plan_sum(const party::Roster& roster, std::uint64_t entries, std::int64_t low, std::int64_t high) {
    SumPlan plan{.inputs = {}, .receivers = {}, .entries = entries, .low = low, .high = high};
    int index = 0;
    for (const party::Member& member : roster.members) {
        if (!member.roles.compute) {
            fail(ErrorCode::invalid_argument,
                 "'{}' does not compute; in a sum among peers everybody who gives values or receives must",
                 member.name);
        }
        if (member.roles.input) plan.inputs.push_back(index);
        if (member.roles.receive) plan.receivers.push_back(index);
        ++index;
    }
    check_plan(plan);
    return plan;
}

void check_values(const SumPlan& plan, int party, std::span<const std::int64_t> values) {
    const std::uint64_t due = has(plan.inputs, party) ? plan.entries : 0;
    if (values.size() != due) {
        fail(ErrorCode::invalid_argument, "{} values where the plan has {} from this party; give as many as the others",
             values.size(), due);
    }
    const auto outside =
        std::ranges::find_if(values, [&](std::int64_t value) { return value < plan.low || value > plan.high; });
    if (outside == values.end()) return;
    fail(ErrorCode::invalid_argument, "value {} is outside the plan's {} to {}; mend it, or agree on wider bounds",
         outside - values.begin() + 1, plan.low, plan.high);
}

std::vector<Int128> sum(Party& party, const SumPlan& plan, std::span<const std::int64_t> values) {
    check_plan(plan);
    check_values(plan, party.index(), values);
    return plan.ring_bits() == 64 ? sum_in<std::uint64_t, std::int64_t>(party, plan, values)
                                  : sum_in<UInt128, Int128>(party, plan, values);
}

}  // namespace tacit::mpc
