#include "tacit/mpc/auction.hpp"

#include <numeric>

#include "../base/seeded.hpp"
#include "../base/throws.hpp"
#include "mpc/replicated_support.hpp"
#include "tacit/mpc/dealing.hpp"

namespace tacit::mpc {

namespace {

using Price = AuctionRules::Price;

/// What the auction must say, in the clear: the seller bids the reserve once for each unit and loses ties.
AuctionResult expected_result(const std::vector<std::uint64_t>& bids, std::uint64_t reserve,
                              const AuctionRules& rules) {
    std::vector<std::pair<std::uint64_t, std::size_t>> field;
    for (std::size_t i = 0; i < bids.size(); ++i) field.emplace_back(bids[i], i);
    for (std::size_t unit = 0; unit < rules.units; ++unit) field.emplace_back(reserve, bids.size());
    std::ranges::stable_sort(field, [](const auto& a, const auto& b) { return a.first > b.first; });
    AuctionResult result;
    for (std::size_t unit = 0; unit < rules.units; ++unit) {
        if (field[unit].second < bids.size()) result.winners.push_back(field[unit].second);
    }
    result.sold = !result.winners.empty();
    std::ranges::sort(result.winners);
    if (result.sold) result.price = field[rules.units - (rules.price == Price::lowest_winning ? 1 : 0)].first;
    return result;
}

}  // namespace

class Auctions : public testing::TestWithParam<int> {
protected:
    AuctionResult held(const std::vector<std::uint64_t>& bids, std::uint64_t reserve, const AuctionRules& rules,
                       Opened opened = Opened::price_and_winners) {
        party::LocalNetwork network(GetParam(), seeded.seed);
        const auto shares = deal(ClearBits(bids, rules.bid_bits), GetParam(), seeded.rng);
        const ClearBits least(std::vector{reserve}, rules.bid_bits);
        return run_replicated(network, [&](Replicated& ring) {
            const auto& mine = shares[static_cast<std::size_t>(ring.me().index())];
            return open_result(ring, hold_auction(ring, mine, ring.constant(least), rules), opened);
        })[1];
    }
    Seeded seeded;
};
INSTANTIATE_TEST_SUITE_P(Replicated, Auctions, testing::Values(3, 4));

TEST_P(Auctions, AgreeWithTheClearForEveryRuleNumberOfBiddersAndReserve) {
    for (const std::size_t units : {1U, 3U}) {
        for (const Price price : {Price::lowest_winning, Price::highest_losing}) {
            for (const std::size_t bidders : {1U, 2U, 3U, 5U, 64U, 70U}) {
                const AuctionRules rules{.price = price, .units = units, .bid_bits = 7};
                const auto bids = random_numbers(seeded.rng, bidders, 7);
                for (const std::uint64_t reserve : {std::uint64_t{0}, bids[0], std::uint64_t{127}}) {
                    const auto expected = expected_result(bids, reserve, rules);
                    const auto result = held(bids, reserve, rules);
                    EXPECT_EQ(result.sold, expected.sold);
                    EXPECT_EQ(result.price, expected.price);
                    EXPECT_EQ(result.winners, expected.winners)
                        << units << " units, " << bidders << " bidders, reserve " << reserve;
                }
            }
        }
    }
}

TEST_P(Auctions, ABidThatEqualsTheReserveWinsAndPaysIt) {
    const auto result = held({30, 40, 40}, 40, {.bid_bits = 6});
    EXPECT_EQ(result.price, 40U);
    EXPECT_EQ(result.winners, std::vector<std::size_t>{1});
    const auto unsold = held({30, 39}, 40, {.bid_bits = 6});
    EXPECT_FALSE(unsold.sold);
    EXPECT_FALSE(unsold.price.has_value());
    EXPECT_TRUE(unsold.winners.empty());
}

TEST_P(Auctions, ALotteryDecidesBetweenEqualBidsAndOnlyBetweenThem) {
    std::vector<int> wins(4);
    for (int round = 0; round < 60; ++round) {
        seeded.seed = seeded.rng.new_seed();
        const auto result = held({9, 5, 9, 9}, 0, {.ties = AuctionRules::Ties::lottery, .bid_bits = 4});
        EXPECT_EQ(result.price, 9U);
        ++wins.at(result.winners.at(0));
    }
    EXPECT_EQ(wins[1], 0);
    for (const int winner : {0, 2, 3}) EXPECT_GT(wins[static_cast<std::size_t>(winner)], 3);
}

TEST_P(Auctions, WinnersMayBeToldToThemselvesAlone) {
    const std::vector<std::uint64_t> bids{3, 9, 1, 9, 8};
    for (const std::size_t units : {1U, 2U}) {
        const AuctionRules rules{.units = units, .ties = AuctionRules::Ties::lottery, .bid_bits = 4};
        party::LocalNetwork network(GetParam(), seeded.seed);
        const auto results = run_replicated(network, [&](Replicated& ring) {
            const auto outcome = hold_auction(ring, ring.constant(ClearBits(bids, 4)),
                                              ring.constant(ClearBits(std::vector<std::uint64_t>{0}, 4)), rules);
            const ClearBits won = ring.open(won_bits(ring, outcome));
            EXPECT_EQ(won.at(0, 1) + won.at(0, 3), static_cast<int>(units));
            EXPECT_FALSE(won.at(0, 0) || won.at(0, 2) || won.at(0, 4));
            return open_result(ring, outcome, Opened::price);
        });
        EXPECT_TRUE(results[0].winners.empty());
        EXPECT_EQ(results[0].price, units == 1 ? 9U : 8U);
    }
}

TEST_P(Auctions, AThousandBiddersStayWithinTheRoundsAndBytesStated) {
    std::vector<std::uint64_t> bids(1000);
    std::iota(bids.begin(), bids.end(), std::uint64_t{1} << 30U);
    const Cost cost = cost_of(GetParam(), [&](Replicated& ring) {
        const Bits reserve = ring.constant(ClearBits(std::vector<std::uint64_t>{1}, 40));
        const auto outcome = hold_auction(ring, ring.constant(ClearBits(bids, 40)), reserve, {});
        const auto result = open_result(ring, outcome, Opened::price_and_winners);
        EXPECT_EQ(result.winners, std::vector<std::size_t>{999});
        EXPECT_EQ(result.price, bids[998]);
    });
    EXPECT_EQ(cost.rounds, GetParam() == 3 ? 91 : 93);
    EXPECT_LE(cost.most_bytes, GetParam() == 3 ? 66000U : 100000U);
}

TEST(Auctions, AWinnerWhoIsNoBidderIsNamedAsAFault) {
    Seeded seeded;
    const auto shares = deal(ClearBits(std::vector<std::uint64_t>{5, 9, 7}, 4), 3, seeded.rng);
    const auto hold = [&](party::Party& me) {
        Replicated ring(me);
        const auto reserve = ring.constant(ClearBits(std::vector<std::uint64_t>{6}, 4));
        const Bits& mine = shares[static_cast<std::size_t>(me.index())];
        return open_result(ring, hold_auction(ring, mine, reserve, {.bid_bits = 4}), Opened::price_and_winners).winners;
    };
    std::vector<party::Frame> frames;
    static_cast<void>(
        party::LocalNetwork(3, Seed{}, [&](const party::Frame& frame) { frames.push_back(frame); }).run(hold));
    int refused = 0;
    for (const party::Frame& target : frames) {  // with three parties alterations are not caught
        for (const unsigned bit : {1U, 2U, 4U, 8U}) {
            party::LocalNetwork network(3, Seed{}, [&](party::Frame& frame) {
                if (frame.from != target.from || frame.to != target.to || frame.number != target.number) return;
                if (frame.bytes.size() > party::frame_header_bytes) {
                    frame.bytes[party::frame_header_bytes] ^= std::byte(bit);
                }
            });
            for (const auto& outcome : network.run_each(hold)) {  // other exceptions than ours pass through
                if (outcome) continue;
                refused += outcome.error().code() == ErrorCode::protocol_violation &&
                           std::string(outcome.error().what()).starts_with("the winner is number 3 of 3 bidders; ");
            }
        }
    }
    EXPECT_GT(refused, 0);
}

TEST_P(Auctions, RefuseRulesOutOfRange) {
    const auto refused = [&](const char* text, std::vector<std::uint64_t> bids, const AuctionRules& rules,
                             std::size_t bits) {
        party::LocalNetwork network(GetParam());
        expect_throws(ErrorCode::invalid_argument, text, [&] {
            return run_replicated(network, [&](Replicated& ring) {
                return hold_auction(ring, ring.constant(ClearBits(bids, bits)),
                                    ring.constant(ClearBits(std::vector<std::uint64_t>{1}, bits)), rules)
                    .bidder.size();
            });
        });
    };
    refused("with 0 bidders", {}, {.bid_bits = 8}, 8);
    refused("bids of 63 bits", {1}, {.bid_bits = 63}, 63);
    refused("of 0 units", {1}, {.units = 0, .bid_bits = 8}, 8);
    refused("bids of 7 bits and a reserve of 7 x 1 where the rules say 8", {1}, {.bid_bits = 8}, 7);
}

}  // namespace tacit::mpc
