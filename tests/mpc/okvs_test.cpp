#include "mpc/okvs.hpp"

#include <cmath>
#include <cstdlib>
#include <string>

#include "base/seeded.hpp"
#include "mpc/bch_code.hpp"

namespace tacit::mpc::okvs {
namespace {

struct Store {
    std::vector<Key> keys;
    std::vector<Block> values;
    std::vector<Block> rows;
    bool solved;

    Store(const Shape& shape, std::size_t count, Rng& rng) : rows(shape.rows()) {
        for (std::size_t i = 0; i < count; ++i) {
            keys.push_back(shape.key({rng.next(), rng.next(), rng.next(), rng.next()}));
            values.push_back({rng.next(), rng.next()});
        }
        solved = encode(shape, keys, values, rows);
    }
    [[nodiscard]] std::vector<Block> decoded() const {
        std::vector<Decoder<2>::Row> words;
        for (const Block& row : rows) words.push_back({row.low, row.high});
        const Decoder<2> decode{std::span<const Decoder<2>::Row>(words)};
        std::vector<Block> values_read;
        for (const Key& key : keys) values_read.push_back({decode(key)[0], decode(key)[1]});
        return values_read;
    }
};

TEST(Okvs, EveryKeyHasItsValue) {
    Seeded seeded;
    for (const std::size_t count : {0u, 1u, 2u, 1000u, 5000u, 20'000u}) {
        const Store store(Shape::for_keys(count, 40), count, seeded.rng);
        ASSERT_TRUE(store.solved);
        EXPECT_EQ(store.decoded(), store.values);
    }
}

TEST(Okvs, OtherKeysHaveRandomValues) {
    Seeded seeded;
    const Shape shape = Shape::for_keys(3000, 40);
    Store store(shape, 3000, seeded.rng);
    ASSERT_TRUE(store.solved);
    for (Key& key : store.keys)
        key = shape.key({seeded.rng.next(), seeded.rng.next(), seeded.rng.next(), seeded.rng.next()});
    const auto values = store.decoded();
    for (std::size_t i = 0; i < values.size(); ++i) EXPECT_NE(values[i], store.values[i]);
}

TEST(Okvs, TheSparseRowsOfAKeyAreDifferentAndInRange) {
    Seeded seeded;
    for (const std::uint32_t rows : {3u, 4u, 1000u}) {
        const Shape shape(rows);
        for (int i = 0; i < 2000; ++i) {
            const auto [a, b, c] = shape.key({seeded.rng.next(), seeded.rng.next(), seeded.rng.next(), 0}).sparse;
            EXPECT_TRUE(a != b && b != c && a != c && a < rows && b < rows && c < rows);
        }
    }
}

TEST(Okvs, KeysThatPeelingLeavesAreSolvedByTheDenseRows) {
    Seeded seeded;
    const Shape shape(3);  // all keys name the same three rows
    const Store store(shape, 20, seeded.rng);
    ASSERT_TRUE(store.solved);
    EXPECT_EQ(store.decoded(), store.values);
}

TEST(Okvs, SaysThatThereIsNoSolution) {
    Seeded seeded;
    EXPECT_FALSE(Store(Shape(3), 40, seeded.rng).solved);       // too many are left
    EXPECT_FALSE(Store(Shape(1100), 1000, seeded.rng).solved);  // below the threshold of peeling
    const Key key{{0, 1, 2}, 5};
    std::vector<Block> rows(Shape(3).rows());
    EXPECT_FALSE(encode(Shape(3), std::vector{key, key}, std::vector<Block>{{1, 0}, {2, 0}}, rows));
}

/// TACIT_SOAK=1 takes a hundred times as many.
TEST(Okvs, FailsNoMoreOftenThanTheCurveSays) {
    Seeded seeded;
    const std::size_t runs = std::getenv("TACIT_SOAK") != nullptr ? 100'000 : 1000;
    for (const double security : {2.0, 4.0, 6.0}) {
        std::size_t failures = 0;
        const Shape shape = Shape::for_keys(4096, security);
        for (std::size_t i = 0; i < runs / 2; ++i) failures += Store(shape, 4096, seeded.rng).solved ? 0 : 1;
        const double most = static_cast<double>(runs / 2) * std::exp2(-security);
        EXPECT_LE(static_cast<double>(failures), most + 6 * std::sqrt(most)) << security;
        RecordProperty("failures at " + std::to_string(static_cast<int>(security)), static_cast<int>(failures));
    }
    std::size_t failures = 0;
    for (std::size_t i = 0; i < runs / 4; ++i) {
        failures += Store(Shape::for_keys(4096, 41), 4096, seeded.rng).solved ? 0 : 1;
    }
    EXPECT_EQ(failures, 0u);
}

// The code lives beside the store: its words are what the rows say.

int weight(const Block& word) { return std::popcount(word.low) + std::popcount(word.high); }

bool coefficient(const Block& word, std::size_t i) { return ((i < 64 ? word.low : word.high) >> (i % 64) & 1) != 0; }

TEST(BchCode, WordsAreMultiplesOfTheGeneratorWithAnEvenNumberOfOnes) {
    // 18 roots that follow each other make a distance of 19 (the BCH bound), an even number of ones 20.
    std::array<unsigned, 127> power{1};
    for (std::size_t i = 1; i < power.size(); ++i) {
        power[i] = (power[i - 1] << 1) ^ (power[i - 1] >= 64 ? 0b1000'1001u : 0u);
    }
    ASSERT_EQ((power[126] << 1) ^ 0b1000'1001u, 1u) << "x must be primitive";
    Seeded seeded;
    for (int run = 0; run < 200; ++run) {
        const Block word = bch::encode({seeded.rng.next(), seeded.rng.next()});
        EXPECT_EQ(weight(word) % 2, 0);
        for (std::size_t root = 1; root <= 18; ++root) {
            unsigned value = 0;
            for (std::size_t i = 0; i < 127; ++i) value ^= coefficient(word, i) ? power[root * i % 127] : 0u;
            EXPECT_EQ(value, 0u) << root;
        }
    }
}

TEST(BchCode, IsLinearAndSystematicAndFarApart) {
    Seeded seeded;
    for (int run = 0; run < 20'000; ++run) {
        const Block a{seeded.rng.next(), seeded.rng.next() & 127};
        const Block b{seeded.rng.next() & seeded.rng.next(), seeded.rng.next() & 3};
        EXPECT_EQ(bch::encode(a) ^ bch::encode(b), bch::encode(a ^ b));
        EXPECT_EQ(bch::encode({a.low, a.high | 128}), bch::encode(a));
        for (std::size_t i = 0; i < bch::dimension; i += 10) {
            EXPECT_EQ(coefficient(bch::encode(a), 127 - bch::dimension + i), coefficient(a, i));
        }
        if (a != b) {
            EXPECT_GE(weight(bch::encode(a) ^ bch::encode(b)), 20);
        }
    }
}

}  // namespace
}  // namespace tacit::mpc::okvs
