#include "tacit/mpc/replicated.hpp"

#include <set>

#include "../base/seeded.hpp"
#include "../base/throws.hpp"
#include "mpc/replicated_support.hpp"

namespace tacit::mpc {

class AmongThreeAndFour : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Replicated, AmongThreeAndFour, testing::Values(3, 4));

TEST_P(AmongThreeAndFour, InputsOfEveryPartyOpenToAll) {
    Seeded seeded;
    const auto values = random_numbers(seeded.rng, 13);
    for (int owner = 0; owner < GetParam(); ++owner) {
        party::LocalNetwork network(GetParam(), seeded.seed);
        const auto opened = run_replicated(network, [&](Replicated& ring) {
            const bool mine = ring.me().index() == owner;
            const Numbers x = ring.input(owner, mine ? values : std::vector<std::uint64_t>{}, values.size());
            const ClearBits bits(values, 64);
            const Bits y = ring.input(owner, mine ? bits : ClearBits{}, bits.shape);
            EXPECT_EQ(ring.open(y).words, bits.words);
            return ring.open(x);
        });
        for (const auto& one : opened) EXPECT_EQ(one, values) << "owner " << owner;
    }
}

TEST_P(AmongThreeAndFour, ProductsAndDotProductsAreThoseOfTheRing) {
    Seeded seeded;
    const auto x = random_numbers(seeded.rng, 60);
    const auto y = random_numbers(seeded.rng, 60);
    party::LocalNetwork network(GetParam(), seeded.seed);
    const auto opened = run_replicated(network, [&](Replicated& ring) {
        Numbers a = ring.input(0, x, 60);
        Numbers b = ring.input(1, y, 60);
        b += 5;
        a *= 3;
        const Numbers products = ring.multiply(a, b - a);
        const Numbers sums = ring.dot(a, b, 12);
        return ring.open(join({&products, &sums}));
    });
    for (std::size_t i = 0; i < 60; ++i) EXPECT_EQ(opened[0][i], 3 * x[i] * (y[i] + 5 - 3 * x[i]));
    for (std::size_t i = 0; i < 5; ++i) {
        std::uint64_t sum = 0;
        for (std::size_t j = 12 * i; j < 12 * i + 12; ++j) sum += 3 * x[j] * (y[j] + 5);
        EXPECT_EQ(opened[1][60 + i], sum);
    }
}

TEST_P(AmongThreeAndFour, AndIsBitwiseAndPaddingStaysClosed) {
    Seeded seeded;
    const BitShape shape{.planes = 3, .lanes = 70};
    ClearBits x(shape);
    ClearBits y(shape);
    seeded.rng.fill(std::span<std::uint64_t>(x.words));
    seeded.rng.fill(std::span<std::uint64_t>(y.words));
    party::LocalNetwork network(GetParam(), seeded.seed);
    const auto opened = run_replicated(network, [&](Replicated& ring) {
        return ring.open(~ring.both(ring.input(0, x, shape), ring.input(2, y, shape))).words;
    });
    for (std::size_t i = 0; i < x.words.size(); ++i) {
        const std::uint64_t mask = i % 2 == 0 ? ~std::uint64_t{0} : 63;
        EXPECT_EQ(opened[1][i], ~(x.words[i] & y.words[i]) & mask);
    }
}

TEST_P(AmongThreeAndFour, CostsAreThoseStated) {
    const std::size_t parties = static_cast<std::size_t>(GetParam());
    const std::vector<std::uint64_t> values(1000, 7);
    const auto prepared = [&](const auto& use) {
        return cost_of(GetParam(), [&](Replicated& ring) { use(ring, ring.constant(values)); });
    };
    const Cost product = prepared([](Replicated& ring, const Numbers& x) { static_cast<void>(ring.multiply(x, x)); });
    EXPECT_EQ(product.rounds, 1);
    EXPECT_EQ(product.total_bytes, 8000 * (parties == 3 ? 3 : 6));
    EXPECT_EQ(product.most_bytes, parties == 3 ? 8000 : 12000);
    const Cost sum = prepared([](Replicated& ring, const Numbers& x) { static_cast<void>(ring.dot(x, x, 1000)); });
    EXPECT_EQ(sum.total_bytes, parties == 3 ? 24 : 48);
    const Cost opening = prepared([](Replicated& ring, const Numbers& x) { static_cast<void>(ring.open(x)); });
    EXPECT_EQ(opening.total_bytes, parties == 3 ? 24000 : 32000 + 4 * (32 + 3 * 33));
}

TEST_P(AmongThreeAndFour, LongVectorsGoInPiecesOfOneRound) {
    const Seeded seeded;
    Rng rng(seeded.seed);
    constexpr std::size_t size = 2 * 4096 + 1001;
    const auto x = random_numbers(rng, size);
    const auto y = random_numbers(rng, size);
    party::LocalNetwork network(GetParam(), seeded.seed);
    const auto opened = run_replicated(network, [&](Replicated& ring) {
        const Numbers a = ring.input(0, x, size);
        const Numbers b = ring.input(1, y, size);
        const Numbers product = ring.multiply(a, b);
        const Numbers fives = ring.dot(slice(a, 0, size / 5 * 5), slice(b, 0, size / 5 * 5), 5);
        return std::pair(ring.open(product), ring.open(fives));
    });
    for (std::size_t i = 0; i < size; ++i) ASSERT_EQ(opened[2].first[i], x[i] * y[i]) << i;
    for (std::size_t i = 0; i < size / 5; ++i) {
        std::uint64_t sum = 0;
        for (std::size_t j = 5 * i; j < 5 * i + 5; ++j) sum += x[j] * y[j];
        ASSERT_EQ(opened[0].second[i], sum) << i;
    }
    const Cost product = cost_of(GetParam(), [&](Replicated& ring) {
        const Numbers a = ring.constant(x);
        static_cast<void>(ring.multiply(a, a));
    });
    EXPECT_EQ(product.rounds, 1);
    EXPECT_EQ(product.total_bytes, 8 * size * (GetParam() == 3 ? 3 : 6));
}

TEST(Replicated, AnAlteredPieceAmongFourIsCaughtWhicheverItIs) {
    for (int altered = 0; altered < 3; ++altered) {
        int piece = 0;
        party::LocalNetwork network(4, Seed{}, [&](party::Frame& frame) {
            const bool is_piece = frame.from == 1 && frame.to == 2 && frame.bytes.size() > 4000;
            if (is_piece && piece++ == altered) frame.bytes[2000] ^= std::byte{1};
        });
        expect_throws(ErrorCode::protocol_violation, "vouches for other values", [&] {
            return run_replicated(network, [](Replicated& ring) {
                const Numbers x = ring.random_numbers(3 * 4096);
                return ring.open(ring.multiply(x, x)).size();
            });
        });
        EXPECT_EQ(piece, 3);
    }
}

TEST_P(AmongThreeAndFour, RandomSecretsDifferEachTimeAndAreTheSameForAll) {
    party::LocalNetwork network(GetParam());
    const auto opened = run_replicated(network, [](Replicated& ring) {
        const Numbers x = ring.random_numbers(4);
        const Numbers y = ring.random_numbers(4);
        return ring.open(join({&x, &y}));
    });
    EXPECT_EQ(opened[0], opened[2]);
    EXPECT_EQ(std::set<std::uint64_t>(opened[0].begin(), opened[0].end()).size(), 8U);
}

TEST_P(AmongThreeAndFour, OneReceiverAloneLearnsWhatIsOpenedToIt) {
    party::LocalNetwork network(GetParam());
    const auto opened = run_replicated(network, [](Replicated& ring) {
        return ring.open_to(1, ring.constant(std::vector<std::uint64_t>{3, 4}));
    });
    EXPECT_EQ(opened[1], (std::vector<std::uint64_t>{3, 4}));
    EXPECT_TRUE(opened[0].empty());
    EXPECT_TRUE(opened[2].empty());
}

TEST_P(AmongThreeAndFour, RunsAreTheSameByteForByteForTheSameSeed) {
    party::LocalNetwork network(GetParam(), Seed{});
    static_cast<void>(run_replicated(network, [](Replicated& ring) {
        const Numbers x = ring.input(0, std::vector<std::uint64_t>{1, 2, 3}, 3);
        return ring.open(ring.multiply(x, x));
    }));
    EXPECT_EQ(to_hex(network.trace()), GetParam() == 3
                                           ? "780b323329b5d0d9391df5a589f4a2289fadd14f1343aee04ed8501d2560e025"
                                           : "8e96142ea367192afa7f4a9093f720c211167735796206d7ac971813f19ca6fd");
}

TEST_P(AmongThreeAndFour, RefusesWhatDoesNotFit) {
    party::LocalNetwork network(GetParam());
    const auto refused = [&](const char* text, const auto& use) {
        expect_throws(ErrorCode::invalid_argument, text, [&] {
            return run_replicated(network, [&](Replicated& ring) {
                use(ring, ring.random_numbers(3), ring.random_numbers(4));
                return 0;
            });
        });
    };
    refused("products of 3 and 4", [](auto& ring, auto x, auto y) { static_cast<void>(ring.multiply(x, y)); });
    refused("sums of 2", [](auto& ring, auto x, auto) { static_cast<void>(ring.dot(x, x, 2)); });
    refused("sum: 3 secret numbers and 4", [](auto&, auto x, auto y) { x += y; });
    refused("difference: 3", [](auto&, auto x, auto y) { x -= y; });
    refused("slice: entries 2 to 4 of 3", [](auto&, auto x, auto) { static_cast<void>(slice(x, 2, 2)); });
    refused("opening to party 9", [](auto& ring, auto x, auto) { static_cast<void>(ring.open_to(9, x)); });
    refused("and of 1 x 3", [](auto& ring, auto, auto) {
        static_cast<void>(ring.both(ring.random_bits({1, 3}), ring.random_bits({3, 1})));
    });
    refused("exclusive or: 1 planes of 3", [](auto& ring, auto, auto) {
        static_cast<void>(ring.random_bits({1, 3}) ^ ring.random_bits({1, 4}));
    });
    refused("input: 1 words where 2 are due", [](auto& ring, auto, auto) {
        static_cast<void>(ring.input(ring.me().index(), std::vector<std::uint64_t>{1}, 2));
    });
}

TEST(Replicated, IsForThreeOrFourParties) {
    party::LocalNetwork network(5);
    expect_throws(ErrorCode::invalid_argument, "among 5 parties; it is for three or four",
                  [&] { return run_replicated(network, [](Replicated&) { return 0; }); });
}

}  // namespace tacit::mpc
