#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "circuit/expect_error.hpp"
#include "circuit/random_circuit.hpp"
#include "tacit/circuit/domains.hpp"
#include "tacit/circuit/rotations.hpp"
#include "tacit/circuit/trace.hpp"

namespace tacit::circuit {
namespace {

using testing::ElementsAre;

constexpr std::size_t never = 1000000;

/// The least rotations in all with these keys; shortest sums by relaxation until nothing changes.
std::size_t rotations_with(const std::vector<std::size_t>& keys, const RotationUses& uses, std::size_t slots) {
    std::vector<std::size_t> length(slots, never);
    length[0] = 0;
    for (bool changed = true; changed;) {
        changed = false;
        for (std::size_t s = 0; s < slots; ++s) {
            for (const std::size_t key : keys) {
                if (length[s] + 1 >= length[(s + key) % slots]) continue;
                length[(s + key) % slots] = length[s] + 1;
                changed = true;
            }
        }
    }
    std::size_t sum = 0;
    for (const auto& [steps, count] : uses) sum += count * length[static_cast<std::size_t>(steps)];
    return sum;
}

/// The least over every set of `budget` keys or fewer: the keys so far and larger ones.
std::size_t least_rotations(const RotationUses& uses, std::size_t slots, std::size_t budget,
                            std::vector<std::size_t> keys = {}) {
    std::size_t least = keys.empty() ? never : rotations_with(keys, uses, slots);
    if (keys.size() == budget) return least;
    const std::size_t first = keys.empty() ? 1 : keys.back() + 1;
    keys.push_back(0);
    for (std::size_t key = first; key < slots; ++key) {
        keys.back() = key;
        least = std::min(least, least_rotations(uses, slots, budget, keys));
    }
    return least;
}

RotationUses random_uses(std::uint64_t seed, std::size_t slots, std::size_t most) {
    std::mt19937_64 random(seed);
    RotationUses uses;
    for (std::size_t i = 1 + random() % most; i-- > 0;) {
        uses[static_cast<std::int32_t>(1 + random() % (slots - 1))] += 1 + random() % 9;
    }
    return uses;
}

void expect_sound(const RotationUses& uses, std::size_t slots, std::size_t budget, const RotationKeys& keys) {
    EXPECT_LE(keys.steps.size(), budget);
    EXPECT_TRUE(std::ranges::is_sorted(keys.steps));
    ASSERT_EQ(keys.decomposed.size(), uses.size());
    std::size_t rotations = 0;
    for (const auto& [steps, sum] : keys.decomposed) {
        std::size_t total = 0;
        for (const std::int32_t key : sum) {
            EXPECT_TRUE(std::ranges::binary_search(keys.steps, key)) << key;
            total += static_cast<std::size_t>(key);
        }
        EXPECT_EQ(total % slots, static_cast<std::size_t>(steps));
        rotations += uses.at(steps) * sum.size();
    }
    EXPECT_EQ(keys.rotations, rotations);
}

TEST(RotationKeys, AreTheBestWhereAllCanBeTried) {
    for (std::uint64_t seed = 0; seed < 16; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        constexpr std::size_t slots = 16;
        const RotationUses uses = random_uses(seed, slots, 8);
        const std::size_t budget = 1 + seed % 4;
        const RotationKeys keys = choose_rotation_keys(uses, slots, budget);
        expect_sound(uses, slots, budget, keys);
        EXPECT_EQ(keys.rotations, least_rotations(uses, slots, budget));
    }
}

TEST(RotationKeys, AreNearTheBestBeyond) {
    // 64 slots and 3 keys have 39711 subsets, more than are tried; the best is found here by trying them.
    constexpr std::size_t slots = 64, budget = 3;
    for (std::uint64_t seed = 0; seed < 2; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const RotationUses uses = random_uses(seed, slots, 12);
        const RotationKeys keys = choose_rotation_keys(uses, slots, budget);
        expect_sound(uses, slots, budget, keys);
        const std::size_t least = least_rotations(uses, slots, budget);
        EXPECT_LE(keys.rotations, least + least / 5);
    }
}

TEST(RotationKeys, OfManyStepsOverAllSlotsAreFoundToo) {
    constexpr std::size_t slots = 16384;
    RotationUses uses;
    for (std::uint64_t seed = 0; uses.size() < 60; ++seed) uses.merge(random_uses(seed, slots, 1));
    const RotationKeys keys = choose_rotation_keys(uses, slots, 30);
    expect_sound(uses, slots, 30, keys);
    std::size_t wanted = 0;
    for (const auto& [steps, count] : uses) wanted += count;
    EXPECT_LE(keys.rotations, 2 * wanted) << "half as many keys as steps: less than two rotations for one";
}

TEST(RotationKeys, MoreKeysNeverMeanMoreRotations) {
    const RotationUses uses = random_uses(11, 256, 40);
    std::size_t last = std::numeric_limits<std::size_t>::max();
    for (std::size_t budget = 1; budget <= uses.size(); budget += 3) {
        const RotationKeys keys = choose_rotation_keys(uses, 256, budget);
        expect_sound(uses, 256, budget, keys);
        EXPECT_LE(keys.rotations, last) << budget;
        last = keys.rotations;
    }
}

TEST(RotationKeys, EnoughBudgetGivesEveryStepItsKey) {
    const RotationKeys keys = choose_rotation_keys({{3, 2}, {5, 1}, {6, 4}}, 1024, 3);
    EXPECT_THAT(keys.steps, ElementsAre(3, 5, 6));
    EXPECT_EQ(keys.rotations, 7U);
}

TEST(RotationKeys, NegativeStepsHelpWhereTheyAreShorter) {
    // 7 = 8 - 1
    const RotationKeys keys = choose_rotation_keys({{7, 1}, {8, 10}, {15, 10}}, 16, 2);
    EXPECT_THAT(keys.steps, ElementsAre(8, 15));
    EXPECT_EQ(keys.rotations, 22U);
    EXPECT_THAT(keys.decomposed.at(7), ElementsAre(15, 8));
}

TEST(RotationKeys, UsesAreCountedModuloTheSlots) {
    const Circuit circuit =
        trace<1>([](auto x) { return rotate(x, 1) + rotate(x * x, 9) + rotate(x, -1) + rotate(x, 8); });
    EXPECT_EQ(rotation_uses(circuit, 8), (RotationUses{{1, 2}, {7, 1}}));
}

TEST(UseRotationKeys, KeepsTheMeaningWithTheKeysAlone) {
    constexpr std::size_t slots = 8;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const Circuit before = RandomCircuit(seed).draw(5 + seed % 80);
        const RotationUses uses = rotation_uses(before, slots);
        const RotationKeys keys = choose_rotation_keys(uses, slots, 1 + seed % 3);
        const Circuit after = use_rotation_keys(before, slots, keys);
        for (const auto& [steps, count] : rotation_uses(after, slots)) {
            EXPECT_TRUE(std::ranges::binary_search(keys.steps, steps)) << steps;
        }
        EXPECT_LE(operation_count(after).rotations(), keys.rotations);
        EXPECT_LE(depth(after), depth(before));
        std::mt19937_64 random(seed);
        std::uniform_real_distribution<double> uniform(-0.7, 0.7);
        std::vector inputs(RandomCircuit::input_count, std::vector<double>(slots));
        for (auto& input : inputs) {
            for (double& x : input) x = uniform(random);
        }
        Plain plain_before(slots, inputs), plain_after(slots, inputs);
        const auto expected = interpret(before, plain_before), found = interpret(after, plain_after);
        for (std::size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i], expected[i]);
    }
}

TEST(RotationKeyErrors, NameValuesAndRemedy) {
    const auto code = ErrorCode::invalid_argument;
    expect_error(code, "choose_rotation_keys: 12 slots, but their number is a power of two",
                 [] { static_cast<void>(choose_rotation_keys({}, 12, 1)); });
    expect_error(code, "choose_rotation_keys: 8 steps are outside 1 to 7; take them modulo 8", [] {
        static_cast<void>(choose_rotation_keys({{8, 1}}, 8, 1));
    });
    expect_error(code, "2 rotations are wanted with no key; allow at least one", [] {
        static_cast<void>(choose_rotation_keys({{1, 1}, {2, 1}}, 8, 0));
    });
    const Circuit circuit = trace<1>([](auto x) { return rotate(x, 3); });
    expect_error(code, "rotation_uses: 6 slots", [&] { static_cast<void>(rotation_uses(circuit, 6)); });
    expect_error(code, "use_rotation_keys: the keys were not chosen for a rotation by 3; choose them for this circuit",
                 [&] {
                     static_cast<void>(use_rotation_keys(circuit, 8, choose_rotation_keys({{2, 1}}, 8, 1)));
                 });
}

}  // namespace
}  // namespace tacit::circuit
