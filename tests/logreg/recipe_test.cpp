#include "tacit/logreg/recipe.hpp"

#include <cmath>
#include <limits>

#include "base/throws.hpp"

namespace tacit::logreg {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(TrainingRecipe, MomentumIsThePublishedSequenceOneStepLater) {
    TrainingRecipe recipe;
    recipe.minibatches = 5;
    EXPECT_THAT(recipe.momentum(),
                ElementsAre(DoubleNear(-0.0001, 5e-5), DoubleNear(-0.2818, 5e-5), DoubleNear(-0.4341, 5e-5),
                            DoubleNear(-0.5311, 5e-5), DoubleNear(-0.5988, 5e-5)));
}

TEST(TrainingRecipe, MomentumWithoutOffsetIsThePublishedSequence) {
    TrainingRecipe recipe;
    recipe.minibatches = 3;
    recipe.momentum_offset = 0;
    EXPECT_THAT(recipe.momentum(),
                ElementsAre(DoubleNear(0.98990, 5e-6), DoubleNear(-0.0001, 5e-5), DoubleNear(-0.2818, 5e-5)));
}

TEST(TrainingRecipe, StepIsLearningRatePerRow) {
    TrainingRecipe recipe;
    recipe.learning_rate = 4.0;
    EXPECT_EQ(recipe.step(), 4.0 / 128);
}

TEST(SigmoidPolynomial, IsWithinItsStatedErrorOfTheSigmoid) {
    const SigmoidPolynomial s;
    double largest = 0.0;
    for (double u = -8.0; u <= 8.0; u += 1.0 / 64) {
        largest = std::max(largest, std::abs(s(u) - 1.0 / (1.0 + std::exp(u))));
    }
    EXPECT_NEAR(largest, 0.114, 0.0005);
    EXPECT_EQ(s(0.0), 0.5);
}

TEST(TrainingRecipe, ValidateAcceptsTheDefault) { EXPECT_NO_THROW(TrainingRecipe{}.validate()); }

TEST(TrainingRecipe, ValidateNamesTheFieldAndItsRange) {
    const auto message = [](auto change) {
        TrainingRecipe recipe;
        change(recipe);
        return message_of(ErrorCode::invalid_argument, [&] { recipe.validate(); });
    };
    EXPECT_THAT(message([](auto& r) { r.minibatches = 0; }), HasSubstr("minibatches is 0; it must be in [1, 2^20]"));
    EXPECT_THAT(message([](auto& r) { r.minibatch_size = -1; }), HasSubstr("minibatch_size is -1"));
    EXPECT_THAT(message([](auto& r) { r.features = 200; }), HasSubstr("features is 200; it must be a power of two"));
    EXPECT_THAT(message([](auto& r) { r.learning_rate = 0.0; }), HasSubstr("learning_rate is 0; it must be positive"));
    EXPECT_THAT(message([](auto& r) { r.learning_rate = std::nan(""); }), HasSubstr("learning_rate is nan"));
    EXPECT_THAT(message([](auto& r) { r.sigmoid.q3 = std::numeric_limits<double>::infinity(); }),
                HasSubstr("sigmoid.q3 is inf"));
    EXPECT_THAT(message([](auto& r) { r.momentum_offset = -1; }), HasSubstr("momentum_offset is -1"));
}

}  // namespace
}  // namespace tacit::logreg
