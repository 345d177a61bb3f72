#include "tacit/tensor/unroll.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "base/throws.hpp"
#include "tensor/programs.hpp"

namespace tacit::tensor {
namespace {

using testing::HasSubstr;

/// Gradient steps of logistic regression on one batch, which its owner has encrypted.
Program descent(int steps) {
    Tracer in;
    const Matrix z = in.matrix("Z", 16, 32, test::data_owner);
    Vector w = in.vector("w", 32, test::model_owner);
    for (int t = 0; t < steps; ++t) w = w + 0.1 * (transpose(z) * polynomial({0.5, -0.15, 0, 0.0016}, z * w));
    in.output(w);
    return std::move(in).finish();
}

TEST(Unroll, TakesTheLeastTimePerStepOfWhatItCompares) {
    const Unrolled made = unroll(descent, 4, {.round_trip_seconds = 0.02});
    ASSERT_FALSE(made.compared.empty());
    int runs = 5;
    for (const UnrollingChoice& choice : made.compared) {
        EXPECT_GE(choice.seconds_per_step, made.chosen.seconds_per_step) << choice.steps;
        EXPECT_LT(choice.runs, runs) << choice.steps;
        EXPECT_GE(choice.runs * choice.steps, 4);
        EXPECT_DOUBLE_EQ(4 * choice.seconds_per_step,
                         choice.runs * choice.run_seconds + (choice.runs - 1) * choice.refresh_seconds);
        runs = choice.runs;
    }
    EXPECT_EQ(made.compared.front().steps, 1);
    EXPECT_EQ(made.compiled.managed.depth(), made.chosen.depth);
    EXPECT_EQ(made.compiled.predicted_seconds, made.chosen.run_seconds);
}

/// One run needs no refresh; without a price of refreshes short circuits win.
TEST(Unroll, DearRefreshesMeanLongCircuitsAndFreeOnesShortOnes) {
    EXPECT_EQ(unroll(descent, 3, {.round_trip_seconds = 1000}).chosen.runs, 1);
    const Unrolled cheap = unroll(descent, 3, {.round_trip_seconds = 0, .seconds_per_byte = 0});
    EXPECT_LT(cheap.chosen.steps, 3);
    EXPECT_EQ(unroll(descent, 1).chosen.runs, 1);
}

TEST(Unroll, LongerCircuitsThanRingsHoldAreNotCompared) {
    const Unrolled made = unroll(descent, 100, {.round_trip_seconds = 1000}, {.scale_bits = 90, .security_bits = 256});
    EXPECT_GT(made.compared.back().runs, 1);
    EXPECT_EQ(made.chosen.steps, made.compared.back().steps);
}

TEST(Unroll, RefusesWhatIsNoLoop) {
    const auto invalid = ErrorCode::invalid_argument;
    const auto refusal = [&](const Loop& loop, int steps, const Refresh& refresh) {
        return message_of(invalid, [&] { static_cast<void>(unroll(loop, steps, refresh)); });
    };
    EXPECT_THAT(refusal(descent, 0, {}), HasSubstr("0 steps"));
    EXPECT_THAT(refusal(descent, 2, {.round_trip_seconds = -1}), HasSubstr("the round trip is -1"));
    EXPECT_THAT(refusal(descent, 2, {.seconds_per_byte = std::numeric_limits<double>::infinity()}),
                HasSubstr("the time of a byte is inf"));
    EXPECT_THAT(refusal([](int k) { return test::nesterov(k + 1, 4, 4, true); }, 2, {}),
                HasSubstr("encrypts no vector"));
    EXPECT_THAT(refusal([](int) { return test::network(4, 5, 3, false); }, 2, {}),
                HasSubstr("1 vectors go in and 1 come out, or their sizes differ"));
}

}  // namespace
}  // namespace tacit::tensor
