#include "tacit/mpc/sum.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <tuple>

#include "../base/seeded.hpp"
#include "../base/throws.hpp"
#include "tacit/party/local_network.hpp"

namespace tacit::mpc {

namespace {

using party::LocalNetwork;
using party::Party;

SumPlan plan_of(int parties, std::uint64_t entries, std::int64_t low, std::int64_t high) {
    SumPlan plan{.inputs = {}, .receivers = {}, .entries = entries, .low = low, .high = high};
    for (int i = 0; i < parties; ++i) {
        plan.inputs.push_back(i);
        plan.receivers.push_back(i);
    }
    return plan;
}

std::int64_t between(Rng& rng, std::int64_t low, std::int64_t high) {
    const auto width = static_cast<UInt128>(static_cast<Int128>(high) - low) + 1;
    return static_cast<std::int64_t>(low + static_cast<Int128>(rng.next() % width));
}

/// Runs random values and compares with the clear sums.
void expect_sums(LocalNetwork& network, const SumPlan& plan, int parties, Rng& rng) {
    std::vector<std::vector<std::int64_t>> values(static_cast<std::size_t>(parties));
    std::vector<Int128> clear(plan.entries);
    for (const int i : plan.inputs) {
        for (Int128& total : clear) {
            values[static_cast<std::size_t>(i)].push_back(between(rng, plan.low, plan.high));
            total += values[static_cast<std::size_t>(i)].back();
        }
    }
    const auto outputs =
        network.run([&](Party& me) { return sum(me, plan, values[static_cast<std::size_t>(me.index())]); });
    for (int i = 0; i < parties; ++i) {
        const bool receives = std::ranges::count(plan.receivers, i) == 1;
        EXPECT_EQ(outputs[static_cast<std::size_t>(i)], receives ? clear : std::vector<Int128>());
    }
}

TEST(Sum, OfFourEngineersIsTheArticles) {
    const std::vector<std::int64_t> raises{3100, 2876, 3540, 3170};
    const SumPlan plan = plan_of(4, 1, 0, 100'000);
    LocalNetwork network(4);
    const auto totals = network.run(
        [&](Party& me) { return sum(me, plan, std::span(raises).subspan(static_cast<std::size_t>(me.index()), 1)); });
    for (const auto& total : totals) EXPECT_EQ(total, std::vector<Int128>{12'686});
    EXPECT_EQ(network.rounds(), 3);
    for (const party::Traffic& traffic : network.traffic()) EXPECT_EQ(traffic.bytes_sent, 3U * (64 + 32 + 8));
}

TEST(Sum, RandomValuesOfAnyNumberOfPartiesAddUp) {
    Seeded seeded;
    for (const int parties : {3, 4, 7, 20}) {
        LocalNetwork network(parties, seeded.seed);
        expect_sums(network, plan_of(parties, 1 + seeded.rng.next() % 9000, -1000, 1'000'000), parties, seeded.rng);
        EXPECT_EQ(network.rounds(), 3);
    }
}

TEST(Sum, NothingWrapsAtTheEndsOfTheRing) {
    Seeded seeded;
    const std::int64_t least = std::numeric_limits<std::int64_t>::min();
    const std::int64_t most = std::numeric_limits<std::int64_t>::max();
    LocalNetwork network(3);
    for (const auto& [low, high, bits] : {std::tuple(-most / 3, most / 3, 64), std::tuple(least, most, 128),
                                          std::tuple(least, least, 128), std::tuple(most, most, 128)}) {
        const SumPlan plan = plan_of(3, 20, low, high);
        EXPECT_EQ(plan.ring_bits(), bits);
        expect_sums(network, plan, 3, seeded.rng);
    }
    EXPECT_EQ(network.traffic()[0].bytes_sent, 2U * (64 + 32 + 16 * 20));
}

TEST(Sum, PartiesMayOnlyGiveOrOnlyReceiveOrOnlyCompute) {
    Seeded seeded;
    LocalNetwork network(5);
    SumPlan plan = plan_of(5, 4, 0, 9);
    plan.inputs = {0, 1, 3};
    plan.receivers = {2, 3};
    expect_sums(network, plan, 5, seeded.rng);
}

TEST(Sum, WhatTravelsIsUniformWhateverTheValuesAre) {
    // One party's view but for its own randomness: the partial sums of others. Over seeds their bits are fair.
    std::array<int, 64> ones{};
    constexpr int runs = 200;
    for (int run = 0; run < runs; ++run) {
        std::uint64_t opened = 0;
        LocalNetwork network(3, Seed{static_cast<std::byte>(run), static_cast<std::byte>(run >> 8)},
                             [&](party::Frame& frame) {
                                 if (frame.from == 0 && frame.to == 1 && frame.number == 3) {
                                     std::memcpy(&opened, frame.bytes.data() + party::frame_header_bytes, 8);
                                 }
                             });
        static_cast<void>(
            network.run([&](Party& me) { return sum(me, plan_of(3, 1, 0, 7), std::vector<std::int64_t>{7}); }));
        for (std::size_t bit = 0; bit < 64; ++bit) ones[bit] += static_cast<int>(opened >> bit & 1);
    }
    for (const int count : ones) EXPECT_NEAR(count, runs / 2, 6 * 8);  // almost seven standard deviations
}

TEST(Sum, ACheaterShiftsTheSumByItsSeedsAndNeverKnowsByHowMuch) {
    std::vector<Int128> sums;
    for (int run = 0; run < 8; ++run) {  // everybody draws anew, the cheater does the same
        LocalNetwork network(3, Seed{static_cast<std::byte>(run)}, [](party::Frame& frame) {
            if (frame.from == 1 && frame.number == 0) frame.bytes.at(party::frame_header_bytes) ^= std::byte{1};
        });
        sums.push_back(
            network.run([](Party& me) { return sum(me, plan_of(3, 1, 0, 9), std::vector<std::int64_t>{me.index()}); })
                .front()
                .front());
    }
    std::ranges::sort(sums);
    EXPECT_EQ(std::ranges::adjacent_find(sums), sums.end());
}

TEST(Sum, RefusesWhatWouldRevealOrNotFit) {
    LocalNetwork network(2);
    const auto refused = [](const SumPlan& plan, std::vector<std::int64_t> values) {
        LocalNetwork four(4);
        return message_of(ErrorCode::invalid_argument,
                          [&] { static_cast<void>(four.run([&](Party& me) { return sum(me, plan, values); })); });
    };
    EXPECT_THAT(refused(plan_of(2, 1, 0, 1), {1}), testing::HasSubstr("at least 3"));
    EXPECT_THAT(refused(plan_of(4, 1, 0, 1), {2}), testing::HasSubstr("value 1 is outside the plan's 0 to 1"));
    EXPECT_THAT(refused(plan_of(4, 2, 0, 1), {1}), testing::HasSubstr("1 values where the plan has 2 from this party"));
    EXPECT_THAT(refused(plan_of(4, 0, 0, 1), {}), testing::HasSubstr("0 values of each party"));
    EXPECT_THAT(refused(plan_of(4, 1, 1, 0), {1}), testing::HasSubstr("lower bound first"));
    SumPlan nobody = plan_of(4, 1, 0, 1);
    nobody.receivers.clear();
    EXPECT_THAT(refused(nobody, {1}), testing::HasSubstr("nobody receives"));
}

TEST(Sum, PlansDifferInEverythingThatMatters) {
    const SumPlan base = plan_of(3, 1, 0, 9);
    EXPECT_EQ(base.plan().parameters, "inputs 0,1,2; receivers 0,1,2; entries 1; low 0; high 9");
    party::Roster roster{.name = "wages", .members = std::vector<party::Member>(3)};
    EXPECT_EQ(plan_sum(roster, 1, 0, 9).plan().parameters, base.plan().parameters);
    roster.members[1].roles.input = false;
    expect_throws(ErrorCode::invalid_argument, "at least 3", [&] { return plan_sum(roster, 1, 0, 9); });
    roster.members[1].roles = {.compute = false, .input = true, .receive = false};
    expect_throws(ErrorCode::invalid_argument, "does not compute", [&] { return plan_sum(roster, 1, 0, 9); });
}

}  // namespace

}  // namespace tacit::mpc
