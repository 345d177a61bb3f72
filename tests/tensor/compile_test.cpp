#include "tacit/tensor/compile.hpp"

#include <gtest/gtest.h>

#include "base/throws.hpp"
#include "tensor/programs.hpp"

namespace tacit::tensor {
namespace {

using testing::HasSubstr;

TEST(Compile, TakesTheSmallestSecureRingOfItsDepth) {
    const Compiled made = compile(test::nesterov(3, 32, 64, true), {.summation = Summation::mask_free});
    EXPECT_EQ(made.managed.depth(), 4);
    EXPECT_EQ(made.managed.slots(), made.parameters.slots());
    EXPECT_EQ(made.parameters.depth(), 4);
    EXPECT_EQ(made.parameters.security_bits(), 128);
    EXPECT_EQ(made.parameters.log_ring_dimension(), 14);
}

/// Every way costs what it costs alone, and the best is taken.
TEST(Compile, ChoosesTheCheapestWay) {
    for (const auto& [samples, features] : {std::pair{64, 128}, {2048, 8}}) {
        const Program program =
            test::nesterov(3, static_cast<std::size_t>(samples), static_cast<std::size_t>(features), true);
        const Compiled best = compile(program);
        for (const Summation summation : {Summation::masked, Summation::mask_free}) {
            for (const Association association : {Association::multiplied_out, Association::as_written}) {
                const Compiled one = compile(program, {.summation = summation, .association = association});
                EXPECT_EQ(one.lowered.summation, summation);
                EXPECT_EQ(one.lowered.association, association);
                EXPECT_GE(one.predicted_seconds, best.predicted_seconds);
                if (best.lowered.summation == summation && best.lowered.association == association) {
                    EXPECT_EQ(one.predicted_seconds, best.predicted_seconds);
                }
            }
        }
    }
}

TEST(Compile, SaysWhyNoRingIsLargeEnough) {
    EXPECT_THAT(
        message_of(ErrorCode::invalid_argument, [] { static_cast<void>(compile(test::nesterov(40, 8, 16, true))); }),
        HasSubstr("depth is"));
}

}  // namespace
}  // namespace tacit::tensor
