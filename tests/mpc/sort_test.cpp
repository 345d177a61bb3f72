#include "tacit/mpc/sort.hpp"

#include <map>

#include "../base/seeded.hpp"
#include "../base/throws.hpp"
#include "mpc/replicated_support.hpp"

namespace tacit::mpc {

class Sorting : public testing::TestWithParam<int> {
protected:
    Seeded seeded;
};
INSTANTIATE_TEST_SUITE_P(Replicated, Sorting, testing::Values(3, 4));

TEST(RandomOrder, EveryOrderIsAsLikelyAsAnyOther) {
    Seeded seeded;
    std::map<std::vector<std::uint32_t>, int> seen;
    constexpr int draws = 24000;
    for (int i = 0; i < draws; ++i) {
        const auto order = random_order(seeded.rng, 4);
        ++seen[{order.begin(), order.end()}];
    }
    double chi_square = 0;
    for (const auto& [order, count] : seen) chi_square += (count - 1000.0) * (count - 1000.0) / 1000.0;
    EXPECT_EQ(seen.size(), 24U);
    EXPECT_LT(chi_square, 70) << "23 degrees of freedom: above 70 once in a million times";
    EXPECT_TRUE(random_order(seeded.rng, 0).empty());
}

TEST_P(Sorting, AShuffleMovesSeveralVectorsAlikeAndDiffersEachTime) {
    std::vector<std::uint64_t> x(100);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = i;
    party::LocalNetwork network(GetParam(), seeded.seed);
    const auto opened = run_replicated(network, [&](Replicated& ring) {
        Shuffle first(ring, 100);
        Shuffle second(ring, 100);
        const Numbers moved = first.apply(ring.constant(x));
        const Bits bits = first.apply(ring.constant(ClearBits(x, 7)));
        const Numbers other = second.apply(ring.constant(x));
        EXPECT_EQ(ring.open(bits).values(), ring.open(moved));
        return ring.open(join({&moved, &other}));
    });
    const std::vector<std::uint64_t> moved(opened[0].begin(), opened[0].begin() + 100);
    const std::vector<std::uint64_t> other(opened[0].begin() + 100, opened[0].end());
    EXPECT_THAT(moved, testing::UnorderedElementsAreArray(x));
    EXPECT_THAT(other, testing::UnorderedElementsAreArray(x));
    EXPECT_NE(moved, x);
    EXPECT_NE(moved, other);
}

TEST_P(Sorting, ShufflesAreUniform) {
    std::map<std::vector<std::uint64_t>, int> seen;
    party::LocalNetwork network(GetParam(), seeded.seed);
    const auto opened = run_replicated(network, [&](Replicated& ring) {
        std::vector<std::vector<std::uint64_t>> out;
        for (int i = 0; i < 600; ++i) {
            Shuffle shuffle(ring, 3);
            out.push_back(ring.open(shuffle.apply(ring.constant(std::vector<std::uint64_t>{1, 2, 3}))));
        }
        return out;
    });
    for (const auto& order : opened[0]) ++seen[order];
    double chi_square = 0;
    for (const auto& [order, count] : seen) chi_square += (count - 100.0) * (count - 100.0) / 100.0;
    EXPECT_EQ(seen.size(), 6U);
    EXPECT_LT(chi_square, 36) << "5 degrees of freedom: above 36 once in a million times";
}

TEST_P(Sorting, SortsSignedNumbersWithTheirColumnsAndKeepsTheOrderOfEqualOnes) {
    for (const std::size_t size : {0U, 1U, 2U, 90U}) {
        auto x = random_signed(seeded.rng, size, 64);
        std::vector<std::uint64_t> places(size);
        for (std::size_t i = 0; i < size; ++i) {
            if (i % 3 == 0) x[i] = i % 2;
            places[i] = i;
        }
        std::vector<std::uint64_t> expected = places;
        std::ranges::stable_sort(expected, {}, [&](std::uint64_t i) { return static_cast<std::int64_t>(x[i]); });
        party::LocalNetwork network(GetParam(), seeded.seed);
        const auto opened = run_replicated(network, [&](Replicated& ring) {
            const auto sorted = sort_by(ring, ring.constant(x), std::vector{ring.constant(places)});
            return std::pair(ring.open(sorted[0]), ring.open(sorted[1]));
        });
        EXPECT_EQ(opened[0].second, expected) << size;
        for (std::size_t i = 0; i < size; ++i) EXPECT_EQ(opened[0].first[i], x[expected[i]]);
    }
}

TEST_P(Sorting, ComparisonsThatAreOpenedSayNothingAboutTheKeys) {
    // The number of batches and comparisons of a run depends on the shuffle alone: equal for all keys, also equal ones.
    const auto bytes = [&](const std::vector<std::uint64_t>& keys) {
        party::LocalNetwork network(GetParam(), seeded.seed);
        static_cast<void>(run_replicated(network, [&](Replicated& ring) {
            return ring.open(rank(ring, ring.constant(ClearBits(keys, 8))).values).words;
        }));
        return std::pair(network.rounds(), network.traffic()[0].bytes_sent);
    };
    std::vector<std::uint64_t> falling(50);
    for (std::size_t i = 0; i < falling.size(); ++i) falling[i] = 99 - i;
    EXPECT_EQ(bytes(falling), bytes(std::vector<std::uint64_t>(50, 7)));
}

TEST_P(Sorting, RefusesVectorsOfOtherSizes) {
    party::LocalNetwork network(GetParam());
    expect_throws(ErrorCode::invalid_argument, "shuffle of 3 entries by an order of 4", [&] {
        return run_replicated(network,
                              [](Replicated& ring) { return Shuffle(ring, 4).apply(ring.random_numbers(3)).size; });
    });
    expect_throws(ErrorCode::invalid_argument, "shuffle of 65 planes", [&] {
        return run_replicated(network, [](Replicated& ring) {
            return Shuffle(ring, 4).apply(ring.random_bits({65, 4})).shape.lanes;
        });
    });
}

}  // namespace tacit::mpc
