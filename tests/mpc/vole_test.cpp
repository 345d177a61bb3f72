#include "mpc/vole.hpp"

#include <algorithm>
#include <set>

#include "base/seeded.hpp"
#include "tacit/base/parallel.hpp"
#include "tacit/party/local_network.hpp"

namespace tacit::mpc::vole {
namespace {

struct Sides {
    std::vector<SecretVector<Row>> v;  ///< by call
    std::vector<SecretVector<Row>> w;
    std::unique_ptr<Receiver::Delta> delta;
};

/// Runs both sides; ideal transfers.
Sides run(party::LocalNetwork& network, Rng& rng, std::span<const std::vector<Block>> calls) {
    std::vector<std::array<Block, 2>> keys(transfers);
    rng.fill(std::as_writable_bytes(std::span(keys)));
    Sides sides;
    sides.delta = std::make_unique<Receiver::Delta>(rng);
    const auto choices = sides.delta->choices();
    std::vector<Block> chosen;
    for (std::size_t i = 0; i < transfers; ++i) chosen.push_back(keys[i][choices[i]]);
    network.run([&](party::Party& me) {
        if (me.index() == 0) {
            Sender sender(me, keys);
            for (const auto& words : calls) sides.v.push_back(sender.extend(me, words));
        } else {
            Receiver receiver(me, *sides.delta, chosen);
            for (const auto& words : calls) sides.w.push_back(receiver.extend(me, words.size()));
        }
        return 0;
    });
    return sides;
}

std::vector<Block> random_words(std::size_t count, Rng& rng) {
    std::vector<Block> words;
    for (std::size_t i = 0; i < count; ++i) words.push_back(bch::encode({rng.next(), rng.next()}));
    return words;
}

TEST(Vole, TheReceiversRowsAreTheSendersWithTheWordTimesDelta) {
    Seeded seeded;
    party::LocalNetwork network(2, seeded.seed);
    const std::vector<std::vector<Block>> calls = {
        random_words(64, seeded.rng), random_words(64 * 21, seeded.rng), {}, random_words(128, seeded.rng)};
    const Sides sides = run(network, seeded.rng, calls);
    for (std::size_t call = 0; call < calls.size(); ++call) {
        ASSERT_EQ(sides.v[call].size(), calls[call].size());
        for (std::size_t i = 0; i < calls[call].size(); ++i) {
            Row expected = sides.delta->times(calls[call][i]);
            for (std::size_t j = 0; j < expected.size(); ++j) expected[j] ^= sides.v[call][i][j];
            EXPECT_EQ(sides.w[call][i], expected) << call << ' ' << i;
        }
    }
}

TEST(Vole, TimesDeltaIsWhatDeltaSaysAtEveryPlace) {
    Seeded seeded;
    const Receiver::Delta delta(seeded.rng);
    const Row all = delta.times({~std::uint64_t{0}, ~std::uint64_t{0}});
    for (std::size_t place = 0; place < bch::length; ++place) {
        std::uint64_t number = 0;
        for (std::size_t b = 0; b < planes; ++b) number |= (all[2 * b + place / 64] >> (place % 64) & 1) << b;
        EXPECT_EQ(number, delta.at(place));
    }
    EXPECT_EQ(delta.times({}), Row{});
}

TEST(Vole, RowsOfTwoCallsAndTwoSetupsAreNeverTheSame) {
    Seeded seeded;
    party::LocalNetwork network(2, seeded.seed);
    const std::vector<Block> words(64);
    const std::vector<std::vector<Block>> calls = {words, words};
    std::set<Row> seen;
    for (int setup = 0; setup < 2; ++setup) {
        const Sides sides = run(network, seeded.rng, calls);
        for (const auto& v : sides.v) seen.insert(v.begin(), v.end());
    }
    EXPECT_EQ(seen.size(), 4u * 64);
}

TEST(Vole, CostsTwentyEightKilobytesAndSixteenBytesARow) {
    Seeded seeded;
    party::LocalNetwork network(2, seeded.seed);
    const std::vector<std::vector<Block>> calls = {random_words(640, seeded.rng)};
    static_cast<void>(run(network, seeded.rng, calls));
    EXPECT_EQ(network.traffic()[0].bytes_sent, 28'672u + 640 * 16);
    EXPECT_EQ(network.traffic()[1].bytes_sent, 0u);
}

TEST(Vole, IsTheSameForEveryNumberOfThreads) {
    const Seed seed{};
    const auto rows_with = [&](int threads) {
        const ThreadLimit limit(threads);
        party::LocalNetwork network(2, seed);
        Rng rng(seed);
        const std::vector<std::vector<Block>> calls = {random_words(640, rng)};
        return run(network, rng, calls).w[0];
    };
    EXPECT_EQ(rows_with(1), rows_with(2));
}

}  // namespace
}  // namespace tacit::mpc::vole
