#include "tacit/learn/recipe.hpp"

#include <cmath>
#include <limits>

#include "base/throws.hpp"

namespace tacit::learn {
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
    EXPECT_EQ(recipe.step(0), 4.0 / 128);
    recipe.zero_rows = 28;
    EXPECT_EQ(recipe.step(3), 4.0 / 100);
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

TEST(TrainingRecipe, QuadraticGradientTakesLongerStepsAtFirst) {
    TrainingRecipe recipe;
    recipe.algorithm = Algorithm::quadratic_gradient;
    recipe.learning_rate = default_learning_rate(recipe.algorithm);
    EXPECT_EQ(recipe.rate(0), 2);
    EXPECT_NEAR(recipe.rate(2), 1.81, 1e-12);
}

TEST(TrainingRecipe, MomentumIsNesterovsAlone) {
    TrainingRecipe recipe;
    recipe.minibatches = 2;
    recipe.passes = 2;
    const auto nesterov = recipe.momentum();
    EXPECT_EQ(nesterov.size(), 4U);
    recipe.algorithm = Algorithm::quadratic_gradient;
    EXPECT_EQ(recipe.momentum(), nesterov);
    for (const Algorithm plain : {Algorithm::gradient_descent, Algorithm::fixed_hessian}) {
        recipe.algorithm = plain;
        EXPECT_EQ(recipe.momentum(), std::vector<double>(4, 0.0));
    }
}

TEST(SigmoidPolynomial, FitsTheDefaultOnItsRange) {
    const SigmoidPolynomial fitted = SigmoidPolynomial::fit(8);
    const auto& c = fitted.coefficients;
    EXPECT_THAT(c, ElementsAre(DoubleNear(0.5, 1e-12), DoubleNear(-0.15012, 1e-5), 0, DoubleNear(0.001593, 1e-6)));
    EXPECT_GT(SigmoidPolynomial::fit(32).coefficients[1], c[1]);  // flatter
    double before = 1;
    for (const int degree : {3, 5, 7, 15}) {
        const SigmoidPolynomial s = SigmoidPolynomial::fit(6, degree);
        EXPECT_EQ(s.degree(), static_cast<std::size_t>(degree));
        double square = 0;
        for (double u = -6; u <= 6; u += 0.125) square += std::pow(s(u) - 1 / (1 + std::exp(u)), 2);
        EXPECT_LT(square, before);
        before = square;
        TrainingRecipe recipe;
        recipe.sigmoid = s;
        EXPECT_NO_THROW(recipe.validate());
    }
    for (const int degree : {1, 4, 17}) {
        EXPECT_THAT(message_of(ErrorCode::invalid_argument, [&] { (void)SigmoidPolynomial::fit(8, degree); }),
                    HasSubstr("it must be odd and in [3, 15]"));
    }
    for (const double range : {0.5, 65.0, std::nan("")}) {
        EXPECT_THAT(message_of(ErrorCode::invalid_argument, [&] { (void)SigmoidPolynomial::fit(range); }),
                    HasSubstr("it must be in [1, 64]"));
    }
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
    EXPECT_THAT(message([](auto& r) { r.sigmoid.coefficients[3] = std::numeric_limits<double>::infinity(); }),
                HasSubstr("a coefficient of the sigmoid is inf"));
    EXPECT_THAT(message([](auto& r) { r.sigmoid.coefficients[2] = 1; }),
                HasSubstr("an even coefficient of the sigmoid"));
    EXPECT_THAT(message([](auto& r) { r.sigmoid.coefficients = {0.5}; }), HasSubstr("sigmoid.coefficients is 1"));
    EXPECT_THAT(message([](auto& r) { r.passes = 0; }), HasSubstr("passes is 0"));
    EXPECT_THAT(message([](auto& r) { r.zero_rows = 128; }), HasSubstr("zero_rows is 128"));
    EXPECT_THAT(message([](auto& r) { r.ridge = -0.1; }), HasSubstr("ridge is -0.1"));
    EXPECT_THAT(message([](auto& r) { r.momentum_offset = -1; }), HasSubstr("momentum_offset is -1"));
}

}  // namespace
}  // namespace tacit::learn
