#include "tacit/circuit/rotations.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <complex>
#include <random>
#include <string>
#include <vector>

#include "tacit/circuit/domains.hpp"
#include "tacit/circuit/passes.hpp"
#include "tacit/circuit/trace.hpp"

namespace tacit::circuit {
namespace {

TEST(RotationCost, ChargesRaisingOncePerRotatedValue) {
    const Circuit circuit =
        trace<2>([](auto a, auto b) { return rotate(a, 1) + rotate(a, 2) * rotate(b, 1) + rotate(a, 8); });
    EXPECT_DOUBLE_EQ(rotation_cost(circuit, 16, {10, 1}), 2 * 10 + 4);
    EXPECT_DOUBLE_EQ(rotation_cost(circuit, 8, {10, 1}), 2 * 10 + 3) << "a rotation by all slots is free";
}

TEST(FactorRotations, ProductsOfEquallyRotatedValuesRotateOnce) {
    const Circuit dot = trace<4>(
        [](auto a, auto b, auto c, auto d) { return rotate(a, 5) * rotate(b, 5) + rotate(c, 5) * rotate(d, 5); });
    const Circuit better = factor_rotations(dot);
    EXPECT_EQ(operation_count(better).rotations(), 1U);
    EXPECT_EQ(depth(better), depth(dot));
}

TEST(FactorRotations, ConjugationsToo) {
    const Circuit sum = trace<3>([](auto a, auto b, auto c) {
        return conjugate(a) - conjugate(b) * values({1, -0.5}) + conjugate(a * c) * conjugate(c) - rotate(b, 1);
    });
    const Circuit better = optimise(sum);
    EXPECT_EQ(operation_count(sum).conjugations(), 4U);
    EXPECT_EQ(operation_count(better).conjugations(), 1U);
    EXPECT_EQ(operation_count(better).rotations(), 1U);
    EXPECT_LE(depth(better), depth(sum));
    const std::vector<std::vector<std::complex<double>>> inputs{{{1, 2}, {0, -1}}, {{3, 1}, {2, 2}}, {{0, 1}, {-1, 4}}};
    Plain before(2, inputs), after(2, inputs);
    EXPECT_LT((interpret(sum, before)[0] - interpret(better, after)[0]).magnitude(), 1e-12);
}

TEST(FactorRotations, LeavesAloneWhatOthersRead) {
    const Circuit circuit = trace(2, [](std::span<const Expr> x) {
        const Expr a = rotate(x[0], 1), b = rotate(x[1], 1);
        return std::vector{a + b, a};
    });
    EXPECT_EQ(factor_rotations(circuit), circuit);
}

/// Signed sums of values rotated by few different steps, some of them with masks, some read twice.
Circuit random_rotated_sums(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    return trace<3>([&](const Expr& a, const Expr& b, const Expr& c) {
        std::vector<Expr> values{a, b, c};
        for (int i = 0; i < 3; ++i) {
            Expr sum = values[random() % values.size()];
            for (auto terms = 1 + random() % 5; terms-- > 0;) {
                Expr term = values[random() % values.size()];
                if (random() % 4 == 0) term *= values[random() % 3];
                term = rotate(term, static_cast<std::int32_t>(random() % 3));
                if (random() % 3 == 0) term *= Constant(std::vector{1.0, -0.5, 2.0, 0.25});
                sum = random() % 2 == 0 ? sum + term : sum - term;
            }
            values.push_back(sum);
        }
        return std::vector(values.end() - 2, values.end());
    });
}

/// The largest difference between what two circuits compute on random inputs, relative to the largest value.
double difference(const Circuit& a, const Circuit& b, std::uint64_t seed, std::size_t slots) {
    std::mt19937_64 random(seed);
    std::uniform_real_distribution<double> uniform(-1, 1);
    std::vector inputs(a.inputs().size(), std::vector<double>(slots));
    for (auto& input : inputs) {
        for (double& x : input) x = uniform(random);
    }
    Plain plain_a(slots, inputs), plain_b(slots, inputs);
    const auto of_a = interpret(a, plain_a), of_b = interpret(b, plain_b);
    double largest = of_a.size() == of_b.size() ? 0 : 1;
    for (std::size_t i = 0; i < of_a.size(); ++i) largest = std::max(largest, (of_a[i] - of_b[i]).magnitude());
    return largest / plain_a.largest_magnitude();
}

TEST(FactorRotations, KeepsTheMeaningAndRotatesLess) {
    std::size_t before_all = 0, after_all = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const Circuit before = random_rotated_sums(seed);
        const Circuit after = factor_rotations(before), optimised = optimise(before);
        const auto count = operation_count(before), now = operation_count(after);
        ASSERT_LE(difference(before, after, seed, 8), 1e-13);
        ASSERT_LE(difference(before, optimised, seed, 8), 1e-13);
        ASSERT_EQ(factor_rotations(after), after);
        ASSERT_EQ(optimise(optimised), optimised);
        ASSERT_LE(depth(after), depth(before));
        ASSERT_LE(now.products(), count.products());
        ASSERT_LE(now.constant_products(), count.constant_products());
        ASSERT_LE(now.rotations(), count.rotations());
        ASSERT_LE(operation_count(optimised).rotations(), count.rotations());
        before_all += count.rotations();
        after_all += now.rotations();
    }
    EXPECT_LT(after_all, before_all * 9 / 10) << "of " << before_all;
}

/// Sums over windows by doublings, as masks, dot products and matrix products use them.
Circuit random_window_sums(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    return trace<2>([&](Expr a, const Expr& b) {
        for (int chain = 0; chain < 2; ++chain) {
            const auto start = static_cast<std::int32_t>(1 + random() % 3);
            const int length = static_cast<int>(random() % 5);
            for (int i = 0; i < length; ++i) a += rotate(a, random() % 2 == 0 ? start << i : -(start << i));
            a = a * b + (random() % 2 == 0 ? a : b);
        }
        return a;
    });
}

TEST(WidenRotationSums, KeepsTheMeaningAndCostsLessWherePredicted) {
    constexpr std::size_t slots = 32;
    int wider = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const Circuit before = random_window_sums(seed);
        for (const RotationCost cost : {RotationCost{}, RotationCost{3, 1}}) {
            const Circuit after = widen_rotation_sums(before, cost);
            ASSERT_LE(rotation_cost(after, slots, cost), rotation_cost(before, slots, cost));
            ASSERT_EQ(depth(after), depth(before));
            ASSERT_EQ(operation_count(after).products(), operation_count(before).products());
            ASSERT_LE(difference(before, after, seed, slots), 1e-13);
            if (rotation_cost(after, slots, cost) < rotation_cost(before, slots, cost)) ++wider;
        }
    }
    EXPECT_GT(wider, 100);
}

TEST(WidenRotationSums, DoesNothingWhereRaisingIsCheap) {
    const Circuit circuit = trace<1>([](Expr x) {
        x += rotate(x, 1);
        return x + rotate(x, 2);
    });
    EXPECT_EQ(widen_rotation_sums(circuit, {}), circuit);
    EXPECT_EQ(operation_count(widen_rotation_sums(circuit, {2, 1})).rotations(), 3U);
}

TEST(WidenRotationSums, LeavesAloneASumThatOthersRead) {
    const Circuit circuit = trace(1, [](std::span<const Expr> x) {
        const Expr s = x[0] + rotate(x[0], 1);
        return std::vector{s + rotate(s, 2), s};
    });
    EXPECT_EQ(widen_rotation_sums(circuit, {2, 1}), circuit);
}

}  // namespace
}  // namespace tacit::circuit
