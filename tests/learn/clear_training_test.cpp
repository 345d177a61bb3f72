#include "tacit/learn/clear_training.hpp"

#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include "base/throws.hpp"
#include "tacit/learn/metrics.hpp"

namespace tacit::learn {
namespace {

using testing::HasSubstr;

Dataset training_rows() {
    const DataSplit split = embedded_mnist();
    return standardised(split.training, fit_standardiser(split.training));
}

/// The rule by its other form, in which v is eliminated: w_{t+1} = u_t - step * gradient of the loss at u_t with
/// u_t = (1 - eta_{t-1}) w_t + eta_{t-1} w_{t-1}; written from unsigned rows and labels.
std::vector<double> reference(const Dataset& data, const TrainingRecipe& recipe, std::uint64_t seed, bool exact) {
    const std::vector<std::size_t> order = shuffled_order(data.rows(), seed);
    const std::size_t m = static_cast<std::size_t>(recipe.minibatch_size);
    std::vector<std::vector<double>> w{std::vector<double>(data.features + 1, 0.0)};
    double l0 = 0.01, eta = 0.0;
    const auto next = [](double l) { return (1 + std::sqrt(1 + 4 * l * l)) / 2; };
    l0 = next(l0);
    for (std::size_t t = 0; t < static_cast<std::size_t>(recipe.minibatches); ++t) {
        std::vector<double> u = w[t];
        if (t > 0) {
            for (std::size_t j = 0; j < u.size(); ++j) u[j] += eta * (w[t - 1][j] - w[t][j]);
        }
        std::vector<double> updated = u;
        for (std::size_t r = t * m; r < (t + 1) * m; ++r) {
            const double y = 2.0 * data.labels[order[r]] - 1.0;
            double margin = u[0];
            for (std::size_t j = 0; j < data.features; ++j) margin += u[j + 1] * data.row(order[r])[j];
            margin *= y;
            const double slope =
                exact ? 1 / (1 + std::exp(margin)) : 0.5 - 0.15012 * margin + 0.001593 * std::pow(margin, 3);
            updated[0] += 8.0 / 128 * slope * y;
            for (std::size_t j = 0; j < data.features; ++j) {
                updated[j + 1] += 8.0 / 128 * slope * y * data.row(order[r])[j];
            }
        }
        w.push_back(updated);
        const double l1 = next(l0);
        eta = (1 - l0) / l1;
        l0 = l1;
    }
    return w.back();
}

TEST(ClearTraining, AgreesWithAnIndependentForm) {
    const Dataset data = training_rows();
    const TrainingRecipe recipe;
    for (const bool exact : {false, true}) {
        const ClearModel model =
            train_clear(draw_minibatches(data, recipe, 3), recipe, exact ? Slope::exact_sigmoid : Slope::polynomial);
        const std::vector<double> expected = reference(data, recipe, 3, exact);
        ASSERT_EQ(model.weights.size(), 256U);
        for (std::size_t j = 0; j < expected.size(); ++j) EXPECT_NEAR(model.weights[j], expected[j], 1e-12);
        for (std::size_t j = expected.size(); j < 256; ++j) EXPECT_EQ(model.weights[j], 0.0);
    }
}

TEST(ClearTraining, FirstStepByHand) {
    TrainingRecipe recipe;
    recipe.minibatches = 1;
    recipe.minibatch_size = 2;
    recipe.features = 2;
    recipe.learning_rate = 3.0;
    const std::vector<Minibatch> batches{{.rows = 2, .width = 2, .values = {1, 0.5, -1, 2}}};
    const ClearModel model = train_clear(batches, recipe);
    EXPECT_EQ(model.weights, (std::vector<double>{0.0, 3.0 / 2 * 0.5 * 2.5}));
    EXPECT_EQ(model.largest_input(), 0.0);
}

TEST(ClearTraining, TellsThreesFromEights) {
    const DataSplit split = embedded_mnist();
    const Standardiser standardiser = fit_standardiser(split.training);
    const Dataset training = standardised(split.training, standardiser);
    const Dataset held_out = standardised(split.held_out, standardiser);
    const TrainingRecipe recipe;
    double sum = 0.0;
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
        const ClearModel model = train_clear(draw_minibatches(training, recipe, seed), recipe);
        const std::vector<double> result = scores(held_out, model.weights);
        sum += accuracy(result, held_out.labels);
        EXPECT_GE(accuracy(result, held_out.labels), 0.955) << seed;
        EXPECT_GE(area_under_roc(result, held_out.labels), 0.99) << seed;
        EXPECT_LE(model.largest_input(), 12.0) << seed;
        EXPECT_EQ(model.largest_inputs.size(), 6U);
    }
    EXPECT_NEAR(sum / 10, 0.971, 0.003);
}

/// The mean log-likelihood of signed rows.
double likelihood(const Minibatch& z, std::span<const double> weights) {
    double sum = 0;
    for (std::size_t i = 0; i < z.rows; ++i) {
        sum -= std::log1p(std::exp(-std::inner_product(weights.begin(), weights.end(), z.row(i).begin(), 0.0)));
    }
    return sum / static_cast<double>(z.rows);
}

/// D bounds the Hessian everywhere, so every step on the full batch is uphill; twice the step need not be, and with the
/// columns of plain gradient descent it is not.
TEST(ClearTraining, TheFixedHessianNeverStepsDownhill) {
    Dataset data{.name = "skewed", .features = 3, .values = {}, .labels = {}};
    std::mt19937 random(3);
    std::normal_distribution<double> normal;
    for (int i = 0; i < 64; ++i) {
        const double a = normal(random), b = a + 0.05 * normal(random);
        data.values.insert(data.values.end(), {a, b, 40 * normal(random) + 10});
        data.labels.push_back(a + 0.5 * normal(random) > 0.2 ? 1 : 0);
    }
    TrainingRecipe recipe;
    recipe.algorithm = Algorithm::fixed_hessian;
    recipe.learning_rate = 1;
    recipe.minibatches = 1;
    recipe.minibatch_size = 64;
    recipe.features = 4;
    const auto batches = draw_minibatches(standardised(data, fit_standardiser(data, recipe.algorithm)), recipe, 0);
    double before = std::log(0.5);
    for (recipe.passes = 1; recipe.passes <= 40; ++recipe.passes) {
        const double now = likelihood(batches.front(), train_clear(batches, recipe, Slope::exact_sigmoid).weights);
        EXPECT_GT(now, before) << recipe.passes;
        before = now;
    }
    recipe.passes = 40;
    recipe.learning_rate = 200;
    EXPECT_LT(likelihood(batches.front(), train_clear(batches, recipe, Slope::exact_sigmoid).weights), before);
}

TEST(ClearTraining, RidgeShrinksTheWeights) {
    TrainingRecipe recipe;
    recipe.algorithm = Algorithm::gradient_descent;
    double before = std::numeric_limits<double>::infinity();
    for (const double ridge : {0.0, 0.01, 0.1}) {
        recipe.ridge = ridge;
        const auto w = train_clear(draw_minibatches(training_rows(), recipe, 0), recipe).weights;
        const double size = std::inner_product(w.begin(), w.end(), w.begin(), 0.0);
        EXPECT_LT(size, before);
        before = size;
    }
}

TEST(ClearTraining, AWarmStartGoesOnWhereItStopped) {
    TrainingRecipe whole;
    whole.algorithm = Algorithm::gradient_descent;  // no momentum to lose
    const auto batches = draw_minibatches(training_rows(), whole, 0);
    TrainingRecipe half = whole;
    half.minibatches = 3;
    const auto first = train_clear(std::span(batches).first(3), half).weights;
    half.start = Start::own_model;
    EXPECT_EQ(train_clear(std::span(batches).last(3), half, Slope::polynomial, first).weights,
              train_clear(batches, whole).weights);
    expect_throws(ErrorCode::invalid_argument, "a start of 0 weights for a recipe that starts from own-model with 256",
                  [&] { return train_clear(std::span(batches).last(3), half); });
}

TEST(ClearTraining, RefusesOtherShapes) {
    TrainingRecipe recipe;
    const std::vector<Minibatch> batches = draw_minibatches(training_rows(), recipe, 0);
    recipe.minibatches = 5;
    EXPECT_THAT(message_of(ErrorCode::invalid_argument, [&] { (void)train_clear(batches, recipe); }),
                HasSubstr("6 minibatches, the recipe has 5"));
    recipe = {};
    recipe.minibatch_size = 64;
    EXPECT_THAT(message_of(ErrorCode::invalid_argument, [&] { (void)train_clear(batches, recipe); }),
                HasSubstr("minibatch 0 is 128x256 with 32768 values, the recipe's is 64x256"));
}

TEST(ClearTraining, RefusesToDiverge) {
    TrainingRecipe recipe;
    recipe.learning_rate = 1e100;
    const std::vector<Minibatch> batches = draw_minibatches(training_rows(), recipe, 0);
    EXPECT_THAT(message_of(ErrorCode::invalid_argument, [&] { (void)train_clear(batches, recipe); }),
                HasSubstr("choose a smaller learning rate"));
}

}  // namespace
}  // namespace tacit::learn
