#include "tacit/circuit/domains.hpp"

#include <cmath>
#include <complex>
#include <memory>

#include "circuit/expect_error.hpp"
#include "tacit/circuit/passes.hpp"
#include "tacit/circuit/text.hpp"
#include "tacit/circuit/trace.hpp"

namespace tacit::circuit {
namespace {

using enum ErrorCode;
using ::testing::ElementsAre;

TEST(Depth, CountsEveryProductWithAnEncryptedOperand) {
    EXPECT_EQ(depth(trace<1>([](auto x) { return x + conjugate(rotate(-x, 1)) - 3; })), 0);
    EXPECT_EQ(depth(trace<1>([](auto x) { return 0.5 * x; })), 1);
    EXPECT_EQ(depth(trace<1>([](auto x) { return values({1, 2}) * x; })), 1);
    EXPECT_EQ(depth(trace<1>([](auto x) { return 0.5 * (x * x) + x; })), 2);
    EXPECT_EQ(depth(trace<1>([](auto x) { return x.constant(2) * 0.3 * x; })), 1);
}

TEST(Depth, OfAProductWithAnIntegerIsThatOfTheValue) {
    EXPECT_EQ(depth(trace<1>([](auto x) { return 2 * x; })), 0);
    EXPECT_EQ(depth(trace<1>([](auto x) { return -7 * (x * x) + x; })), 1);
    EXPECT_EQ(depth(trace<1>([](auto x) { return x * -0x1p53; })), 0);
    EXPECT_EQ(depth(trace<1>([](auto x) { return x * 0x1p54; })), 1);
    EXPECT_EQ(depth(trace<1>([](auto x) { return (x * 0x1p53) * 0x1p53; })), 0);
    EXPECT_EQ(depth(optimise(trace<1>([](auto x) { return (x * 0x1p53) * 0x1p53; }))), 0) << "stays two products";
}

TEST(Depth, IsThatOfTheDeepestOutput) {
    EXPECT_EQ(depth(trace<1>([](auto x) { return std::vector{x, x * x * x, x * x}; })), 2);
}

TEST(Depth, KnowsWhatIsInTheClear) {
    const Circuit c = trace<1>([](auto x) { return x.constant(0.5); });
    Depth domain;
    EXPECT_EQ(interpret(c, domain)[0], Depth::in_the_clear);
    EXPECT_EQ(depth(c), 0);
    EXPECT_EQ(domain.mul(Depth::in_the_clear, Depth::in_the_clear), Depth::in_the_clear);
    EXPECT_EQ(domain.mul(Depth::in_the_clear, Depth::integer), Depth::in_the_clear);
    EXPECT_EQ(domain.mul(Depth::integer, Depth::integer), Depth::integer);
}

TEST(OperationCount, TellsTheKindsApart) {
    const auto count = operation_count(trace<2>([](auto x, auto y) {
        return rotate(x * y + x * x - 2 * y + 1, 3) - conjugate(-x) * values({1, 0});
    }));
    EXPECT_EQ(count.inputs(), 2U);
    EXPECT_EQ(count.products(), 2U);
    EXPECT_EQ(count.constant_products(), 2U);
    EXPECT_EQ(count.additions(), 4U);
    EXPECT_EQ(count.negations(), 1U);
    EXPECT_EQ(count.rotations(), 1U);
    EXPECT_EQ(count.conjugations(), 1U);
}

TEST(OperationCount, ConstantsAreFree) {
    const auto count = operation_count(trace<1>([](auto x) { return (x.constant(2) * 3 + 1 - 4) * x; }));
    EXPECT_EQ(count.constant_products(), 1U);
    EXPECT_EQ(count.additions() + count.products() + count.negations(), 0U);
}

TEST(RotationSet, IsSortedNormalisedAndWithoutRepetition) {
    const Circuit c = trace<1>([](auto x) {
        return rotate(x, 3) + rotate(x, -1) + rotate(x, 11) + rotate(x, 8) + rotate(x, -16) + rotate(x, 1);
    });
    RotationSet eight(8);
    static_cast<void>(interpret(c, eight));
    EXPECT_THAT(eight.steps(), ElementsAre(1, 3, 7));
    RotationSet many(1024);
    static_cast<void>(interpret(c, many));
    EXPECT_THAT(many.steps(), ElementsAre(1, 3, 8, 11, 1008, 1023));
}

TEST(RotationSet, KnowsWhetherTheCircuitConjugates) {
    RotationSet with(8), without(8);
    static_cast<void>(interpret(trace<1>([](auto x) { return x + conjugate(x); }), with));
    static_cast<void>(interpret(trace<1>([](auto x) { return rotate(x, 1); }), without));
    EXPECT_TRUE(with.conjugation());
    EXPECT_TRUE(with.steps().empty());
    EXPECT_FALSE(without.conjugation());
}

TEST(RotationSet, GroupsTheKeySwitchesOfOneValue) {
    const Circuit c = parse(
        "circuit 1\n%0 = input \"x\"\n%1 = rotate %0, 3\n%2 = rotate %0, 8\n%3 = rotate %2, -1\n%4 = rotate %0, 11\n"
        "%5 = sub %1, %3\n%6 = rotate %5, 2\n%7 = conjugate %5\n%8 = rotate %6, 1\n"
        "output %8 \"a\"\noutput %7 \"b\"\noutput %4 \"c\"\n");
    RotationSet eight(8);
    static_cast<void>(interpret(c, eight));
    const auto groups = eight.hoisting_groups();
    ASSERT_EQ(groups.size(), 2U);
    EXPECT_EQ(groups[0].source, ValueId{0});
    EXPECT_THAT(groups[0].steps, ElementsAre(3, 7)) << "11 is 3, and a rotation by 8 moves nothing";
    EXPECT_FALSE(groups[0].conjugation);
    EXPECT_EQ(groups[1].source, ValueId{5});
    EXPECT_THAT(groups[1].steps, ElementsAre(2));
    EXPECT_TRUE(groups[1].conjugation);
}

TEST(RotationSet, RefusesSlotsThatAreNoPowerOfTwo) {
    expect_error(invalid_argument, "RotationSet: 12 slots, but their number is a power of two below 2^31; round it up",
                 [] { RotationSet(12); });
}

TEST(Plain, KeepsTheLargestMagnitudeOfEverythingItMeets) {
    const Circuit c = trace<1>([](auto x) { return x * 10 - 35; });
    Plain plain(2, {{-4, 1}});
    EXPECT_EQ(plain.largest_magnitude(), 0);
    EXPECT_EQ(interpret(c, plain)[0], (Slots{-75, -25}));
    EXPECT_EQ(plain.largest_magnitude(), 75);

    Plain large_constant(1, {{1e-3}});
    static_cast<void>(interpret(trace<1>([](auto x) { return x * 1000; }), large_constant));
    EXPECT_EQ(large_constant.largest_magnitude(), 1000);

    Plain not_a_number(1, {{std::nan("")}});
    static_cast<void>(interpret(c, not_a_number));
    EXPECT_TRUE(std::isnan(not_a_number.largest_magnitude()));
}

TEST(Plain, TakesRealAndComplexInputs) {
    const Circuit c = trace<2>([](auto x, auto y) { return conjugate(x * y); });
    const Slots expected{{0, -1}, 6};
    const std::vector<std::complex<double>> x{1, 2}, y{{0, 1}, 3};
    for (Plain plain : {Plain(2, {{1, 2}, {{0, 1}, 3}}), Plain(2, {x, y}), Plain(2, std::vector{x, y})}) {
        EXPECT_EQ(interpret(c, plain)[0], expected);
        EXPECT_EQ(plain.largest_magnitude(), 6);
    }
    const std::vector<double> real{-1, 2};
    for (Plain plain : {Plain(2, {{-1, 2}, {-1, 2}}), Plain(2, {real, real}), Plain(2, std::vector{real, real})}) {
        EXPECT_EQ(interpret(c, plain)[0], (Slots{1, 4}));
    }
    Plain modulus(1, {{{-3, 4}}});
    static_cast<void>(interpret(trace<1>([](auto z) { return conjugate(z); }), modulus));
    EXPECT_EQ(modulus.largest_magnitude(), 5);
}

TEST(Plain, ZeroOperandsAreDefined) {
    const Circuit c = trace<1>([](auto x) { return std::vector{x * 0, x * values({0, 1}), 0 - x, x - x}; });
    Plain plain(2, {{3, 4}});
    const auto out = interpret(c, plain);
    EXPECT_EQ(out[0], (Slots{0, 0}));
    EXPECT_EQ(out[1], (Slots{0, 4}));
    EXPECT_EQ(out[2], (Slots{-3, -4}));
    EXPECT_EQ(out[3], (Slots{0, 0}));
}

TEST(Plain, RefusesWhatDoesNotFit) {
    const Circuit two = trace<2>([](auto x, auto y) { return x + y; });
    const Circuit wide = trace<1>([](auto x) { return x * values({1, 2, 3, 4}); });
    expect_error(invalid_argument, "Plain: 3 slots, but their number is a power of two", [] { Plain(3, {}); });
    expect_error(invalid_argument, "Plain: input 1 has 1 values for 2 slots; give one value per slot", [] {
        Plain(2, {{1, 2}, {1}});
    });
    const std::vector<std::vector<std::complex<double>>> complex_inputs{{{1, 2}}};
    expect_error(invalid_argument, "Plain: input 0 has 1 values for 2 slots", [&] { Plain(2, complex_inputs); });
    expect_error(invalid_argument, "Plain: input 1 has 1 values for 2 slots", [] {
        Plain(2, std::vector<std::vector<double>>{{1, 2}, {1}});
    });
    expect_error(invalid_argument, "Plain: the circuit reads input 1 but only 1 were given; give one per input", [&] {
        Plain plain(1, {{1}});
        static_cast<void>(interpret(two, plain));
    });
    expect_error(invalid_argument, "Plain: a constant of 4 values for 2 slots; run the circuit with at least 4 slots",
                 [&] {
                     Plain plain(2, {{1, 2}});
                     static_cast<void>(interpret(wide, plain));
                 });
}

/// Keeps count of the values that are alive, and has no `sub` of its own.
struct Counting {
    using Value = std::shared_ptr<int>;
    std::vector<std::weak_ptr<int>> made;
    std::size_t most_alive = 0;

    Value make(int value) {
        auto result = std::make_shared<int>(value);
        made.push_back(result);
        std::size_t alive = 0;
        for (const auto& other : made) alive += other.expired() ? 0U : 1U;
        most_alive = std::max(most_alive, alive);
        return result;
    }
    Value input(std::int32_t) { return make(7); }
    Value constant(std::span<const double> c) { return make(static_cast<int>(c[0])); }
    Value add(const Value& a, const Value& b) { return make(*a + *b); }
    Value mul(const Value& a, const Value& b) { return make(*a * *b); }
    Value negate(const Value& a) { return make(-*a); }
    Value rotate(const Value& a, std::int32_t) { return make(*a); }
    Value conjugate(const Value& a) { return make(*a); }
};

TEST(Interpret, DropsValuesAfterTheirLastUse) {
    Counting domain;
    const auto out = interpret(trace<1>([](auto x) {
                                   for (int i = 1; i <= 20; ++i) x = rotate(x, i) + x;
                                   return std::vector{x, x};
                               }),
                               domain);
    EXPECT_EQ(out[0], out[1]);
    EXPECT_LE(domain.most_alive, 3U);
}

TEST(Interpret, NodesComeWithAllTheirValues) {
    Counting domain;
    std::vector<int> found;
    for (const auto& value : interpret_nodes(trace<1>([](auto x) { return x * x - 9; }), domain)) {
        found.push_back(*value);
    }
    EXPECT_THAT(found, ElementsAre(7, 49, 9, 40));
}

TEST(Interpret, DerivesSubtraction) {
    Counting domain;
    EXPECT_EQ(*interpret(trace<1>([](auto x) { return x - 9; }), domain)[0], -2);
}

TEST(Interpret, LastUsesNameTheLastReader) {
    const Circuit c = parse(
        "circuit 1\n%0 = input \"x\"\n%1 = mul %0, %0\n%2 = negate %0\n%3 = add %1, %1\n"
        "output %3 \"y\"\n");
    EXPECT_THAT(last_uses(c), ElementsAre(2U, 3U, 2U, 4U));
}

}  // namespace
}  // namespace tacit::circuit
