#include "tacit/mpc/circuits.hpp"

#include "../base/seeded.hpp"
#include "../base/throws.hpp"
#include "mpc/replicated_support.hpp"

namespace tacit::mpc {

class Circuits : public testing::TestWithParam<int> {
protected:
    /// Runs circuit(ring, x, y) on secret x and y and returns what party 0 sees opened.
    template <class Circuit>
    auto opened(const std::vector<std::uint64_t>& x, const std::vector<std::uint64_t>& y, const Circuit& circuit) {
        party::LocalNetwork network(GetParam(), seeded.seed);
        auto all = run_replicated(network, [&](Replicated& ring) {
            const Numbers a = ring.input(0, x, x.size());
            const Numbers b = ring.input(1, y, y.size());
            return ring.open(circuit(ring, a, b));
        });
        return std::move(all.front());
    }
    Seeded seeded;
};
INSTANTIATE_TEST_SUITE_P(Replicated, Circuits, testing::Values(3, 4));

TEST_P(Circuits, ComparisonsAreThoseOfSignedNumbers) {
    const auto x = random_signed(seeded.rng, 200, 62);
    auto y = random_signed(seeded.rng, 200, 62);
    for (std::size_t i = 0; i < y.size(); i += 3) y[i] = x[i] + i % 2;
    const auto smaller = opened(x, y, [](auto& ring, auto& a, auto& b) { return less(ring, a, b); });
    const auto same = opened(x, y, [](auto& ring, auto& a, auto& b) { return equal(ring, a, b); });
    for (std::size_t i = 0; i < x.size(); ++i) {
        EXPECT_EQ(smaller.at(0, i), static_cast<std::int64_t>(x[i]) < static_cast<std::int64_t>(y[i])) << i;
        EXPECT_EQ(same.at(0, i), x[i] == y[i]) << i;
    }
}

TEST_P(Circuits, BitsOfNumbersAndNumbersOfBitsAreInverse) {
    const auto x = random_numbers(seeded.rng, 100);
    for (const std::size_t planes : {1U, 2U, 17U, 63U, 64U}) {
        const auto bits = opened(x, x, [&](auto& ring, auto& a, auto&) { return to_bits(ring, a, planes); });
        EXPECT_EQ(bits.words, ClearBits(x, planes).words) << planes;
        const auto back =
            opened(x, x, [&](auto& ring, auto& a, auto&) { return to_numbers(ring, to_bits(ring, a, planes)); });
        for (std::size_t i = 0; i < x.size(); ++i) EXPECT_EQ(back[i], x[i] << (64 - planes) >> (64 - planes));
    }
}

TEST_P(Circuits, OnesAreCountedInEachPlane) {
    const auto x = random_numbers(seeded.rng, 130, 5);
    const auto counts = opened(x, x, [](auto& ring, auto& a, auto&) { return count_ones(ring, to_bits(ring, a, 5)); });
    for (std::size_t plane = 0; plane < 5; ++plane) {
        EXPECT_EQ(counts[plane],
                  static_cast<std::uint64_t>(std::ranges::count_if(x, [&](auto v) { return (v >> plane) & 1U; })));
    }
}

TEST_P(Circuits, WeightedSumsAreOfBlocksOfLanes) {
    const auto x = random_numbers(seeded.rng, 60, 1);
    const std::vector<std::uint64_t> weights{1, 2, ~std::uint64_t{0}};
    const auto sums =
        opened(x, x, [&](auto& ring, auto& a, auto&) { return weighted_sums(ring, to_bits(ring, a, 1), weights); });
    ASSERT_EQ(sums.size(), 20U);
    for (std::size_t i = 0; i < sums.size(); ++i) {
        EXPECT_EQ(sums[i], x[3 * i] + 2 * x[3 * i + 1] - x[3 * i + 2]) << i;
    }
}

TEST_P(Circuits, ComparisonsWithPublicNumbersAreThoseOfUnsignedNumbersOfAnyWidth) {
    for (const std::size_t planes : {1U, 2U, 3U, 6U, 7U, 48U, 64U}) {
        const auto x = random_numbers(seeded.rng, 150, static_cast<int>(planes));
        auto y = random_numbers(seeded.rng, 150, static_cast<int>(planes));
        for (std::size_t i = 0; i < y.size(); i += 3) y[i] = x[i] + i % 2;
        const ClearBits limits(y, planes);
        const auto smaller =
            opened(x, x, [&](auto& ring, auto& a, auto&) { return less(ring, to_bits(ring, a, planes), limits); });
        const auto wanted = limits.values();
        for (std::size_t i = 0; i < x.size(); ++i) EXPECT_EQ(smaller.at(0, i), x[i] < wanted[i]) << planes << " " << i;
    }
}

TEST_P(Circuits, ComparisonsOfBitsAreThoseOfUnsignedNumbersOfAnyWidth) {
    for (const std::size_t planes : {1U, 2U, 3U, 7U, 40U, 64U}) {
        const auto x = random_numbers(seeded.rng, 150, static_cast<int>(planes));
        auto y = random_numbers(seeded.rng, 150, static_cast<int>(planes));
        for (std::size_t i = 0; i < y.size(); i += 4) y[i] = x[i];
        party::LocalNetwork network(GetParam(), seeded.seed);
        const auto smaller = run_replicated(network, [&](Replicated& ring) {
            const ClearBits a(x, planes);
            return ring.open(less(ring, ring.input(0, a, a.shape), ring.constant(ClearBits(y, planes))));
        });
        for (std::size_t i = 0; i < x.size(); ++i) EXPECT_EQ(smaller[2].at(0, i), x[i] < y[i]) << planes;
    }
}

TEST_P(Circuits, SelectionTakesTheFirstWhereTheChoiceIsOne) {
    const auto x = random_numbers(seeded.rng, 100);
    const auto y = random_numbers(seeded.rng, 100);
    const auto choice = [](Replicated& ring) {
        return ring.constant(ClearBits(std::vector<std::uint64_t>{1, 0, 0, 1, 1, 0, 1, 0, 0, 1}, 1));
    };
    const auto numbers = opened(x, y, [&](auto& ring, auto& a, auto& b) {
        return select(ring, choice(ring), slice(a, 0, 10), slice(b, 0, 10));
    });
    const auto bits =
        opened(x, y, [&](auto& ring, auto& a, auto& b) {
            return select(ring, choice(ring), to_bits(ring, slice(a, 0, 10), 9), to_bits(ring, slice(b, 0, 10), 9));
        }).values();
    for (const std::size_t i : {0U, 1U, 2U, 3U, 9U}) {
        const auto chosen = i % 3 == 0 ? x[i] : y[i];
        EXPECT_EQ(numbers[i], chosen);
        EXPECT_EQ(bits[i], chosen % 512);
    }
}

TEST_P(Circuits, TruncationIsExactForEveryLength) {
    auto x = random_signed(seeded.rng, 100, 63);
    for (std::size_t i = 0; i < 40; ++i) x[i] = i - 20;
    for (std::size_t bits = 0; bits < 62; bits += bits < 4 ? 1 : 19) {
        const auto y = opened(x, x, [&](auto& ring, auto& a, auto&) { return truncate(ring, a, bits); });
        for (std::size_t i = 0; i < x.size(); ++i) {
            EXPECT_EQ(y[i], static_cast<std::uint64_t>(static_cast<std::int64_t>(x[i]) >> bits)) << bits;
        }
    }
}

TEST_P(Circuits, CostsAreThoseStated) {
    const std::vector<std::uint64_t> values(6400, 7);
    const bool three = GetParam() == 3;
    const auto per_lane = [&](const auto& use) {
        const Cost cost = cost_of(GetParam(), [&](Replicated& ring) { use(ring, ring.constant(values)); });
        return std::pair{cost.rounds, static_cast<double>(cost.total_bytes) / 6400};
    };
    using Pair = std::pair<int, double>;
    EXPECT_EQ(per_lane([](auto& ring, const Numbers& x) { static_cast<void>(is_negative(ring, x)); }),
              three ? Pair(8, 8 + 182 * 3 / 8.0) : Pair(8, 16 + 182 * 6 / 8.0));
    EXPECT_EQ(per_lane([](auto& ring, const Numbers& x) { static_cast<void>(equal(ring, x, x)); }),
              three ? Pair(7, 8 + 63 * 3 / 8.0) : Pair(7, 16 + 63 * 6 / 8.0));
    EXPECT_EQ(per_lane([](auto& ring, const Numbers& x) { static_cast<void>(to_bits(ring, x)); }),
              three ? Pair(8, 8 + 373 * 3 / 8.0) : Pair(8, 16 + 373 * 6 / 8.0));
    EXPECT_EQ(per_lane([](auto& ring, const Numbers& x) { static_cast<void>(truncate(ring, x, 16)); }),
              three ? Pair(8, 90.25) : Pair(9, 180.5));
    EXPECT_EQ(per_lane([](auto& ring, const Numbers& x) {
                  static_cast<void>(select(ring, ring.random_bits({1, 6400}), x, x));
              }),
              three ? Pair(3, 8 + 16 * 3) : Pair(3, 16 + 16 * 6));
}

TEST_P(Circuits, RefuseWhatDoesNotFit) {
    const std::vector<std::uint64_t> x(3);
    expect_throws(ErrorCode::invalid_argument, "truncation by 62 bits",
                  [&] { return opened(x, x, [](auto& ring, auto& a, auto&) { return truncate(ring, a, 62); }); });
    expect_throws(ErrorCode::invalid_argument, "65 bits of a number",
                  [&] { return opened(x, x, [](auto& ring, auto& a, auto&) { return to_bits(ring, a, 65); }); });
    expect_throws(ErrorCode::invalid_argument, "select: 4 secrets and 3", [&] {
        return opened(x, x, [](auto& ring, auto& a, auto&) { return select(ring, ring.random_bits({1, 4}), a, a); });
    });
}

}  // namespace tacit::mpc
