#include "tacit/circuit/interval.hpp"

#include <cmath>
#include <limits>
#include <random>

#include "circuit/expect_error.hpp"
#include "circuit/random_circuit.hpp"
#include "tacit/circuit/domains.hpp"
#include "tacit/circuit/text.hpp"
#include "tacit/circuit/trace.hpp"

namespace tacit::circuit {
namespace {

using enum ErrorCode;

constexpr Bounds unit{{-1, 1}, {}};

/// The bounds of a circuit's first output when every input lies within `inputs`.
template <std::size_t Inputs, class F>
Bounds bounds_of(F&& function, const Bounds& inputs = unit) {
    const Circuit c = trace<Inputs>(std::forward<F>(function));
    return bounds(c, std::vector(Inputs, inputs))[c.outputs()[0].index];
}

TEST(Interval, ADifferenceOfEqualsIsZero) {
    EXPECT_EQ(bounds_of<1>([](auto x) { return x - x; }), Bounds{});
    EXPECT_EQ(bounds_of<1>([](auto x) { return (x + x) + (-x) - x; }), Bounds{});
    EXPECT_EQ(bounds_of<2>([](auto x, auto y) { return x * y - y * x; }), Bounds{});
    EXPECT_EQ(bounds_of<2>([](auto x, auto y) { return x * y + (-y) * x; }), Bounds{});
    EXPECT_EQ(bounds_of<2>([](auto x, auto y) { return x - y; }).real, (Range{-2, 2})) << "these are not equal";
}

TEST(Interval, SquaresAreNotNegative) {
    EXPECT_EQ(bounds_of<1>([](auto x) { return x * x; }).real, (Range{0, 1}));
    EXPECT_EQ(bounds_of<1>([](auto x) { return (-x) * x; }).real, (Range{-1, 0}));
    EXPECT_EQ(bounds_of<1>([](auto x) { return x * x; }, {{-3, -2}, {}}).real, (Range{4, 9}));
    const Bounds two = bounds_of<2>([](auto x, auto y) { return (x + y) * (x + y); });
    EXPECT_EQ(two.real, (Range{0, 4}));
}

TEST(Interval, ProductsKnowWhatTheirFactorsShare) {
    EXPECT_EQ(bounds_of<1>([](auto x) { return (x + 1) * (x - 1); }).real, (Range{-1, 0}));
    EXPECT_EQ(bounds_of<1>([](auto x) { return x * (1 - x); }, {{0, 1}, {}}).real, (Range{0, 0.25}));
    EXPECT_EQ(bounds_of<2>([](auto x, auto y) { return x * y; }).real, (Range{-1, 1}));
    EXPECT_EQ(bounds_of<1>([](auto x) { return 3 * x - 2 * x; }).real, (Range{-1, 1}));
}

TEST(Interval, ComplexNumbersMultiply) {
    const Bounds disc{{-1, 1}, {-1, 1}};
    EXPECT_EQ(bounds_of<1>([](auto z) { return z * conjugate(z); }, disc), (Bounds{{0, 2}, {0, 0}}));
    EXPECT_EQ(bounds_of<1>([](auto z) { return z + conjugate(z); }, disc), (Bounds{{-2, 2}, {0, 0}}));
    EXPECT_EQ(bounds_of<1>([](auto z) { return z * z; }, disc), (Bounds{{-1, 1}, {-2, 2}}));
    EXPECT_GE((Bounds{{-3, 1}, {2, 4}}).magnitude(), 5);
    EXPECT_LE((Bounds{{-3, 1}, {2, 4}}).magnitude(), 5 + 1e-14);
}

TEST(Interval, RotationsAreOtherUnknownsUntilTheyAreTurnedBack) {
    EXPECT_EQ(bounds_of<1>([](auto x) { return rotate(x, 1) - x; }).real, (Range{-2, 2}));
    EXPECT_EQ(bounds_of<1>([](auto x) { return rotate(rotate(x, 1) + x, -1) - x - rotate(x, -1); }).real,
              (Range{0, 0}));
    EXPECT_EQ(bounds_of<1>([](auto x) { return rotate(x, 3) - rotate(rotate(x, 1), 2); }).real, (Range{0, 0}));
}

TEST(Interval, VectorConstantsLieBetweenTheirValues) {
    EXPECT_EQ(bounds_of<1>([](auto x) { return x * values({0, 4, -2, 1}); }).real, (Range{-4, 4}));
    EXPECT_EQ(bounds_of<1>([](auto x) { return x + values({0, 4}); }).real, (Range{-1, 5}));
    EXPECT_EQ(bounds_of<1>([](auto x) { return x.constant(values({3, 7})); }).real, (Range{3, 7}));
}

TEST(Interval, MasksLeaveWhatTheyLeave) {
    EXPECT_EQ(bounds_of<2>([](auto x, auto y) {
                  return x * values({1, 0}) + y * values({0, 1});
              }).real,
              (Range{-1, 1}));
    EXPECT_EQ(bounds_of<2>([](auto x, auto y) {
                  return x * values({1, 0, 0, 0}) + y * values({0, 3});
              }).real,
              (Range{-3, 3}));
    EXPECT_EQ(bounds_of<1>([](auto x) {
                  const auto first = x * values({1, 0, 0, 0});  // spread over all slots by rotations
                  return first + rotate(first, 1) + rotate(first, -1) + rotate(first, 2);
              }).real,
              (Range{-1, 1}));
    EXPECT_EQ(bounds_of<1>([](auto x) {
                  return x * values({1, 0}) - rotate(rotate(x, 1) * values({0, 1}), -1);
              }).real,
              (Range{0, 0}))
        << "the same slots of the same input";
    EXPECT_EQ(bounds_of<1>([](auto x) { return x * values({1, 0}) * (x * values({0, 1})); }).real, (Range{0, 0}));
}

TEST(Interval, LongMasksCountAsAnyOfTheirValues) {
    std::vector<double> first(32, 0.0);
    first[0] = 1;
    std::vector<double> others(32, 1.0);
    others[0] = 0;
    const auto masked = [&](auto x, auto y) { return x * values(first) + y * values(others); };
    EXPECT_EQ(bounds_of<2>(masked).real, (Range{-2, 2}));
    Interval wide(std::vector{unit, unit}, 256, 32);
    EXPECT_EQ(interpret(trace<2>(masked), wide)[0].bounds().real, (Range{-1, 1}));
}

TEST(Interval, RoundingGoesOutward) {
    const Bounds three{{3, 3}, {}};
    const Range found = bounds_of<1>([](auto x) { return x * 0.1; }, three).real;
    const long double exact = 3.0L * static_cast<long double>(0.1);  // 55 bits
    EXPECT_LT(static_cast<long double>(found.low), exact);
    EXPECT_GT(static_cast<long double>(found.high), exact);
    EXPECT_LE(found.high - found.low, 0x1p-50);
    EXPECT_EQ(bounds_of<1>([](auto x) { return x * 0.5 + 0.25; }, three).real, (Range{1.75, 1.75}));
}

TEST(Interval, WhatOverflowsIsBoundedByInfinities) {
    constexpr double infinite = std::numeric_limits<double>::infinity();
    const Bounds wide{{-1e200, 1e200}, {}};
    const Bounds found = bounds_of<1>([](auto x) { return x * x * x; }, wide);
    EXPECT_EQ(found.real, (Range{-infinite, infinite}));
    EXPECT_EQ(bounds_of<1>([](auto x) { return x * x * x * 0; }, wide).real, (Range{0, 0}));
    EXPECT_EQ(bounds_of<1>([](auto x) { return x * x; }, wide).real, (Range{0, infinite}));
}

TEST(Interval, RefusesWhatBoundsNothing) {
    expect_error(invalid_argument, "Interval: input 1 is said to lie between 2 and 1; give two finite numbers in order",
                 [] {
                     Interval(std::vector{unit, Bounds{{2, 1}, {}}});
                 });
    expect_error(invalid_argument, "Interval: input 0 is said to lie between 0 and inf", [] {
        Interval(std::vector{Bounds{{0, 1}, {0, std::numeric_limits<double>::infinity()}}});
    });
    expect_error(invalid_argument, "Interval: 1 symbols; products need at least 2",
                 [] { Interval(std::vector{unit}, 1); });
    expect_error(invalid_argument, "Interval: the circuit reads input 1 but bounds of 1 were given; give one per input",
                 [] { static_cast<void>(bounds(trace<2>([](auto x, auto y) { return x + y; }), {unit})); });
}

TEST(Interval, BoundsOfLinearCircuitsAreAttained) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        std::mt19937_64 random(seed);
        const auto small = [&] { return static_cast<double>(random() % 17) / 4 - 2; };
        const double a = small(), b = small(), c = small(), d = small();
        const Bounds found = bounds_of<2>([&](auto x, auto y) { return a * (x - b * y) + c * rotate(x, 1) + d * x; });
        const double most = std::fabs(a + d) + std::fabs(a * b) + std::fabs(c);
        EXPECT_EQ(found.real, (Range{-most, most})) << "seed " << seed;
    }
}

/// Circuits whose values are multiples of 2^-18 below 2^30, so that doubles compute them exactly.
Circuit exact_circuit(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    return trace(3, [&](std::span<const Expr> inputs) {
        struct Known {
            Expr value;
            int degree;
        };
        std::vector<Known> known;
        for (const Expr& x : inputs) known.push_back({x, 1});
        const auto pick = [&] { return known[known.size() - 1 - random() % std::min<std::size_t>(known.size(), 6)]; };
        const auto dyadic = [&] { return static_cast<double>(random() % 9) / 2 - 2; };
        for (int i = 0; i < 16; ++i) {
            const Known a = pick(), b = pick();
            switch (random() % 7) {
                case 0: known.push_back({a.value + b.value, std::max(a.degree, b.degree)}); break;
                case 1: known.push_back({a.value - b.value, std::max(a.degree, b.degree)}); break;
                case 2: known.push_back({rotate(a.value, static_cast<int>(random() % 7) - 3), a.degree}); break;
                case 3: known.push_back({conjugate(a.value), a.degree}); break;
                case 4: known.push_back({a.value + values({dyadic(), dyadic()}), a.degree}); break;
                default:
                    if (a.degree + b.degree > 6) break;
                    known.push_back({a.value * b.value, a.degree + b.degree});
            }
        }
        std::vector<Expr> outputs;
        for (const Known& k : known) outputs.push_back(k.value);
        return outputs;
    });
}

TEST(Interval, HoldsExactRandomCircuitsWithoutAnyTolerance) {
    constexpr std::size_t slots = 16;
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const Circuit c = exact_circuit(seed);
        std::mt19937_64 random(seed + 1000);
        std::vector<Bounds> inputs;
        std::vector<std::vector<std::complex<double>>> values(3, std::vector<std::complex<double>>(slots));
        for (auto& input : values) {
            const double x = static_cast<double>(random() % 9) / 4 - 1, y = static_cast<double>(random() % 2);
            inputs.push_back({{x - 1, x + 1}, {-y, y}});
            const auto within = [&] { return static_cast<double>(random() % 9) / 4 - 1; };
            for (auto& value : input) value = {x + within(), y * within()};
        }
        Plain plain(slots, values);
        Interval interval(inputs, seed % 2 == 0 ? 256 : 3);
        const auto exact = interpret_nodes(c, plain);
        const auto found = interpret_nodes(c, interval);
        ASSERT_LT(plain.largest_magnitude(), 0x1p30);
        for (std::size_t i = 0; i < exact.size(); ++i) {
            const Bounds bounds = found[i].bounds();
            for (const auto& value : exact[i].values()) {
                ASSERT_TRUE(bounds.real.contains(value.real()) && bounds.imaginary.contains(value.imag()))
                    << value << " in node " << i << " of\n"
                    << print(c);
                ASSERT_LE(std::abs(value), bounds.magnitude());
            }
        }
    }
}

TEST(Interval, HoldsRandomCircuitsUpToTheRoundingOfThePlainMeaning) {
    constexpr std::size_t slots = 8;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const Circuit c = RandomCircuit(seed).draw(5 + seed % 120);
        std::mt19937_64 random(seed);
        std::uniform_real_distribution<double> uniform(-0.7, 0.7);
        std::vector inputs(RandomCircuit::input_count, std::vector<std::complex<double>>(slots));
        for (auto& input : inputs) {
            for (auto& value : input) value = {uniform(random), uniform(random)};
        }
        Plain plain(slots, inputs);
        Interval interval(std::vector(RandomCircuit::input_count, Bounds{{-0.7, 0.7}, {-0.7, 0.7}}), 16);
        const auto exact = interpret_nodes(c, plain);
        const auto found = interpret_nodes(c, interval);
        const double tolerance = 1e-13 * (1 + plain.largest_magnitude());
        for (std::size_t i = 0; i < exact.size(); ++i) {
            EXPECT_LE(found[i].symbols(), 16U);
            const Bounds b = found[i].bounds();
            for (const auto& value : exact[i].values()) {
                ASSERT_GE(value.real(), b.real.low - tolerance);
                ASSERT_LE(value.real(), b.real.high + tolerance);
                ASSERT_GE(value.imag(), b.imaginary.low - tolerance);
                ASSERT_LE(value.imag(), b.imaginary.high + tolerance);
            }
        }
    }
}

TEST(Interval, AForgottenSymbolIsMergedNotLost) {
    const Circuit c = trace(40, [](std::span<const Expr> x) {
        Expr sum = x[0];
        for (std::size_t i = 1; i < x.size(); ++i) sum += x[i];
        return sum;
    });
    Interval interval(std::vector(40, unit), 4);
    const auto out = interpret(c, interval);
    EXPECT_EQ(out[0].bounds().real, (Range{-40, 40}));
    EXPECT_EQ(out[0].symbols(), 4U);
}

}  // namespace
}  // namespace tacit::circuit
