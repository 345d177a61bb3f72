#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <complex>
#include <random>
#include <string>
#include <vector>

#include "circuit/random_circuit.hpp"
#include "tacit/base/error.hpp"
#include "tacit/circuit/domains.hpp"
#include "tacit/circuit/passes.hpp"
#include "tacit/circuit/text.hpp"
#include "tacit/circuit/trace.hpp"
#include "tacit/compile/interpret.hpp"
#include "tacit/compile/managed_circuit.hpp"

namespace tacit::compile {
namespace {

TEST(Manage, ASumOfProductsPaysForOneKeySwitch) {
    const auto circuit = circuit::trace<4>([](auto a, auto b, auto c, auto d) { return a * b + c * d + a * c; });
    const ManagedCircuit managed = manage(circuit, 16);
    EXPECT_EQ(managed.count(Step::mul), 3u);
    EXPECT_EQ(managed.count(Step::relinearize_rescale), 1u);
    EXPECT_EQ(managed.depth(), 1);
}

TEST(Manage, AProductThatIsMultipliedIsRelinearisedFirst) {
    const auto circuit = circuit::trace<2>([](auto a, auto b) { return (a * b) * a + 1.0; });
    const ManagedCircuit managed = manage(circuit, 16);
    EXPECT_EQ(managed.count(Step::relinearize_rescale), 2u);
    EXPECT_EQ(managed.depth(), 2);
    EXPECT_THAT(managed.input_levels(), testing::ElementsAre(2, 2));
    EXPECT_EQ(managed.count(Step::drop_level), 1u) << "a is used at level 2 and at level 1";
}

TEST(Manage, ConstantsNeedNoRelinearisation) {
    const auto circuit = circuit::trace<1>([](auto a) {
        return 0.5 * a + rotate(a, -1) * circuit::values({1.0, 0.0});
    });
    const ManagedCircuit managed = manage(circuit, 8);
    EXPECT_EQ(managed.count(Step::relinearize_rescale), 0u);
    EXPECT_EQ(managed.count(Step::rescale), 1u);
    const ckks::KeyRequest keys = managed.key_request();
    EXPECT_FALSE(keys.relinearization);
    EXPECT_THAT(keys.rotations, testing::ElementsAre(7));
}

TEST(Manage, LevelsAreAsLowAsTheUsesAllow) {
    const auto circuit = circuit::trace<2>([](auto a, auto b) { return (a * a) * (a * a) + b; });
    const ManagedCircuit managed = manage(circuit, 8);
    EXPECT_THAT(managed.input_levels(), testing::ElementsAre(2, 0));
}

TEST(Manage, OutputsAreAtLevelZero) {
    const auto circuit = circuit::trace(2, [](std::span<const circuit::Expr> x) {
        return std::vector{x[0] * x[1], x[0], x[0] - x[1]};
    });
    const ManagedCircuit managed = manage(circuit, 8);
    ASSERT_EQ(managed.outputs().size(), 3u);
    for (const auto output : managed.outputs()) {
        EXPECT_EQ(managed.instructions()[output].type, (ckks::CiphertextType{0, 1, 1}));
    }
}

TEST(Manage, RotationsByAMultipleOfTheSlotsVanish) {
    const auto circuit = circuit::trace<1>([](auto a) { return rotate(a, 8) + rotate(a, 3) + rotate(a, -5); });
    const ManagedCircuit managed = manage(circuit, 8);
    EXPECT_THAT(managed.key_request().rotations, testing::ElementsAre(3));
}

TEST(Manage, RefusesSlotsThatAreNoPowerOfTwo) {
    const auto circuit = circuit::trace<1>([](auto a) { return a * a; });
    try {
        static_cast<void>(manage(circuit, 12));
        FAIL() << "12 slots were accepted";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
        EXPECT_THAT(error.what(), testing::HasSubstr("12 slots"));
    }
}

TEST(Manage, AConstantOutputIsZeroPlusTheConstantAtLevelZero) {
    const auto circuit = circuit::trace<1>([](const circuit::Expr& a) {
        const circuit::Expr number = a.constant(0.5);
        return std::vector{number, a - a, 0 * a, a.constant(circuit::values({1, 2})), number, a * a};
    });
    const ManagedCircuit managed = manage(optimise(circuit), 8);
    EXPECT_EQ(managed.count(Step::zero), 3U) << "equal outputs are one value";
    EXPECT_EQ(managed.count(Step::add_constant), 2U) << "nothing is added to 0";
    EXPECT_EQ(managed.outputs()[0], managed.outputs()[4]);
    EXPECT_EQ(managed.depth(), 1);
    circuit::Plain plain(8, {std::vector<std::complex<double>>(8, 3.0)});
    const auto found = interpret(managed, plain);
    EXPECT_THAT(found[0].real(), testing::Each(0.5));
    EXPECT_THAT(found[1].real(), testing::Each(0.0));
    EXPECT_THAT(found[2].real(), testing::Each(0.0));
    EXPECT_THAT(found[3].real(), testing::ElementsAre(1, 2, 1, 2, 1, 2, 1, 2));
    EXPECT_TRUE(manage(circuit::trace<1>([](const circuit::Expr& a) { return a.constant(2); }), 8).depth() == 0);
}

TEST(Manage, ProductsWithIntegersTakeNoLevelAndWorkOnTheProductsTheyMeet) {
    const auto circuit = circuit::trace<2>([](auto a, auto b) { return 3 * (a * b) - 2 * (-7 * a) * b; });
    const ManagedCircuit managed = manage(circuit, 16);
    EXPECT_EQ(managed.depth(), 1);
    EXPECT_EQ(managed.count(Step::mul_integer), 3U);
    EXPECT_EQ(managed.count(Step::mul_constant), 0U);
    EXPECT_EQ(managed.count(Step::relinearize_rescale), 1U) << "3 times a product is one before its rescaling";
    EXPECT_EQ(manage(circuit::trace<1>([](auto a) { return a * 0x1p53; }), 8).depth(), 0);
    for (const double level : {0x1p54, 2.5}) {
        EXPECT_EQ(manage(circuit::trace<1>([&](auto a) { return a * level; }), 8).depth(), 1) << level;
    }
    const auto mask = circuit::trace<1>([](auto a) { return a * circuit::values({1, 0}); });
    EXPECT_EQ(manage(mask, 8).depth(), 1) << "integers that differ by slots are encoded with a scale";
}

TEST(Manage, EveryRandomCircuitIsWellTypedAndAsDeepAsItsDepth) {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const circuit::Circuit circuit = circuit::RandomCircuit(seed, {.refreshes = seed % 2 == 1}).draw(5 + seed % 60);
        const ManagedCircuit managed = manage(circuit, 16);
        ASSERT_NO_THROW(managed.verify());
        ASSERT_EQ(managed.depth(), circuit::depth(circuit));
    }
}

TEST(Manage, KeepsTheMeaningOfEveryRandomCircuit) {
    constexpr std::size_t slots = 8;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const circuit::Circuit circuit = circuit::RandomCircuit(seed, {.refreshes = seed % 2 == 1}).draw(5 + seed % 60);
        std::mt19937_64 random(seed);
        std::uniform_real_distribution<double> uniform(-0.7, 0.7);
        std::vector inputs(circuit::RandomCircuit::input_count, std::vector<std::complex<double>>(slots));
        for (auto& input : inputs) {
            for (auto& value : input) value = {uniform(random), uniform(random)};
        }
        circuit::Plain before(slots, inputs), after(slots, inputs);
        const auto expected = interpret(circuit, before);
        const auto found = interpret(manage(circuit, slots), after);
        ASSERT_EQ(found.size(), expected.size());
        for (std::size_t i = 0; i < found.size(); ++i) {
            EXPECT_LE((found[i] - expected[i]).magnitude(), 1e-12 * (1 + before.largest_magnitude()));
        }
    }
}

TEST(Manage, OptimisedCircuitsTakeNoMoreKeySwitches) {
    const auto key_switches = [](const circuit::Circuit& circuit) {
        const ManagedCircuit managed = manage(circuit, 16);
        return managed.count(Step::relinearize_rescale) + managed.count(Step::rotate) + managed.count(Step::conjugate);
    };
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const auto drawn = circuit::RandomCircuit(seed).draw(5 + seed % 60);
        const circuit::Circuit before = eliminate_dead(drawn), after = optimise(before);
        if (depth(after) < depth(before)) continue;
        EXPECT_LE(key_switches(after), key_switches(before)) << print(before) << print(after);
    }
}

}  // namespace
}  // namespace tacit::compile
