#include "tacit/circuit/levels.hpp"

#include "circuit/expect_error.hpp"
#include "circuit/random_circuit.hpp"
#include "tacit/circuit/domains.hpp"
#include "tacit/circuit/text.hpp"
#include "tacit/circuit/trace.hpp"

namespace tacit::circuit {
namespace {

using enum ErrorCode;
using ::testing::ElementsAre;
using Stated = std::vector<std::optional<int>>;

TEST(Levels, AreChosenAsLowAsTheUsesAllow) {
    const Circuit c = trace<3>([](auto x, auto y, auto) { return std::vector{(x * x) * x + y, 0.2 * y, 2 * y}; });
    const Levels found = levels(c);
    EXPECT_EQ(found.depth, 2);
    EXPECT_THAT(found.inputs, ElementsAre(2, 1, 0));
    EXPECT_THAT(found.outputs, ElementsAre(0, 0, 1)) << "a product with an integer takes none";
}

TEST(Levels, StatedAndChosenLevelsMix) {
    const Circuit c = trace<2>([](auto x, auto y) { return std::vector{x * y, x * x, x + y * y * y}; });
    const Levels found = levels(c, Stated{5, std::nullopt});
    EXPECT_THAT(found.inputs, ElementsAre(5, 2));
    EXPECT_THAT(found.outputs, ElementsAre(1, 4, 0));
    EXPECT_THAT(levels(c, Stated{5, 4}).outputs, ElementsAre(3, 4, 2));
}

TEST(Levels, AProductWithAConstantTakesAStatedLevelToo) {
    for (const Circuit& c : {trace<1>([](auto x) { return 1.5 * x; }), trace<1>([](auto x) {
                                 return x * values({1, 2});
                             })}) {
        EXPECT_EQ(levels(c, Stated{1}).depth, 1);
        EXPECT_THAT(levels(c, Stated{1}).outputs, ElementsAre(0));
        EXPECT_THAT(levels(c, Stated{4}).outputs, ElementsAre(3));
        EXPECT_THROW(static_cast<void>(levels(c, Stated{0})), Error);
    }
}

TEST(Levels, ShowADeepestChain) {
    const Circuit c = parse(
        "circuit 1\n%0 = input \"x\"\n%1 = mul %0, %0\n%2 = rotate %1, 1\n%3 = add %2, %0\n%4 = mul %3, %0\n"
        "%5 = negate %4\noutput %0 \"a\"\noutput %5 \"b\"\n");
    EXPECT_THAT(levels(c).deepest_chain, ElementsAre(ValueId{1}, ValueId{4}));
}

TEST(Levels, OfAConstantAreUnlimited) {
    EXPECT_THAT(levels(trace<1>([](auto x) { return x.constant(2); })).outputs, ElementsAre(Levels::unlimited));
}

TEST(Levels, WhatNoOutputNeedsTakesNone) {
    const Circuit c = trace<1>([](auto x) {
        static_cast<void>(x * x * x);
        return -x;
    });
    EXPECT_THAT(levels(c, Stated{0}).outputs, ElementsAre(0));
}

TEST(Levels, ProductsBelowLevelZeroNameTheirLine) {
    const int line = __LINE__ + 2;
    const Circuit c = trace(std::vector<std::string>{"weights", "image"}, [](auto x) {
        return (x[0] * x[1]) * x[1];  // the second product is one too many
    });
    const std::string place = "levels_test.cpp:" + std::to_string(line) + ": ";
    expect_error(out_of_levels,
                 place +
                     "levels: no level is left for this product: input \"weights\" comes at level 1 but 2 products "
                     "follow it; encrypt it at level 2 or above, or leave its level open",
                 [&] {
                     static_cast<void>(levels(c, Stated{1, std::nullopt}));
                 });
    EXPECT_THAT(levels(c, Stated{2, std::nullopt}).outputs, ElementsAre(0));
}

TEST(Levels, RefuseWhatFitsNoInput) {
    const Circuit c = trace<2>([](auto x, auto y) { return x * y; });
    expect_error(invalid_argument, "levels: 1 levels given but the circuit has 2 inputs; give one entry for each",
                 [&] { static_cast<void>(levels(c, Stated{1})); });
    expect_error(invalid_argument, "levels: input \"x1\" is stated at level -1; levels start at 0", [&] {
        static_cast<void>(levels(c, Stated{1, -1}));
    });
}

TEST(Levels, OfRandomCircuitsAreTightAndAgreeWithDepth) {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const Circuit c = RandomCircuit(seed, {.refreshes = seed % 2 == 1}).draw(5 + seed % 60);
        const Levels found = levels(c);
        ASSERT_EQ(found.depth, depth(c));
        for (const ValueId v : found.deepest_chain) ASSERT_EQ(c.node(v).op, Op::mul);
        Stated stated(found.inputs.begin(), found.inputs.end());
        ASSERT_EQ(levels(c, stated).outputs, found.outputs);
        for (auto& level : stated) {
            if (*level == 0) continue;  // nothing below
            --*level;
            EXPECT_THROW(static_cast<void>(levels(c, stated)), Error);
            ++*level;
        }
    }
}

}  // namespace
}  // namespace tacit::circuit
