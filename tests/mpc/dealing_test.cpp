#include "tacit/mpc/dealing.hpp"

#include "../base/seeded.hpp"
#include "../base/throws.hpp"
#include "mpc/replicated_support.hpp"

namespace tacit::mpc {

class Dealing : public testing::TestWithParam<int> {
protected:
    Seeded seeded;
};
INSTANTIATE_TEST_SUITE_P(Replicated, Dealing, testing::Values(3, 4));

TEST_P(Dealing, OutsidersBringSharesAndTakeResults) {
    const auto x = random_numbers(seeded.rng, 20, 40);
    const ClearBits bits(x, 40);
    const auto dealt = deal(bits, GetParam(), seeded.rng);
    const auto numbers = deal(x, GetParam(), seeded.rng);
    party::LocalNetwork network(GetParam(), seeded.seed);
    std::vector<Bits> results(static_cast<std::size_t>(GetParam()));
    std::vector<Numbers> squares(results.size());
    static_cast<void>(run_replicated(network, [&](Replicated& ring) {
        const int self = ring.me().index();
        const auto i = static_cast<std::size_t>(self);
        const auto file = to_bytes(dealt[i], GetParam(), self);
        const Bits share = share_from_bytes(file, GetParam(), self, bits.shape).value();
        ring.confirm_dealt(std::vector{&share.parts, &numbers[i].parts});
        results[i] = ring.for_receiver(~share);
        squares[i] = ring.for_receiver(ring.multiply(numbers[i], numbers[i]));
        return 0;
    }));
    const auto received = combine(results).value().values();
    const auto squared = combine(squares).value();
    for (std::size_t i = 0; i < x.size(); ++i) {
        EXPECT_EQ(received[i], ~x[i] & 0xFFFFFFFFFF);
        EXPECT_EQ(squared[i], x[i] * x[i]);
    }
}

TEST_P(Dealing, SharesOfManyDealersBecomeLanesOfOne) {
    const auto x = random_numbers(seeded.rng, 70, 9);
    std::vector<std::vector<Bits>> dealt;
    for (const std::uint64_t value : x) dealt.push_back(deal(ClearBits(std::vector{value}, 9), GetParam(), seeded.rng));
    party::LocalNetwork network(GetParam(), seeded.seed);
    const auto opened = run_replicated(network, [&](Replicated& ring) {
        std::vector<Bits> mine;
        for (const auto& shares : dealt) mine.push_back(shares[static_cast<std::size_t>(ring.me().index())]);
        return ring.open(collect(mine, 9)).values();
    });
    EXPECT_EQ(opened[0], x);
    expect_throws(ErrorCode::invalid_argument, "collect: 9 planes of 1 secret bits and 8 of 1",
                  [&] { return collect(dealt[0], 8); });
}

TEST_P(Dealing, TwoResultsOfOneSecretAreIndependentMessages) {
    party::LocalNetwork network(GetParam(), seeded.seed);
    const auto shares = run_replicated(network, [](Replicated& ring) {
        const Numbers x = ring.constant(std::vector<std::uint64_t>{5});
        return std::vector{ring.for_receiver(x), ring.for_receiver(x)};
    });
    for (std::size_t i = 0; i < shares.size(); ++i) {
        for (std::size_t m = 0; m < shares.size(); ++m) {
            if (m == i) continue;
            EXPECT_NE(shares[i][0].parts[m][0], shares[i][1].parts[m][0]);
            EXPECT_NE(shares[i][0].parts[m][0], 0U);
        }
    }
}

TEST_P(Dealing, DealersAndPartiesWhoCheatAreFound) {
    auto dealt = deal(ClearBits(std::vector<std::uint64_t>{3, 4}, 5), GetParam(), seeded.rng);
    auto outcome = dealt;
    dealt[0].parts[2][0] ^= 1;
    party::LocalNetwork network(GetParam(), seeded.seed);
    expect_throws(ErrorCode::protocol_violation, "holds other shares of what was dealt", [&] {
        return run_replicated(network, [&](Replicated& ring) {
            ring.confirm_dealt(std::vector{&dealt[static_cast<std::size_t>(ring.me().index())].parts});
            return 0;
        });
    });
    outcome[0].parts[1][0] ^= 1;
    expect_throws(ErrorCode::protocol_violation, "sent different results: one of them cheats",
                  [&] { return combine(outcome).value(); });
}

TEST_P(Dealing, BytesThatAreNoShareAreRefused) {
    const BitShape shape{.planes = 5, .lanes = 2};
    const auto share = deal(ClearBits(shape), GetParam(), seeded.rng).front();
    const auto good = to_bytes(share, GetParam(), 0);
    const auto refused = [&](const char* text, auto bytes, int party, BitShape due) {
        expect_throws(ErrorCode::malformed_input, text,
                      [&] { return share_from_bytes(bytes, GetParam(), party, due).value(); });
    };
    refused("where that for 1 of", good, 1, shape);
    refused("5 x 2 bits where 5 x 3 are due", good, 0, {.planes = 5, .lanes = 3});
    for (std::size_t size = 0; size < good.size(); ++size) {
        EXPECT_FALSE(share_from_bytes(std::span(good).first(size), GetParam(), 0, shape).has_value()) << size;
    }
    auto longer = good;
    longer.emplace_back();
    refused("bytes where 5 words", longer, 0, shape);
    auto unmarked = good;
    unmarked[0] ^= std::byte{1};
    refused("no share of bits", unmarked, 0, shape);
}

TEST_P(Dealing, ResultsThatDoNotFitAreRefused) {
    auto shares = deal(std::vector<std::uint64_t>{1, 2}, GetParam(), seeded.rng);
    expect_throws(ErrorCode::invalid_argument, "a result of 2 parties",
                  [&] { return combine(std::span<const Numbers>(shares).first(2)).value(); });
    shares[1].parts[0].pop_back();
    expect_throws(ErrorCode::malformed_input, "has 1 words of component 0 where 2 are due",
                  [&] { return combine(shares).value(); });
    auto bits = deal(ClearBits(BitShape{2, 2}), GetParam(), seeded.rng);
    bits[2].shape.lanes = 3;
    expect_throws(ErrorCode::malformed_input, "results of different shapes", [&] { return combine(bits).value(); });
    expect_throws(ErrorCode::invalid_argument, "shares for 5 parties",
                  [&] { return deal(std::vector<std::uint64_t>{1}, 5, seeded.rng); });
}

}  // namespace tacit::mpc
