#include "tacit/mpc/oblivious_transfer.hpp"

#include <bit>
#include <cstring>

#include "base/seeded.hpp"
#include "base/throws.hpp"
#include "mpc/block_hash.hpp"
#include "mpc/universal_hash.hpp"
#include "tacit/party/local_network.hpp"

namespace tacit::mpc {
namespace {

std::vector<std::uint8_t> random_choices(Rng& rng, std::size_t count) {
    std::vector<std::uint8_t> choices(count);
    for (auto& choice : choices) choice = static_cast<std::uint8_t>(rng.next() & 1);
    return choices;
}

/// Party 0 sends, party 1 receives.
struct Ends {
    std::vector<SecretVector<Block>> first;   ///< the sender's q, for each call
    std::vector<SecretVector<Block>> chosen;  ///< the receiver's, for each call
    Block delta{};
};

Ends run_correlated(party::LocalNetwork& network, const std::vector<std::vector<std::uint8_t>>& choices) {
    Ends ends;
    network.run([&](party::Party& me) {
        if (me.index() == 0) {
            OtSender sender(me);
            ends.delta = sender.delta();
            for (const auto& call : choices) ends.first.push_back(sender.correlated(call.size()));
        } else {
            OtReceiver receiver(me);
            for (const auto& call : choices) ends.chosen.push_back(receiver.correlated(call));
        }
        return 0;
    });
    return ends;
}

TEST(ObliviousTransfer, ChosenMessagesOfCorrelatedTransfersDifferFromTheFirstByTheDifferenceWhereTheChoiceIsOne) {
    Seeded seeded;
    std::vector<std::vector<std::uint8_t>> choices;
    for (const std::size_t count : {1U, 0U, 127U, 128U, 129U, 1000U, 70000U, 5U}) {  // 70000: more than one chunk
        choices.push_back(random_choices(seeded.rng, count));
    }
    party::LocalNetwork network(2, seeded.seed);
    const Ends ends = run_correlated(network, choices);
    EXPECT_EQ(ends.delta.low & 1, 1U);
    for (std::size_t call = 0; call < choices.size(); ++call) {
        ASSERT_EQ(ends.first[call].size(), choices[call].size());
        for (std::size_t i = 0; i < choices[call].size(); ++i) {
            ASSERT_EQ(ends.chosen[call][i], ends.first[call][i] ^ ends.delta.masked(choices[call][i]));
        }
    }
}

TEST(ObliviousTransfer, RandomTransfersGiveTheNamedOfTwoIndependentMessages) {
    Seeded seeded;
    const auto choices = random_choices(seeded.rng, 500);
    SecretVector<std::array<Block, 2>> both;
    SecretVector<Block> chosen;
    party::LocalNetwork network(2, seeded.seed);
    network.run([&](party::Party& me) {
        if (me.index() == 1) {
            OtSender sender(me);
            for (int call = 0; call < 2; ++call) both = sender.random(choices.size());
        } else {
            OtReceiver receiver(me);
            for (int call = 0; call < 2; ++call) chosen = receiver.random(choices);
        }
        return 0;
    });
    int ones = 0;
    for (std::size_t i = 0; i < choices.size(); ++i) {
        EXPECT_EQ(chosen[i], both[i][choices[i]]);
        EXPECT_NE(chosen[i], both[i][1 - choices[i]]);
        const Block difference = both[i][0] ^ both[i][1] ^ both[0][0] ^ both[0][1];
        EXPECT_EQ(difference == Block{}, i == 0) << "a common difference";
        ones += std::popcount(both[i][0].low) + std::popcount(both[i][0].high);
    }
    EXPECT_NEAR(ones, 64 * 500, 1000);  // 8 standard deviations of 64,000 bits
}

TEST(ObliviousTransfer, TransfersInBothDirectionsShareASession) {
    Seeded seeded;
    const std::vector<std::uint8_t> choices = random_choices(seeded.rng, 64);
    party::LocalNetwork network(2, seeded.seed);
    std::vector<Block> delta(2);
    std::vector<SecretVector<Block>> first(2);
    std::vector<SecretVector<Block>> chosen(2);
    network.run([&](party::Party& me) {
        const auto i = static_cast<std::size_t>(me.index());
        const auto send = [&] {
            OtSender sender(me);
            delta[i] = sender.delta();
            first[i] = sender.correlated(choices.size());
        };
        const auto receive = [&] { chosen[i] = OtReceiver(me).correlated(choices); };
        me.index() == 0 ? send() : receive();
        me.index() == 0 ? receive() : send();
        return 0;
    });
    EXPECT_NE(delta[0], delta[1]);
    for (std::size_t sender = 0; sender < 2; ++sender) {
        for (std::size_t i = 0; i < choices.size(); ++i) {
            EXPECT_EQ(chosen[1 - sender][i], first[sender][i] ^ delta[sender].masked(choices[i]));
        }
    }
}

TEST(ObliviousTransfer, ATransferTakesFourBytesAndTheFirstCallFourRounds) {
    const auto cost = [](std::size_t count) {
        party::LocalNetwork network(2);
        run_correlated(network, {std::vector<std::uint8_t>(count)});
        return std::pair(network.rounds(), network.traffic()[0].bytes_sent + network.traffic()[1].bytes_sent);
    };
    const auto [rounds, bytes] = cost(128);
    const auto [more_rounds, more_bytes] = cost(128 + 65536);
    EXPECT_EQ(rounds, 4);
    EXPECT_EQ(more_rounds, 4);
    EXPECT_EQ(more_bytes - bytes, 4 * 65536U);
    EXPECT_LT(bytes, 26'000U);
}

TEST(ObliviousTransfer, RefusesOtherChoicesThanBitsAndOtherThanTwoParties) {
    party::LocalNetwork network(2);
    expect_throws(ErrorCode::invalid_argument, "a choice is 2; take 0 or 1", [&] {
        return network.run([](party::Party& me) {
            if (me.index() == 0) {
                return OtSender(me).correlated(1).size();
            }
            return OtReceiver(me).correlated(std::vector<std::uint8_t>{2}).size();
        });
    });
    party::LocalNetwork many(2);
    expect_throws(ErrorCode::invalid_argument, "4294967297 at once; take several calls of at most 4294967296", [&] {
        return many.run([](party::Party& me) {
            if (me.index() == 0) return OtSender(me).correlated((std::size_t{1} << 32) + 1).size();
            return OtReceiver(me).correlated(std::vector<std::uint8_t>{1}).size();
        });
    });
    party::LocalNetwork three(3);
    expect_throws(ErrorCode::invalid_argument, "3 parties; it is for two",
                  [&] { return three.run([](party::Party& me) { return OtSender(me).correlated(1).size(); }); });
}

TEST(ObliviousTransfer, PointsThatAreNoGroupElementsEndTheRun) {
    for (const int cheater : {0, 1}) {
        party::LocalNetwork network(2, Seed{}, [&](party::Frame& frame) {
            if (frame.from == cheater && frame.number == 0) std::memset(&frame.bytes[10], 0xff, 32);
        });
        const auto outcomes = network.run_each([&](party::Party& me) {
            if (me.index() == 0) return OtSender(me).correlated(1);
            return OtReceiver(me).correlated(std::vector<std::uint8_t>{1});
        });
        expect_throws(ErrorCode::protocol_violation, "no group element",
                      [&] { return outcomes[static_cast<std::size_t>(1 - cheater)].value(); });
    }
}

TEST(BlockHash, IsTheTweakedPermutationOfTheOneBlockCipher) {
    // pi(x) by hashing: H(x, i) ^ H(x, i') tells nothing of pi, but equal tweaks and inputs must agree however they are
    // batched, and every bit of input and tweak must matter.
    Seeded seeded;
    party::LocalNetwork network(2, seeded.seed);
    network.run([&](party::Party& me) {
        BlockHash hash(me);
        std::vector<Block> values(1300);
        std::vector<Block> tweaks(values.size());
        for (std::size_t i = 0; i < values.size(); ++i) {
            values[i] = {i, 7};
            tweaks[i] = {i % 3, 1};
        }
        auto together = values;
        hash.hash(together, tweaks);
        for (const std::size_t i : {0U, 511U, 512U, 1299U}) {
            std::vector<Block> alone{values[i]};
            hash.hash(alone, std::span(tweaks).subspan(i, 1));
            EXPECT_EQ(alone[0], together[i]);
        }
        for (int bit = 0; bit < 128; ++bit) {
            const Block flip{bit < 64 ? 1ULL << bit : 0, bit < 64 ? 0 : 1ULL << (bit - 64)};
            std::vector<Block> changed{values[5] ^ flip, values[5]};
            const std::vector<Block> with{tweaks[5], tweaks[5] ^ flip};
            hash.hash(changed, with);
            EXPECT_NE(changed[0], together[5]);
            EXPECT_NE(changed[1], together[5]);
        }
        return 0;
    });
}

TEST(UniversalHash, MultipliesInTheFieldOf2To128Elements) {
    EXPECT_EQ(multiply({2, 0}, {0, 1ULL << 63}), (Block{0x87, 0}));  // x x^127 = x^7 + x^2 + x + 1
    EXPECT_EQ(multiply({1, 0}, {5, 9}), (Block{5, 9}));
    Seeded seeded;
    const auto random = [&] { return Block{seeded.rng.next(), seeded.rng.next()}; };
    for (int round = 0; round < 50; ++round) {
        const Block a = random();
        const Block b = random();
        const Block c = random();
        EXPECT_EQ(multiply(a, b), multiply(b, a));
        EXPECT_EQ(multiply(a, b ^ c), multiply(a, b) ^ multiply(a, c));
        EXPECT_EQ(multiply(a, multiply(b, c)), multiply(multiply(a, b), c));
    }
    Block power = random();
    const Block start = power;
    for (int i = 0; i < 128; ++i) power = multiply(power, power);
    EXPECT_EQ(power, start);  // a^(2^128) = a
}

}  // namespace
}  // namespace tacit::mpc
