#include "tacit/circuit/refresh.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstdio>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "circuit/expect_error.hpp"
#include "circuit/random_circuit.hpp"
#include "tacit/circuit/domains.hpp"
#include "tacit/circuit/levels.hpp"
#include "tacit/circuit/passes.hpp"
#include "tacit/circuit/text.hpp"
#include "tacit/circuit/trace.hpp"

namespace tacit::circuit {
namespace {

using enum ErrorCode;

std::size_t refreshes(const Circuit& circuit) { return operation_count(circuit).refreshes(); }

Circuit power_chain(int products) {
    return trace<2>([&](auto x, auto y) {
        auto z = x;
        for (int i = 0; i < products; ++i) z = z * y + x;
        return z;
    });
}

TEST(Refresh, GivesNewLevelsAndKeepsTheSlots) {
    const auto f = [](auto x) { return refresh(x * x * x) * x + 1; };
    const Circuit c = trace<1>(f);
    EXPECT_EQ(depth(c), 2);
    EXPECT_EQ(total_depth(c), 3);
    EXPECT_EQ(refreshes(c), 1U);
    Plain plain(2, {{2, -3}});
    EXPECT_THAT(interpret(c, plain)[0].real(), testing::ElementsAre(17, 82));
    EXPECT_THAT(f(Slots{2.0, -3.0}).real(), testing::ElementsAre(17, 82)) << "the same lambda in the clear";
    EXPECT_EQ(depth(trace<1>([](auto x) { return refresh(x * x) + x; })), 1) << "before a refresh counts too";
    EXPECT_EQ(levels(c).inputs[0], 2);
    EXPECT_EQ(levels(c).deepest_chain.size(), 2U);
}

TEST(Refresh, OfAConstantOrOfARefreshIsItself) {
    Builder b;
    const ValueId half = b.constant(0.5);
    EXPECT_EQ(b.refresh(half), half);
    EXPECT_EQ(refreshes(simplify(trace<1>([](auto x) { return refresh(refresh(x * x)) * x; }))), 1U);
}

TEST(Refresh, HasATextAndALine) {
    const std::string text = "circuit 1\n%0 = input \"x\"\n%1 = mul %0, %0\n%2 = refresh %1\noutput %2 \"y\"\n";
    EXPECT_EQ(print(parse(text)), text);
    expect_error(malformed_input, "line 2, column 15: %3 is not defined above",
                 [] { static_cast<void>(parse("circuit 1\n%0 = refresh %3\n")); });
    const Circuit c = trace<1>([](auto x) { return refresh(x * x); });
    EXPECT_EQ(c.location(c.outputs()[0]).line, __LINE__ - 1);
}

TEST(Refresh, OfStatedLevelsGivesWhatItsUsesNeed) {
    const Circuit c = trace<2>([](auto x, auto y) { return refresh(x * x) * y * y; });
    const Levels found = levels(c, std::vector<std::optional<int>>{1, 5});
    EXPECT_EQ(found.depth, 2);
    EXPECT_THAT(found.outputs, testing::ElementsAre(0));
    expect_error(out_of_levels, "input \"x1\" comes at level 1 but 2 products follow it", [&] {
        static_cast<void>(levels(c, std::vector<std::optional<int>>{1, 1}));
    });
}

TEST(PlaceRefreshes, AreTheFewestOnChains) {
    for (int products = 1; products <= 24; ++products) {
        const Circuit chain = power_chain(products);
        for (int most = 1; most <= 7; ++most) {
            const Circuit placed = place_refreshes(chain, most);
            EXPECT_LE(depth(placed), most);
            EXPECT_EQ(total_depth(placed), products);
            EXPECT_EQ(refreshes(placed), static_cast<std::size_t>((products - 1) / most)) << products << ", " << most;
        }
    }
}

TEST(PlaceRefreshes, TakeASumInPlaceOfItsTerms) {
    const Circuit c = trace<4>([](auto a, auto b, auto x, auto y) {
        const auto sum = a * b + x * y + a * y;
        return std::vector{sum * a, sum * b, sum * sum};
    });
    EXPECT_EQ(refreshes(place_refreshes(c, 1)), 1U);
}

TEST(PlaceRefreshes, LeaveWhatIsShallowEnough) {
    const Circuit c = power_chain(3);
    EXPECT_EQ(place_refreshes(c, 3), c);
    const Circuit refreshed = trace<1>([](auto x) { return refresh(x * x) * x; });
    EXPECT_EQ(place_refreshes(refreshed, 1), refreshed) << "refreshes of its own count";
}

TEST(PlaceRefreshes, RefuseFewerThanOneLevel) {
    const Circuit c = power_chain(1);
    expect_error(invalid_argument, "refresh_test.cpp:", [&] { static_cast<void>(place_refreshes(c, 0)); });
    expect_error(invalid_argument, "place_refreshes: at most 0 levels, but this product takes one; allow at least 1",
                 [&] { static_cast<void>(place_refreshes(c, 0)); });
    EXPECT_EQ(refreshes(place_refreshes(trace<1>([](auto x) { return -3 * x; }), 0)), 0U);
}

TEST(PlaceRefreshes, OfRandomCircuitsKeepMeaningAndBound) {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const Circuit before = RandomCircuit(seed, {.refreshes = seed % 3 == 0}).draw(5 + seed % 120);
        const int most = 1 + static_cast<int>(seed % 3);
        const Circuit after = place_refreshes(before, most);
        EXPECT_LE(depth(after), most);
        EXPECT_LE(total_depth(after), total_depth(before));
        Plain one(4, {{0.5, -0.25, 1, 0}, {0.75, 1, 0, 1}, {-1, 0.125, 1, 1}});
        Plain other(4, {{0.5, -0.25, 1, 0}, {0.75, 1, 0, 1}, {-1, 0.125, 1, 1}});
        const auto expected = interpret(before, one), found = interpret(after, other);
        for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(found[i].real(), expected[i].real());
    }
}

/// The fewest refreshes by trying every set of values.
std::size_t fewest(const Circuit& circuit, int most) {
    const auto nodes = circuit.nodes();
    std::size_t least = std::numeric_limits<std::size_t>::max();
    for (std::uint32_t set = 0; set < (1U << nodes.size()); ++set) {
        const auto size = static_cast<std::size_t>(std::popcount(set));
        if (size >= least) continue;
        std::vector<int> levels(nodes.size());
        int deepest = 0;
        for (std::uint32_t i = 0; i < nodes.size(); ++i) {
            const Node& node = nodes[i];
            const auto seen = [&](ValueId v) { return (set >> v.index & 1U) != 0 ? 0 : levels[v.index]; };
            if (operand_count(node.op) > 0) levels[i] = seen(node.lhs);
            if (operand_count(node.op) > 1) levels[i] = std::max(levels[i], seen(node.rhs));
            if (circuit.takes_level({i})) ++levels[i];
            deepest = std::max(deepest, levels[i]);
        }
        if (deepest <= most) least = size;
    }
    return least;
}

TEST(PlaceRefreshes, AreNearTheFewestOnSmallRandomCircuits) {
    std::size_t circuits = 0, placed = 0, needed = 0, more_than_needed = 0;
    for (std::uint64_t seed = 0; circuits < 150; ++seed) {
        ASSERT_LT(seed, 5000U);
        const Circuit c = eliminate_dead(RandomCircuit(seed, {.depth = 12}).draw(26));
        const int most = 1 + static_cast<int>(seed % 2);
        if (c.nodes().size() > 14 || depth(c) <= most) continue;
        SCOPED_TRACE("seed " + std::to_string(seed) + "\n" + print(c));
        ++circuits;
        const std::size_t found = refreshes(place_refreshes(c, most)), least = fewest(c, most);
        EXPECT_GE(found, least) << "the bound does not hold";
        EXPECT_LE(found, least + 1);
        placed += found;
        needed += least;
        if (found > least) ++more_than_needed;
    }
    std::printf("%zu circuits: %zu refreshes, %zu needed, %zu circuits with more than needed\n", circuits, placed,
                needed, more_than_needed);
    EXPECT_LE(more_than_needed, circuits / 20);
}

}  // namespace
}  // namespace tacit::circuit
