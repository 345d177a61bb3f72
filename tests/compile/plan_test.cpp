#include "tacit/compile/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "circuit/random_circuit.hpp"
#include "ckks/make_parameters.hpp"
#include "tacit/base/error.hpp"
#include "tacit/circuit/trace.hpp"
#include "tacit/compile/counts.hpp"

namespace tacit::compile {
namespace {

const ckks::Parameters& parameters() {
    static const auto made = ckks::insecure_parameters_for_tests({.depth = 8, .log_ring_dimension = 10});
    return made;
}

template <std::size_t Inputs, class F>
Plan plan_of(F&& function, std::size_t slots = 64) {
    return {manage(circuit::trace<Inputs>(std::forward<F>(function)), slots), parameters()};
}

/// How many instructions the tasks have that begin with a step.
std::multiset<std::size_t> sizes(const Plan& plan, Step step) {
    std::multiset<std::size_t> found;
    for (std::size_t task = 0; task < plan.tasks(); ++task) {
        const auto& members = plan.task(task).instructions;
        if (plan.program().instructions()[members[0]].step == step) found.insert(members.size());
    }
    return found;
}

/// The tasks with sums.
std::vector<Plan::Task> sums(const Plan& plan) {
    std::vector<Plan::Task> found;
    for (std::size_t task = 0; task < plan.tasks(); ++task) {
        if (!plan.task(task).sums.empty()) found.push_back(plan.task(task));
    }
    return found;
}

TEST(Plan, RotationsOfOneValueAreOneTask) {
    const Plan plan = plan_of<2>(
        [](auto a, auto b) { return rotate(a, 1) * b + rotate(b, 1) * rotate(a, 2) + rotate(a, 3) * rotate(b, 2); });
    EXPECT_THAT(sizes(plan, Step::rotate), testing::ElementsAre(2, 3));
    EXPECT_TRUE(sums(plan).empty());
}

TEST(Plan, AtMostSixteenRotationsShareATask) {
    const Plan plan = plan_of<1>([](auto a) {
        std::vector<decltype(a)> turned;
        for (int steps = 1; steps <= 40; ++steps) turned.push_back(rotate(a, steps));
        return turned;
    });
    EXPECT_THAT(sizes(plan, Step::rotate), testing::ElementsAre(8, 16, 16));
}

TEST(Plan, RotationsAtDifferentLevelsAreApart) {
    const Plan plan = plan_of<2>([](auto a, auto b) { return rotate(a, 1) * b * b + rotate(a, 2); });
    for (std::size_t task = 0; task < plan.tasks(); ++task) EXPECT_EQ(plan.task(task).instructions.size(), 1U);
}

TEST(Plan, ASumOfRotationsTimesConstantsIsOneTaskWithItsRescaling) {
    const Plan plan = plan_of<2>([](auto a, auto b) {
        return rotate(a, 1) * circuit::values({1, 2}) - conjugate(b) * circuit::values({3, 4}) + a * 0.5 +
               rotate(a, 2) * circuit::values({5, 6}) + b * circuit::values({7, 8});
    });
    const auto found = sums(plan);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(plan.tasks(), 3U) << "two inputs and the sum";
    EXPECT_THAT(found[0].operands, testing::SizeIs(2));
    ASSERT_EQ(found[0].sums.size(), 1U);
    EXPECT_TRUE(found[0].sums[0].rescaled);
    EXPECT_THAT(found[0].results, testing::ElementsAre(plan.program().outputs()[0]));
    std::size_t rotated = 0, multiplied = 0, subtracted = 0;
    for (const PlannedTerm& term : found[0].sums[0].terms) {
        rotated += term.rotation ? 1U : 0U;
        multiplied += term.product ? 1U : 0U;
        subtracted += term.subtracted ? 1U : 0U;
    }
    EXPECT_EQ(found[0].sums[0].terms.size(), 5U);
    EXPECT_EQ(rotated, 3U);
    EXPECT_EQ(multiplied, 5U);
    EXPECT_EQ(subtracted, 1U);
}

TEST(Plan, SumsOfRotationsWithoutProductsAreOneTaskToo) {
    const Plan plan = plan_of<1>([](auto a) {
        auto sum = a;
        for (int steps = 1; steps <= 40; ++steps) sum += rotate(a, steps);
        return sum;
    });
    const auto found = sums(plan);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].sums[0].terms.size(), 41U);
    EXPECT_FALSE(found[0].sums[0].rescaled);
}

TEST(Plan, ARotationThatOthersReadStaysAResult) {
    const Plan plan = plan_of<1>([](auto a) {
        const auto shared = rotate(a, 1);
        return std::vector{shared + rotate(a, 2) + rotate(a, 3), shared};
    });
    const auto found = sums(plan);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_THAT(found[0].operands, testing::SizeIs(2)) << "a, and its rotation by 1";
    EXPECT_THAT(sizes(plan, Step::rotate), testing::ElementsAre(1, 4)) << "the rotation; two, and two additions";
}

TEST(Plan, SumsOverTheSameRotationsAreOneTaskWhereThatIsCheaper) {
    const auto baby_steps = [](int rotations, int sums_of_them) {
        return plan_of<1>([&](auto a) {
            std::vector<decltype(a)> found;
            for (int i = 0; i < sums_of_them; ++i) {
                auto sum = a * circuit::values({1.0 * i, 0.5});
                for (int j = 1; j <= rotations; ++j) sum += rotate(a, j) * circuit::values({1.0 * i, j + 2.0});
                found.push_back(sum * 1.5);  // so that the sums are not at the lowest level
            }
            return found;
        });
    };
    const Plan two = baby_steps(12, 2);
    ASSERT_EQ(sums(two).size(), 1U);
    EXPECT_THAT(sums(two)[0].sums, testing::SizeIs(2));
    EXPECT_THAT(sums(two)[0].operands, testing::SizeIs(1));
    EXPECT_TRUE(sums(baby_steps(2, 12)).empty()) << "twelve divisions by P take more than two";
}

TEST(Plan, AChainHasTwoCiphertextsAliveAtATime) {
    const Plan plan = plan_of<1>([](auto a) {
        for (int i = 0; i < 5; ++i) a = rotate(a, 1) * 0.5;
        return a;
    });
    EXPECT_EQ(plan.most_alive(), 2U);
}

TEST(Plan, TheLongestWayComesFirst) {
    const Plan plan = plan_of<2>([](auto a, auto b) {
        const auto side = rotate(b, 1) + b;
        auto chain = a;
        for (int i = 0; i < 4; ++i) chain = chain * chain;
        return chain + side;
    });
    const auto& all = plan.program().instructions();
    std::vector<Step> steps;
    for (std::size_t task = 0; task < plan.tasks(); ++task) {
        steps.push_back(all[plan.task(task).instructions[0]].step);
    }
    const auto first = [&](Step step) { return std::ranges::find(steps, step) - steps.begin(); };
    EXPECT_LT(first(Step::mul), first(Step::rotate)) << "although the rotation is written first";
}

TEST(Plan, ParametersHaveToFit) {
    const auto program = manage(circuit::trace<1>([](auto x) { return x * x; }), 1024);
    try {
        const Plan plan(program, parameters());
        FAIL() << "1024 slots were accepted";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
        EXPECT_THAT(error.what(),
                    testing::HasSubstr("Plan: the circuit was managed for 1024 slots but the parameters"));
    }
}

/// What the instructions take one by one, rotations of one value hoisted by sixteen.
std::size_t transforms_without_sums(const ManagedCircuit& program) {
    const auto& all = program.instructions();
    std::size_t total = 0;
    std::map<std::uint32_t, std::size_t> rotated;
    for (const Instruction& i : all) {
        const ckks::CiphertextType& from = operand_count(i.step) == 0 ? i.type : all[i.lhs].type;
        const std::size_t limbs = parameters().limbs(from.level);
        const std::size_t rows = limbs + parameters().special_primes().size();
        const auto polys = static_cast<std::size_t>(from.degree) + 1;
        const bool more = i.step == Step::rotate && rotated[i.lhs]++ % 16 != 0;
        if (i.step == Step::relinearize_rescale || i.step == Step::rotate || i.step == Step::conjugate) {
            total += (more ? 2 : parameters().digits(from.level) + 2) * rows;
        }
        if (i.step == Step::rescale) total += polys * limbs;
        if (i.step == Step::drop_level) total += polys * parameters().limbs(i.type.level + 1);
    }
    for (const auto& [needed, users] : encodings(program)) total += parameters().limbs(needed.level);
    return total;
}

TEST(Plan, HoldsForRandomCircuitsAndIsNeverDearerThanOneByOne) {
    std::size_t cheaper = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const Plan plan(
            manage(circuit::RandomCircuit(seed, {.depth = 8, .refreshes = seed % 2 == 1}).draw(5 + seed % 80), 8),
            parameters());
        ASSERT_NO_THROW(plan.verify());
        const auto& instructions = plan.program().instructions();
        std::map<std::uint32_t, std::size_t> waits;
        std::size_t seen = 0;
        for (std::uint32_t task = 0; task < plan.tasks(); ++task) {
            EXPECT_EQ(waits[task], plan.task(task).operands.size()) << "task " << task << " starts too early or never";
            for (const std::uint32_t reader : plan.task(task).readers) {
                EXPECT_GT(reader, task);
                ++waits[reader];
            }
            seen += plan.task(task).instructions.size();
        }
        EXPECT_EQ(seen, instructions.size());
        EXPECT_LE(plan.most_alive(), instructions.size() + plan.program().input_levels().size());
        const std::size_t planned = count_operations(plan, parameters()).total().transforms;
        EXPECT_LE(planned, transforms_without_sums(plan.program()));
        cheaper += planned < transforms_without_sums(plan.program()) ? 1U : 0U;
    }
    EXPECT_GT(cheaper, 0U) << "no circuit had a sum to divide once";
}

}  // namespace
}  // namespace tacit::compile
