#include "tacit/circuit/passes.hpp"

#include <bit>
#include <cstddef>
#include <span>

#include "circuit/expect_error.hpp"
#include "tacit/circuit/domains.hpp"
#include "tacit/circuit/trace.hpp"

namespace tacit::circuit {
namespace {

using enum ErrorCode;

TEST(Balance, ProductsOfNFactorsHaveDepthLog2N) {
    for (std::size_t n = 1; n <= 40; ++n) {
        const Circuit chain = trace(n, [](std::span<const Expr> x) {
            Expr product = x[0];
            for (const Expr& factor : x.subspan(1)) product *= factor;
            return product;
        });
        EXPECT_EQ(depth(chain), static_cast<int>(n) - 1);
        EXPECT_EQ(depth(balance(chain)), static_cast<int>(std::bit_width(n - 1)));
        EXPECT_EQ(operation_count(balance(chain)).products(), n - 1);
    }
}

TEST(Balance, PowersUseSquares) {
    const Circuit power = balance(trace<1>([](auto x) { return x * x * x * x * x * x * x * x; }));
    EXPECT_EQ(depth(power), 3);
    EXPECT_EQ(operation_count(power).products(), 3U);
}

TEST(Balance, MergesConstantFactorsOfDifferentOperands) {
    const Circuit c = trace<2>([](auto x, auto y) { return (x * 2) * (y * 3); });
    const auto count = operation_count(balance(c));
    EXPECT_EQ(count.products(), 1U);
    EXPECT_EQ(count.constant_products(), 1U);
}

TEST(Balance, KeepsConstantsWhoseProductLeavesTheRange) {
    for (const double factor : {1e200, 1e-200, 1e-160}) {
        const Circuit c = trace<2>([factor](auto x, auto y) { return (x * factor) * (y * factor); });
        EXPECT_EQ(balance(c), c);
        const Circuit nested = trace<1>([factor](auto x) { return x * factor * factor; });
        EXPECT_EQ(simplify(nested), nested);
    }
}

TEST(Balance, ReturnsABalancedCircuitUnchanged) {
    const Circuit c =
        trace<4>([](auto a, auto b, auto x, auto y) { return (a * b) * (x * y) + (a - b) * rotate(x, 1); });
    EXPECT_EQ(balance(c), c);
}

TEST(Balance, LongChainsNeedNoStack) {
    const Circuit c = trace<1>([](auto x) {
        auto sum = x;
        for (int i = 1; i <= 100'000; ++i) sum = rotate(x, i) - sum;
        return sum;
    });
    EXPECT_EQ(operation_count(balance(c)).additions(), 100'000U);
}

TEST(Simplify, GivesTheSameCircuitAgain) {
    const Circuit c = trace<2>([](auto x, auto y) { return 2 - x * y + rotate(x - y, 3); });
    EXPECT_EQ(simplify(c), c);
}

TEST(Simplify, ConjugationsCancelInPairs) {
    const auto conjugated = [](int times) {
        return simplify(trace<1>([times](auto x) {
            for (int i = 0; i < times; ++i) x = conjugate(x);
            return x;
        }));
    };
    EXPECT_EQ(conjugated(6), conjugated(0));
    EXPECT_EQ(conjugated(7), conjugated(1));
    EXPECT_EQ(operation_count(conjugated(7)).conjugations(), 1U);
    // Rotations meet when the conjugations between them are gone.
    const Circuit c = simplify(trace<1>([](auto x) { return rotate(conjugate(conjugate(rotate(x, 1))), 2); }));
    EXPECT_EQ(c, trace<1>([](auto x) { return rotate(x, 3); }));
}

TEST(Balance, ConjugatesAreLeavesOfChains) {
    const Circuit c = trace<1>([](auto x) { return conjugate(x * x * x) * x * x * x; });
    EXPECT_EQ(depth(c), 5);
    EXPECT_EQ(depth(balance(c)), 3);
    EXPECT_EQ(operation_count(balance(c)).conjugations(), 1U);
}

TEST(Simplify, AZeroVectorIsZero) {
    const Circuit c = simplify(trace<1>([](auto x) { return x * x * values({0, 0, 0, 0}); }));
    EXPECT_TRUE(c.is_constant(c.outputs()[0]));
    EXPECT_EQ(depth(c), 0);
    EXPECT_EQ(c.inputs().size(), 1U);
}

TEST(Simplify, RefusesConstantsThatOverflow) {
    const Circuit c = trace<1>([](auto x) { return (x * 0 + 1e200) * 1e200; });
    expect_error(invalid_argument, "passes_test.cpp:" + std::to_string(__LINE__ - 1) + ": constant: slot 0 is inf",
                 [&] { static_cast<void>(simplify(c)); });
}

TEST(Passes, KeepTheUsersLines) {
    const int line = __LINE__ + 1;
    const Circuit c = optimise(trace<1>([](auto x) { return x * x * x * x; }));
    EXPECT_EQ(c.location(c.outputs()[0]).line, line);
    EXPECT_EQ(c.location(c.outputs()[0]).file, __FILE__);
}

}  // namespace
}  // namespace tacit::circuit
