#include "tacit/compile/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "circuit/random_circuit.hpp"
#include "tacit/circuit/trace.hpp"

namespace tacit::compile {
namespace {

TEST(Plan, RotationsOfOneValueAreOneTask) {
    const Plan plan(manage(circuit::trace<2>([](auto a, auto b) {
                               return rotate(a, 1) * b + rotate(b, 1) * rotate(a, 2) + rotate(a, 3) * rotate(b, 2);
                           }),
                           16));
    std::multiset<std::size_t> sizes;
    for (std::size_t task = 0; task < plan.tasks(); ++task) {
        if (plan.program().instructions()[plan.instructions(task)[0]].step == Step::rotate) {
            sizes.insert(plan.instructions(task).size());
        }
    }
    EXPECT_THAT(sizes, testing::ElementsAre(2, 3));
}

TEST(Plan, AtMostSixteenRotationsShareATask) {
    const Plan plan(manage(circuit::trace<1>([](auto a) {
                               auto sum = a;
                               for (int steps = 1; steps <= 40; ++steps) sum += rotate(a, steps);
                               return sum;
                           }),
                           64));
    std::multiset<std::size_t> sizes;
    for (std::size_t task = 0; task < plan.tasks(); ++task) sizes.insert(plan.instructions(task).size());
    EXPECT_EQ(sizes.count(16), 2U);
    EXPECT_EQ(sizes.count(8), 1U);
}

TEST(Plan, RotationsAtDifferentLevelsAreApart) {
    const Plan plan(manage(circuit::trace<2>([](auto a, auto b) { return rotate(a, 1) * b * b + rotate(a, 2); }), 16));
    for (std::size_t task = 0; task < plan.tasks(); ++task) EXPECT_EQ(plan.instructions(task).size(), 1U);
}

TEST(Plan, AChainNeedsTwoBuffersAndOneThread) {
    const Plan plan(manage(circuit::trace<1>([](auto a) {
                               for (int i = 0; i < 5; ++i) a = rotate(a, 1) * 0.5;
                               return a;
                           }),
                           16));
    EXPECT_EQ(plan.buffers(), 2U);
    EXPECT_EQ(plan.width(), 1U);
}

TEST(Plan, HoldsForRandomCircuits) {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const Plan plan(manage(circuit::RandomCircuit(seed, {.refreshes = seed % 2 == 1}).draw(5 + seed % 80), 8));
        ASSERT_NO_THROW(plan.verify());
        const auto& instructions = plan.program().instructions();
        std::map<std::uint32_t, int> waits;
        std::size_t seen = 0;
        for (std::uint32_t task = 0; task < plan.tasks(); ++task) {
            EXPECT_EQ(waits[task], plan.readings(task)) << "task " << task << " would start too early or never";
            for (const std::uint32_t reader : plan.readers(task)) {
                EXPECT_GT(reader, task);
                ++waits[reader];
            }
            seen += plan.instructions(task).size();
        }
        EXPECT_EQ(seen, instructions.size());
        EXPECT_LE(plan.buffers(), instructions.size());
        int uses = static_cast<int>(plan.program().outputs().size()), counted = 0;
        for (std::uint32_t i = 0; i < instructions.size(); ++i) {
            uses += operand_count(instructions[i].step);
            counted += plan.uses(i);
            EXPECT_LT(plan.buffer(i), plan.buffers());
        }
        EXPECT_EQ(counted, uses);
    }
}

}  // namespace
}  // namespace tacit::compile
