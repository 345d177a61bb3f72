#include "tacit/party/local_network.hpp"

#include <numeric>
#include <stdexcept>

#include "../base/seeded.hpp"
#include "../base/throws.hpp"

namespace tacit::party {

namespace {

constexpr MessageType share_type{0x7f01, "share"};
constexpr MessageType opening_type{0x7f02, "opening"};

std::uint64_t sum(Party& me, std::uint64_t value) {
    for (const int other : me.others()) {
        const std::uint64_t part = me.rng().next();
        me.send(other, share_type, part);
        value -= part;
    }
    for (const int other : me.others()) value += me.receive<std::uint64_t>(other, share_type);
    me.send_to_others(opening_type, value);
    for (const int other : me.others()) value += me.receive<std::uint64_t>(other, opening_type);
    return value;
}

/// Party i holds 100 i.
std::uint64_t sum_of_hundreds(Party& me) { return sum(me, 100 * static_cast<std::uint64_t>(me.index())); }

}  // namespace

TEST(LocalNetwork, ThreePartiesSumInTwoRounds) {
    const Seeded seeded;
    LocalNetwork network(3, seeded.seed);
    EXPECT_EQ(network.run(sum_of_hundreds), std::vector<std::uint64_t>(3, 300));
    EXPECT_EQ(network.rounds(), 2);
    for (const Traffic& traffic : network.traffic()) {
        EXPECT_EQ(traffic.messages_sent, 4U);
        EXPECT_EQ(traffic.bytes_sent, 32U);
        EXPECT_EQ(traffic.bytes_received, 32U);
    }
}

TEST(LocalNetwork, RunsRepeatWithTheSeed) {
    LocalNetwork one(5, Seed{});
    LocalNetwork same(5, Seed{});
    LocalNetwork other(5, Seed{std::byte{1}});
    for (LocalNetwork* network : {&one, &same, &other}) {
        EXPECT_EQ(network->run(sum_of_hundreds), std::vector<std::uint64_t>(5, 1000));
    }
    const Digest first = one.trace();
    EXPECT_EQ(first, same.trace());
    EXPECT_NE(first, other.trace());
    EXPECT_EQ(one.run(sum_of_hundreds)[0], 1000U);
    EXPECT_NE(first, one.trace()) << "two runs drew the same randomness";
}

TEST(LocalNetwork, CountsTheLongestChainOfMessagesAsRounds) {
    LocalNetwork network(4);
    static_cast<void>(network.run([](Party& me) {  // around the ring once
        if (me.index() > 0) static_cast<void>(me.receive<std::uint8_t>(me.index() - 1, share_type));
        if (me.index() < 3) me.send(me.index() + 1, share_type, std::uint8_t{1});
        return 0;
    }));
    EXPECT_EQ(network.rounds(), 3);
}

TEST(LocalNetwork, SaysWhoWaitsForWhomWhenEverybodyWaits) {
    LocalNetwork network(3);
    expect_throws(ErrorCode::unreachable, "deadlock: party 0 waits for 'share' from party 1, party 1 waits for", [&] {
        return network.run(
            [](Party& me) { return me.receive<std::uint64_t>((me.index() + 1) % me.count(), share_type); });
    });
}

TEST(LocalNetwork, TheOthersLearnThatAPartyEndedTheRun) {
    LocalNetwork network(3);
    const auto breaks = [](Party& me) {
        if (me.index() == 1) throw Error(ErrorCode::budget_exceeded, "no more");
        return sum_of_hundreds(me);
    };
    expect_throws(ErrorCode::budget_exceeded, "no more", [&] { return network.run(breaks); });
    const auto outcomes = network.run_each(breaks);
    EXPECT_EQ(outcomes[0].error().code(), ErrorCode::unreachable);
    EXPECT_STREQ(outcomes[2].error().what(), "party 1 ended the run while 'share' was due from it");
    expect_throws(ErrorCode::unreachable, "party 0 finished without sending 'share'", [&] {
        return network.run([](Party& me) { return me.index() == 0 ? 0 : me.receive<int>(0, share_type); });
    });
}

TEST(LocalNetwork, ErrorsThatAreNotOursPassThrough) {
    LocalNetwork network(2);
    EXPECT_THROW(network.run([](Party&) -> int { throw std::logic_error("a test's own"); }), std::logic_error);
}

TEST(LocalNetwork, MessagesThatNobodyReadsAreAnError) {
    LocalNetwork network(2);
    expect_throws(ErrorCode::internal, "party 0 sent 18 bytes to party 1 that were never read", [&] {
        return network.run([](Party& me) {
            if (me.index() == 0) me.send(1, share_type, std::uint64_t{7});
            return 0;
        });
    });
    expect_throws(ErrorCode::invalid_argument, "2 to 1000", [] { return LocalNetwork(1); });
}

TEST(LocalNetwork, ManyPartiesFitOneProcess) {
    LocalNetwork network(100);
    EXPECT_EQ(network.run(sum_of_hundreds), std::vector<std::uint64_t>(100, 495000));
}

}  // namespace tacit::party
