#include "tacit/mpc/vote.hpp"

#include "../base/seeded.hpp"
#include "../base/throws.hpp"
#include "mpc/replicated_support.hpp"
#include "tacit/mpc/dealing.hpp"

namespace tacit::mpc {

class Votes : public testing::TestWithParam<int> {
protected:
    bool carried(std::size_t yes, std::size_t no, std::size_t abstained, const Majority& rule) {
        std::vector<std::uint64_t> ballots(yes, 1);
        ballots.resize(yes + no, 2);
        ballots.resize(yes + no + abstained, 0);
        party::LocalNetwork network(GetParam(), seeded.seed);
        const auto shares = deal(ClearBits(ballots, 2), GetParam(), seeded.rng);
        return run_replicated(network, [&](Replicated& ring) {
                   return static_cast<int>(is_carried(ring, shares[static_cast<std::size_t>(ring.me().index())], rule));
               })[2] != 0;
    }
    Seeded seeded;
};
INSTANTIATE_TEST_SUITE_P(Replicated, Votes, testing::Values(3, 4));

TEST_P(Votes, ChoicesAreCountedAndInvalidBallotsAbstain) {
    for (const std::size_t choices : {1U, 2U, 5U, 8U}) {
        const ChoiceVote vote{.choices = choices};
        const auto ballots = random_numbers(seeded.rng, 100, static_cast<int>(vote.ballot_planes()));
        party::LocalNetwork network(GetParam(), seeded.seed);
        const auto counts = run_replicated(network, [&](Replicated& ring) {
            return ring.open(count_choices(ring, ring.constant(ClearBits(ballots, vote.ballot_planes())), vote));
        });
        for (std::size_t choice = 1; choice <= choices; ++choice) {
            EXPECT_EQ(counts[0][choice - 1], static_cast<std::uint64_t>(std::ranges::count(ballots, choice)));
        }
    }
}

TEST_P(Votes, ApprovalsAreCountedByChoice) {
    party::LocalNetwork network(GetParam());
    const auto counts = run_replicated(network, [](Replicated& ring) {
        return ring.open(count_approvals(ring, ring.constant(ClearBits(std::vector<std::uint64_t>{3, 1, 6, 0}, 3))));
    });
    EXPECT_EQ(counts[0], (std::vector<std::uint64_t>{2, 2, 1}));
}

TEST_P(Votes, MajorityAndQuorumHoldAtTheirEdges) {
    const Majority simple{};
    EXPECT_TRUE(carried(51, 50, 30, simple));
    EXPECT_FALSE(carried(50, 50, 0, simple));
    const Majority half{.more_than = false};
    EXPECT_TRUE(carried(50, 50, 0, half));
    EXPECT_FALSE(carried(49, 50, 0, half));
    const Majority two_thirds{.numerator = 2, .denominator = 3, .more_than = false, .quorum = 30};
    EXPECT_TRUE(carried(20, 10, 5, two_thirds));
    EXPECT_FALSE(carried(20, 9, 5, two_thirds)) << "one vote below the quorum";
    EXPECT_FALSE(carried(20, 11, 5, two_thirds));
    EXPECT_TRUE(carried(1, 0, 0, simple));
    EXPECT_FALSE(carried(0, 1, 0, simple));
}

TEST_P(Votes, WithoutBallotsNothingIsCarried) {
    EXPECT_FALSE(carried(0, 0, 0, {}));
    EXPECT_TRUE(carried(0, 0, 0, {.more_than = false})) << "half of nothing, no quorum";
    EXPECT_FALSE(carried(0, 0, 0, {.more_than = false, .quorum = 1}));
}

TEST_P(Votes, ADecisionOpensOneBitWhateverTheCounts) {
    // Same rounds and bytes for every outcome, and the only opening is of one word.
    const auto bytes = [&](std::uint64_t ballot) {
        return cost_of(GetParam(), [&](Replicated& ring) {
            const ClearBits ballots(std::vector<std::uint64_t>(100, ballot), 2);
            static_cast<void>(is_carried(ring, ring.constant(ballots), {}));
        });
    };
    EXPECT_EQ(bytes(1).total_bytes, bytes(2).total_bytes);
    EXPECT_EQ(bytes(0).rounds, bytes(1).rounds);
    EXPECT_LE(bytes(0).rounds, 20);
}

TEST_P(Votes, TakeTheRoundsAndBytesOfTheHeader) {
    const auto of = [&](const auto& counted) {
        return cost_of(GetParam(), [&](Replicated& ring) {
            counted(ring, ring.constant(ClearBits(std::vector<std::uint64_t>(6400, 1), 2)));
        });
    };
    const Cost decision = of([](Replicated& ring, const Bits& x) { static_cast<void>(is_carried(ring, x, {})); });
    const Cost counts =
        of([](Replicated& ring, const Bits& x) { static_cast<void>(ring.open(count_choices(ring, x, {}))); });
    EXPECT_EQ(decision.rounds, GetParam() == 3 ? 12 : 15);
    EXPECT_EQ(counts.rounds, GetParam() == 3 ? 3 : 6);
    EXPECT_NEAR(static_cast<double>(counts.most_bytes), 6400 * 2 * (GetParam() == 3 ? 8 : 4), 6400);
}

TEST_P(Votes, RefuseWhatDoesNotFit) {
    party::LocalNetwork network(GetParam());
    const auto refused = [&](const char* text, const auto& use) {
        expect_throws(ErrorCode::invalid_argument, text, [&] {
            return run_replicated(network, [&](Replicated& ring) {
                use(ring, ring.random_bits({2, 3}));
                return 0;
            });
        });
    };
    refused("256 choices", [](auto& ring, auto x) { static_cast<void>(count_choices(ring, x, {.choices = 256})); });
    refused("ballots of 2 bits for 4 choices; 3 are due",
            [](auto& ring, auto x) { static_cast<void>(count_choices(ring, x, {.choices = 4})); });
    refused("majority of 3/2",
            [](auto& ring, auto x) { static_cast<void>(is_carried(ring, x, {.numerator = 3, .denominator = 2})); });
    refused("a quorum of",
            [](auto& ring, auto x) { static_cast<void>(is_carried(ring, x, {.quorum = std::uint64_t{1} << 41U})); });
}

TEST(Votes, UnanimousCountsShowEveryVote) {
    EXPECT_TRUE(is_unanimous({0, 7}));
    EXPECT_TRUE(is_unanimous({0, 0}));
    EXPECT_FALSE(is_unanimous({1, 7}));
}

}  // namespace tacit::mpc
