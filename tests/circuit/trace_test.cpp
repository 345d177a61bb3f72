#include "tacit/circuit/trace.hpp"

#include <complex>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "circuit/expect_error.hpp"
#include "tacit/circuit/domains.hpp"

namespace tacit::circuit {
namespace {

using enum ErrorCode;

TEST(Trace, TheArticlesExampleHasDepth3) {
    const Circuit circuit = trace<1>([](auto x) { return x * x * x * x + 2; });
    EXPECT_EQ(depth(circuit), 3);
    Plain plain(2, {{3.0, -1.0}});
    EXPECT_EQ(interpret(circuit, plain)[0], (Slots{83.0, 3.0}));
}

TEST(Trace, SquareOfASquareIsSharedWithoutAPass) {
    const Circuit circuit = trace<1>([](auto x) { return (x * x) * (x * x) + x * x; });
    EXPECT_EQ(circuit.nodes().size(), 4U);
}

// The same function traced and interpreted, and run directly on clear slots.
TEST(Trace, MeansWhatTheFunctionComputesInCpp) {
    const auto score = [](auto x, auto w) {
        auto z = x * w;
        z += rotate(z, 2);
        z = z + rotate(z, -3);
        z -= values({0.25, 0}) * x;
        z *= 0.5 - w;
        const auto shift = x.constant(values({1, 2, 3, 4}));
        return -(0.5 + 0.15012 * z - 0.001593 * (z * z * z)) - shift * (x - 1) + (values({1, 0}) - z) * 2;
    };
    const std::vector<double> x{1, 2, 3, 4}, w{0.5, -0.25, 0.125, 1};
    Plain plain(4, {x, w});
    EXPECT_EQ(interpret(trace<2>(score), plain)[0], score(Slots(x), Slots(w)));
}

TEST(Trace, ComplexSlotsMeanWhatTheFunctionComputesInCpp) {
    const auto inner_product = [](auto x, auto w) {
        auto z = x * conjugate(w);
        z += rotate(z, 2);
        const auto real = 0.5 * (z + conjugate(z));
        return conjugate(z * z) * values({1, 0}) - real * (3 - conjugate(rotate(-x, 1)));
    };
    const std::vector<std::complex<double>> x{{1, 2}, {-3, 0.5}, {0, 0}, {0.125, -4}}, w{{0, 1}, 2, {-1, -1}, {3, 5}};
    Plain plain(4, {x, w});
    EXPECT_EQ(interpret(trace<2>(inner_product), plain)[0], inner_product(Slots(x), Slots(w)));
}

TEST(Trace, TakesANumberOfInputsKnownAtRunTime) {
    const Circuit c = trace(5, [](std::span<const Expr> x) {
        Expr sum = x[0];
        for (const Expr& term : x.subspan(1)) sum += term;
        return sum;
    });
    Plain plain(1, {{1}, {2}, {3}, {4}, {5}});
    EXPECT_EQ(interpret(c, plain)[0], (Slots{15}));
}

TEST(Trace, NamesInputsAndReturnsSeveralOutputs) {
    const std::vector<std::string> names{"data", ""};
    const Circuit c = trace(names, [](std::span<const Expr> x) { return std::vector{x[0] + x[1], x[0]}; });
    EXPECT_EQ(c.inputs()[0].name, "data");
    EXPECT_EQ(c.inputs()[1].name, "x1");
    ASSERT_EQ(c.outputs().size(), 2U);
    EXPECT_EQ(c.node(c.outputs()[0]).op, Op::add);
    EXPECT_EQ(c.outputs()[1], c.inputs()[0].value);
    EXPECT_EQ(trace<1>([](auto x) { return std::array{x, -x}; }).outputs().size(), 2U);
}

TEST(Trace, EveryOperationKnowsItsLine) {
    int line = 0;
    const Circuit c = trace<2>([&line](auto x, auto y) {
        line = __LINE__;
        const auto sum = x + 2.0;
        const auto product = sum * y;
        auto turned = rotate(product, 1);
        turned -= x;
        const auto negative = -turned;
        return conjugate(negative);
    });
    const auto line_of = [&c](Op op) {
        for (std::uint32_t i = 0; i < c.nodes().size(); ++i) {
            if (c.nodes()[i].op == op) return c.location({i}).line;
        }
        return 0;
    };
    EXPECT_EQ(line_of(Op::add), line + 1);
    EXPECT_EQ(line_of(Op::mul), line + 2);
    EXPECT_EQ(line_of(Op::rotate), line + 3);
    EXPECT_EQ(line_of(Op::sub), line + 4);
    EXPECT_EQ(line_of(Op::negate), line + 5);
    EXPECT_EQ(line_of(Op::conjugate), line + 6);
    EXPECT_EQ(c.location(c.outputs()[0]).file, __FILE__);
}

template <class T>
concept Comparable = requires(T a, T b) { a == b; } || requires(T a, T b) { a < b; } || requires(T a) { a == 1.0; };

TEST(Trace, EncryptedValuesDecideNoBranch) {
    static_assert(!std::constructible_from<bool, Expr>);
    static_assert(!Comparable<Expr>);
    static_assert(!std::equality_comparable<Expr>);
}

TEST(Trace, RefusesValuesOfTwoCircuits) {
    const auto mixed = [](auto x) {
        static_cast<void>(trace<1>([&x](auto y) { return y * x; }));
        return x;
    };
    expect_error(invalid_argument, "mul: the operands belong to two circuits; trace both computations in one function",
                 [&] { static_cast<void>(trace<1>(mixed)); });
    const auto smuggled = [](auto x) {
        static_cast<void>(trace<1>([&x](auto) { return x; }));
        return x;
    };
    expect_error(invalid_argument, "output: the value belongs to another circuit; return values computed from",
                 [&] { static_cast<void>(trace<1>(smuggled)); });
}

TEST(Trace, RefusesAValueThatOutlivedItsCircuit) {
    std::optional<Expr> escaped;
    static_cast<void>(trace<1>([&escaped](auto x) {
        escaped.emplace(x);
        return x;
    }));
    const std::string place = std::string(__FILE__) + ":" + std::to_string(__LINE__ + 1) + ": ";
    expect_error(invalid_argument, place + "mul: the circuit of this value is finished", [&] { *escaped * 2; });
    expect_error(invalid_argument, "negate: the circuit of this value is finished", [&] { -*escaped; });
    expect_error(invalid_argument, "conjugate: the circuit of this value is finished", [&] { conjugate(*escaped); });
    expect_error(invalid_argument, "constant: the circuit of this value is finished",
                 [&] { static_cast<void>(escaped->constant(1)); });
}

TEST(Trace, RefusesAFunctionWithoutOutputs) {
    expect_error(invalid_argument, "has no output; declare at least one",
                 [] { static_cast<void>(trace(1, [](std::span<const Expr>) { return std::vector<Expr>{}; })); });
}

TEST(Trace, LongFunctionsNeedNoStack) {
    const Circuit c = trace<1>([](auto x) {
        auto sum = x;
        for (int i = 1; i <= 200'000; ++i) sum += rotate(x, i);
        return sum;
    });
    EXPECT_EQ(c.nodes().size(), 400'001U);
    EXPECT_EQ(depth(c), 0);
}

}  // namespace
}  // namespace tacit::circuit
