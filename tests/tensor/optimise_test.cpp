#include "tacit/tensor/optimise.hpp"

#include <gtest/gtest.h>

#include <random>

#include "base/throws.hpp"
#include "tacit/circuit/domains.hpp"
#include "tensor/programs.hpp"

namespace tacit::tensor {
namespace {

std::vector<std::vector<double>> run(const Program& program, const Lowered& lowered, const ClearInputs& inputs,
                                     std::size_t slots) {
    Packer pack(program, lowered.grid, inputs);
    std::vector<std::vector<std::complex<double>>> packed;
    for (const InputBlock& block : lowered.inputs) {
        const auto period = pack(block);
        std::vector<std::complex<double>> all(slots);
        for (std::size_t i = 0; i < slots; ++i) all[i] = period[i % period.size()];
        packed.push_back(std::move(all));
    }
    circuit::Plain plain(slots, std::move(packed));
    std::vector<std::vector<std::complex<double>>> outputs;
    for (const auto& value : interpret(lowered.circuit, plain)) {
        outputs.emplace_back(value.values().begin(), value.values().end());
    }
    return unpack(program, lowered, outputs);
}

void expect_same(const Program& program, std::size_t slots) {
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    const ClearInputs inputs = test::random_inputs(program, seed);
    const auto expected = evaluate(program, inputs);
    for (const Summation summation : {Summation::masked, Summation::mask_free}) {
        for (const Association association : {Association::multiplied_out, Association::as_written}) {
            const Lowered lowered = optimise(program, slots, {summation, association});
            ASSERT_EQ(lowered.summation, summation);
            ASSERT_EQ(lowered.association, association);
            const auto found = run(program, lowered, inputs, slots);
            ASSERT_EQ(found.size(), expected.size());
            for (std::size_t i = 0; i < expected.size(); ++i) {
                ASSERT_EQ(found[i].size(), expected[i].size());
                for (std::size_t j = 0; j < expected[i].size(); ++j) {
                    ASSERT_NEAR(found[i][j], expected[i][j], 1e-9) << "output " << i << ", entry " << j;
                }
            }
        }
    }
}

int depth(const Program& program, Summation summation, Association association = Association::multiplied_out) {
    return circuit::depth(optimise(program, 256, {summation, association}).circuit);
}

TEST(Optimise, NesterovFromEncryptedWeightsTakesTwoAndAHalfOrTwoLevelsAMinibatch) {
    for (int k = 1; k <= 12; ++k) {
        const Program program = test::nesterov(k, 8, 16, false);
        EXPECT_EQ(depth_as_written(program), 8 * k - 1) << k;
        EXPECT_EQ(depth(program, Summation::masked), (5 * k + 2) / 2) << k;
        EXPECT_EQ(depth(program, Summation::mask_free), 2 * k + 1) << k;
    }
}

/// The slopes at zero are known, so the owner of the data takes the first step.
TEST(Optimise, NesterovFromZeroTakesAboutThreeLevelsLess) {
    for (int k = 2; k <= 12; ++k) {
        const Program program = test::nesterov(k, 8, 16, true);
        EXPECT_EQ(depth(program, Summation::masked), (5 * k - 6) / 2) << k;
        EXPECT_EQ(depth(program, Summation::mask_free), 2 * k - 2) << k;
        EXPECT_EQ(least_depth(program, Summation::masked), (5 * k - 6) / 2) << k;
        EXPECT_EQ(least_depth(program, Summation::mask_free), 2 * k - 2) << k;
    }
    EXPECT_EQ(depth(test::nesterov(1, 8, 16, true), Summation::masked), 0);
}

TEST(Optimise, NesterovWithoutGramMatricesTakesFourOrThreeLevelsAMinibatch) {
    for (int k = 2; k <= 8; ++k) {
        const Program program = test::nesterov(k, 8, 16, false);
        EXPECT_EQ(depth(program, Summation::masked, Association::as_written), 4 * k - 1) << k;
        EXPECT_EQ(depth(program, Summation::mask_free, Association::as_written), 3 * k) << k;
    }
}

TEST(Optimise, ChoosesGramMatricesForFewSamplesAndNotForMany) {
    EXPECT_EQ(optimise(test::nesterov(4, 16, 64, true), 1024).association, Association::multiplied_out);
    EXPECT_EQ(optimise(test::nesterov(4, 512, 8, true), 1024).association, Association::as_written);
}

TEST(Optimise, LowersTheDepthOfProgramsThatItWasNotWrittenFor) {
    EXPECT_EQ(depth_as_written(test::nesterov(6, 8, 16, false)), 47);
    EXPECT_EQ(depth_as_written(test::ridge(6, 10, 6)), 24);
    EXPECT_EQ(depth_as_written(test::power_iteration(6, 7)), 9);
    EXPECT_EQ(depth_as_written(test::network(9, 12, 5, false)), 5);
    EXPECT_EQ(depth_as_written(test::network(9, 12, 5, true)), 6);
    EXPECT_EQ(depth(test::ridge(6, 10, 6), Summation::masked), 1);
    EXPECT_EQ(depth(test::power_iteration(6, 7), Summation::masked), 1);
    EXPECT_EQ(depth(test::power_iteration(6, 7), Summation::masked, Association::as_written), 8);
    EXPECT_EQ(depth(test::network(9, 12, 5, false), Summation::masked), 3);
    EXPECT_EQ(depth(test::network(9, 12, 5, true), Summation::masked), 3);
}

TEST(Optimise, TrainsTheModelOfTheLoopAsWritten) {
    for (const int k : {1, 2, 3, 5}) {
        for (const std::size_t slots : {64, 256, 1024}) {
            for (const bool from_zero : {false, true}) {
                SCOPED_TRACE(std::to_string(k) + " minibatches, " + std::to_string(slots) + " slots");
                expect_same(test::nesterov(k, 8, 16, from_zero), slots);
                expect_same(test::nesterov(k, 16, 5, from_zero), slots);
            }
        }
    }
}

TEST(Optimise, HelpsProgramsThatItWasNotWrittenFor) {
    for (const std::size_t slots : {32, 256}) {
        for (int k = 1; k <= 4; ++k) {
            expect_same(test::ridge(k, 10, 6), slots);
            expect_same(test::power_iteration(k, 7), slots);
        }
        for (const bool cubic : {false, true}) {
            expect_same(test::network(9, 12, 5, cubic), slots);
            expect_same(test::network(16, 40, 1, cubic), slots);
        }
    }
}

}  // namespace
}  // namespace tacit::tensor
