#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "circuit/random_circuit.hpp"
#include "tacit/circuit/domains.hpp"
#include "tacit/circuit/passes.hpp"
#include "tacit/circuit/rotations.hpp"
#include "tacit/circuit/text.hpp"
#include "tacit/circuit/trace.hpp"

namespace tacit::circuit {
namespace {

struct NamedPass {
    const char* name;
    Circuit (*run)(const Circuit&);
};

/// Passes that make nothing worse.
constexpr NamedPass passes[] = {{"eliminate_dead", eliminate_dead},
                                {"simplify", simplify},
                                {"balance", balance},
                                {"factor_rotations", factor_rotations},
                                {"optimise", optimise}};

/// Passes that trade one cost for another.
constexpr NamedPass trades[] = {
    {"widen_rotation_sums",
     [](const Circuit& circuit) { return widen_rotation_sums(circuit, {.raise = 2, .each = 1}); }},
    {"use_rotation_keys", [](const Circuit& circuit) {
         return use_rotation_keys(circuit, 8, choose_rotation_keys(rotation_uses(circuit, 8), 8, 2));
     }}};

/// Calls check(pass) for all of them.
template <class Check>
void for_all_passes(const Check& check) {
    for (const auto& list : {std::span<const NamedPass>(passes), std::span<const NamedPass>(trades)}) {
        for (const NamedPass& pass : list) {
            SCOPED_TRACE(pass.name);
            check(pass);
        }
    }
}

/// Calls check(circuit) for many random circuits of many sizes.
template <class Check>
void for_random_circuits(const Check& check) {
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const Circuit circuit = RandomCircuit(seed, {.refreshes = seed % 2 == 1}).draw(5 + seed % 120);
        check(circuit, seed);
        if (::testing::Test::HasFailure()) {
            ADD_FAILURE() << print(circuit);
            return;
        }
    }
}

std::vector<std::vector<std::complex<double>>> random_inputs(std::uint64_t seed, std::size_t slots) {
    std::mt19937_64 random(seed);
    std::uniform_real_distribution<double> uniform(-0.7, 0.7);
    std::vector inputs(RandomCircuit::input_count, std::vector<std::complex<double>>(slots));
    for (auto& input : inputs) {
        for (auto& value : input) value = {uniform(random), uniform(random)};
    }
    return inputs;
}

void expect_same_meaning(const Circuit& before, const Circuit& after, std::uint64_t seed) {
    constexpr std::size_t slots = 8;
    Plain plain_before(slots, random_inputs(seed, slots)), plain_after(slots, random_inputs(seed, slots));
    const auto expected = interpret(before, plain_before);
    const auto found = interpret(after, plain_after);
    ASSERT_EQ(found.size(), expected.size());
    const double tolerance = 1e-12 * (1 + plain_before.largest_magnitude() + plain_after.largest_magnitude());
    for (std::size_t i = 0; i < found.size(); ++i) {
        for (std::size_t slot = 0; slot < slots; ++slot)
            ASSERT_LE(std::abs(found[i][slot] - expected[i][slot]), tolerance);
    }
}

/// How many inputs, with repetition, a product multiplies.
struct Degree {
    using Value = double;
    Value input(std::int32_t) { return 1; }
    Value constant(std::span<const double>) { return 0; }
    Value add(Value a, Value b) { return std::max(a, b); }
    Value mul(Value a, Value b) { return a + b; }
    Value negate(Value a) { return a; }
    Value rotate(Value a, std::int32_t) { return a; }
    Value conjugate(Value a) { return a; }
};

TEST(Passes, KeepTheMeaning) {
    for_random_circuits([](const Circuit& before, std::uint64_t seed) {
        for_all_passes([&](const NamedPass& pass) {
            const Circuit after = pass.run(before);
            expect_same_meaning(before, after, seed);
            EXPECT_TRUE(std::ranges::equal(after.output_names(), before.output_names()));
            EXPECT_EQ(after.inputs().size(), before.inputs().size());
            EXPECT_LE(depth(after), depth(before));
            EXPECT_LE(operation_count(after).conjugations(), operation_count(before).conjugations());
        });
    });
}

TEST(Passes, RaiseNeitherDepthNorCountsUnlessTheDepthFalls) {
    for_random_circuits([](const Circuit& before, std::uint64_t) {
        const auto count = operation_count(before);
        for (const NamedPass& pass : passes) {
            SCOPED_TRACE(pass.name);
            const Circuit after = pass.run(before);
            const auto now = operation_count(after);
            ASSERT_LE(depth(after), depth(before));
            if (depth(after) < depth(before)) continue;  // balance may have duplicated a product for that
            EXPECT_LE(now.products(), count.products());
            EXPECT_LE(now.constant_products(), count.constant_products());
            EXPECT_LE(now.rotations(), count.rotations());
            EXPECT_LE(now.conjugations(), count.conjugations());
            // x*-1 becomes -x
            EXPECT_LE(now.additions() + now.negations() + now.constant_products(),
                      count.additions() + count.negations() + count.constant_products());
        }
    });
}

TEST(Passes, RaiseTheDepthOfNoOutput) {
    for_random_circuits([](const Circuit& before, std::uint64_t) {
        for (const NamedPass& pass : passes) {
            Depth domain;
            const auto expected = interpret(before, domain);
            const auto found = interpret(pass.run(before), domain);
            for (std::size_t i = 0; i < found.size(); ++i) EXPECT_LE(found[i], expected[i]) << pass.name;
        }
    });
}

TEST(Passes, ASecondRunChangesNothing) {
    for_random_circuits([](const Circuit& circuit, std::uint64_t) {
        for (const NamedPass& pass : passes) {
            const Circuit once = pass.run(circuit);
            EXPECT_EQ(print(pass.run(once)), print(once)) << pass.name;
        }
    });
}

TEST(Passes, KeepThePromisesOfCircuit) {
    for_random_circuits([](const Circuit& circuit, std::uint64_t) {
        const Circuit after = optimise(circuit);
        for (std::uint32_t i = 0; i < after.nodes().size(); ++i) {
            const Node& node = after.nodes()[i];
            const int operands = operand_count(node.op);
            EXPECT_TRUE(operands < 1 || node.lhs.index < i);
            EXPECT_TRUE(operands < 2 || node.rhs.index < i);
            EXPECT_TRUE(operands == 0 || !after.is_constant(operands == 1 ? node.lhs : node.rhs) ||
                        (operands == 2 && !after.is_constant(node.lhs)));
            EXPECT_TRUE((node.op != Op::add && node.op != Op::mul) || !after.is_constant(node.lhs));
            EXPECT_TRUE(node.op != Op::rotate || node.attribute != 0);
            EXPECT_TRUE(node.op != Op::conjugate || after.node(node.lhs).op != Op::conjugate);
        }
    });
}

TEST(Text, RoundTripIsTheSameCircuit) {
    for_random_circuits([](const Circuit& circuit, std::uint64_t) {
        const std::string text = print(circuit);
        const Circuit read = parse(text);
        EXPECT_EQ(read, circuit);
        EXPECT_EQ(print(read), text);
    });
}

/// Products of two to six values out of those made before, most of them read several times.
Circuit random_products(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    return trace(4, [&](std::span<const Expr> inputs) {
        std::vector<Expr> values(inputs.begin(), inputs.end());
        for (int i = 0; i < 6; ++i) {
            Expr product = values[random() % values.size()];
            for (auto factors = random() % 4; factors-- > 0;) product *= values[values.size() - 1 - random() % 3];
            values.push_back(product);
        }
        return std::vector(values.end() - 3, values.end());
    });
}

TEST(Balance, LooksThroughSharedProductsWhereThatIsLessDeep) {
    int less_deep = 0, duplicated = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const Circuit before = random_products(seed), after = balance(before);
        const auto more = [&] { return operation_count(after).products() > operation_count(before).products(); };
        ASSERT_LE(depth(after), depth(before));
        ASSERT_TRUE(depth(after) < depth(before) || !more());
        // No way is less deep than the number of factors allows.
        Degree degree;
        double most = 1;
        for (const double factors : interpret(before, degree)) most = std::max(most, factors);
        ASSERT_GE(depth(after), static_cast<int>(std::ceil(std::log2(most))));
        less_deep += depth(after) < depth(before) ? 1 : 0;
        duplicated += more() ? 1 : 0;
    }
    EXPECT_GT(less_deep, 100);
    EXPECT_GT(duplicated, 20);
}

}  // namespace
}  // namespace tacit::circuit
