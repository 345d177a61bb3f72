#include "tacit/learn/preprocess.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

#include "base/throws.hpp"

namespace tacit::learn {
namespace {

using testing::DoubleEq;
using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;

Dataset small_data() {
    return {.name = "small", .features = 2, .values = {1, 10, 3, 10, 1, 30, 3, 30}, .labels = {0, 1, 1, 0}};
}

TrainingRecipe small_recipe() {
    TrainingRecipe recipe;
    recipe.minibatches = 2;
    recipe.minibatch_size = 2;
    recipe.features = 4;
    return recipe;
}

TEST(Standardiser, FollowsItsFormula) {
    // Variances 1 and 100, mean 50.5; the columns are uncorrelated, so the covariance after damping is diagonal.
    const Standardiser standardiser = fit_standardiser(small_data());
    EXPECT_THAT(standardiser.means, ElementsAre(DoubleEq(2.0), DoubleEq(20.0)));
    const double damping = 0.3 * 50.5;
    const double lambda = 100.0 / (100.0 + damping);
    EXPECT_THAT(standardiser.factors, ElementsAre(DoubleNear(1.0 / std::sqrt((1.0 + damping) * lambda), 1e-12),
                                                  DoubleNear(1.0 / std::sqrt((100.0 + damping) * lambda), 1e-12)));
    const Dataset done = standardised(small_data(), standardiser);
    EXPECT_THAT(done.row(2)[1], DoubleNear(1.0, 1e-12));
    EXPECT_EQ(done.labels, small_data().labels);
}

TEST(Standardiser, GivesMnistLargestEigenvalueOne) {
    const DataSplit split = embedded_mnist();
    const Dataset rows = standardised(split.training, fit_standardiser(split.training));
    // Independent check: no direction among many has a variance above 1, and the best one found comes near.
    std::vector<double> covariance(196 * 196, 0.0);
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        for (std::size_t a = 0; a < 196; ++a) {
            for (std::size_t b = 0; b < 196; ++b) {
                covariance[a * 196 + b] += rows.row(i)[a] * rows.row(i)[b] / static_cast<double>(rows.rows());
            }
        }
    }
    // The trace of C^(2^s) tends to lambda^(2^s): six squarings leave at most 196^(1/64) - 1 < 9 % of slack.
    for (int squaring = 0; squaring < 6; ++squaring) {
        std::vector<double> square(196 * 196, 0.0);
        for (std::size_t a = 0; a < 196; ++a) {
            for (std::size_t k = 0; k < 196; ++k) {
                for (std::size_t b = 0; b < 196; ++b) {
                    square[a * 196 + b] += covariance[a * 196 + k] * covariance[k * 196 + b];
                }
            }
        }
        covariance = square;
    }
    double trace = 0.0;
    for (std::size_t a = 0; a < 196; ++a) trace += covariance[a * 197];
    EXPECT_NEAR(std::pow(trace, 1.0 / 64), 1.0, 1e-4);  // the second eigenvalue is well below the first
}

TEST(Standardiser, RefusesWhatHasNoSpread) {
    const Dataset none{.name = "none", .features = 2, .values = {}, .labels = {}};
    EXPECT_THAT(message_of(ErrorCode::invalid_argument, [&] { (void)fit_standardiser(none); }),
                HasSubstr("none: no rows"));
    const Dataset equal{.name = "equal", .features = 1, .values = {0.1, 0.1, 0.1}, .labels = {0, 1, 0}};
    EXPECT_THAT(message_of(ErrorCode::invalid_argument, [&] { (void)fit_standardiser(equal); }),
                HasSubstr("equal: all 3 rows are equal"));
    Dataset broken = small_data();
    broken.values[5] = std::numeric_limits<double>::infinity();
    EXPECT_THAT(message_of(ErrorCode::invalid_argument, [&] { (void)fit_standardiser(broken); }),
                HasSubstr("row 2, column 1: inf"));
    EXPECT_THAT(message_of(ErrorCode::invalid_argument,
                           [&] {
                               (void)standardised(small_data(), {{1.0}, {1.0}});
                           }),
                HasSubstr("1 means and 1 factors for 2 features"));
}

TEST(ShuffledOrder, IsTheSameOnEveryMachine) {
    // From an independent implementation in Python.
    EXPECT_THAT(shuffled_order(10, 42), ElementsAre(0, 9, 5, 8, 6, 4, 7, 2, 1, 3));
    std::vector<std::size_t> order = shuffled_order(1482, 0);
    EXPECT_THAT(std::vector(order.begin(), order.begin() + 8), ElementsAre(246, 703, 1015, 715, 619, 838, 551, 457));
    std::ranges::sort(order);
    std::vector<std::size_t> all(1482);
    std::iota(all.begin(), all.end(), std::size_t{0});
    EXPECT_EQ(order, all);
    EXPECT_TRUE(shuffled_order(0, 1).empty());
}

TEST(Minibatches, AreSignedPaddedRowsInShuffledOrder) {
    const Dataset data = small_data();
    const std::vector<Minibatch> batches = draw_minibatches(data, small_recipe(), 7);
    const std::vector<std::size_t> order = shuffled_order(4, 7);
    ASSERT_EQ(batches.size(), 2U);
    for (std::size_t i = 0; i < 4; ++i) {
        const double y = data.labels[order[i]] == 1 ? 1.0 : -1.0;
        EXPECT_THAT(batches[i / 2].row(i % 2),
                    ElementsAre(y, y * data.row(order[i])[0], y * data.row(order[i])[1], 0.0));
    }
}

TEST(Standardiser, OfTheFixedHessianDividesByTheRowSums) {
    const Dataset data = small_data();
    const Standardiser standardiser = fit_standardiser(data, Algorithm::fixed_hessian);
    const Dataset scaled = standardised(data, standardiser);
    EXPECT_EQ(scaled.bias, standardiser.bias);
    // Afterwards Z^T Z / (4 rows) has a spectral radius of at most 1: x^T H x <= x^T x.
    for (const std::vector<double>& x :
         {std::vector{1.0, 0.0, 0.0}, {0.0, 1.0, 0.0}, {0.5, -0.7, 0.9}, {1.0, 1.0, 1.0}}) {
        double form = 0, square = 0;
        for (std::size_t i = 0; i < scaled.rows(); ++i) {
            const double along = x[0] * scaled.bias + x[1] * scaled.row(i)[0] + x[2] * scaled.row(i)[1];
            form += along * along / 4 / static_cast<double>(scaled.rows());
        }
        for (const double entry : x) square += entry * entry;
        EXPECT_LE(form, square);
    }
    EXPECT_NEAR(standardiser.bias, 2, 1e-12);  // centred columns: the sum of the bias row is 1/4
}

TEST(Minibatches, EndInZeroRowsIfToldSo) {
    TrainingRecipe recipe = small_recipe();
    recipe.minibatches = 1;
    recipe.minibatch_size = 4;
    recipe.zero_rows = 1;
    Dataset data = small_data();
    data.bias = 3;
    const auto batch = draw_minibatches(data, recipe, 7).front();
    EXPECT_EQ(batch.rows, 4U);
    EXPECT_EQ(std::abs(batch.row(2)[0]), 3);
    EXPECT_THAT(batch.row(3), ElementsAre(0, 0, 0, 0));
}

TEST(Minibatches, TakeNoRowTwice) {
    Dataset data{.name = "numbers", .features = 1, .values = {}, .labels = {}};
    for (int i = 1; i <= 100; ++i) {
        data.values.push_back(i);
        data.labels.push_back(static_cast<std::uint8_t>(i % 2));
    }
    TrainingRecipe recipe = small_recipe();
    recipe.minibatches = 6;
    recipe.minibatch_size = 16;
    std::set<double> seen;
    for (const Minibatch& batch : draw_minibatches(data, recipe, 1)) {
        for (std::size_t i = 0; i < batch.rows; ++i) seen.insert(std::abs(batch.row(i)[1]));
    }
    EXPECT_EQ(seen.size(), 96U);
}

TEST(Minibatches, RefuseTooFewRowsAndTooNarrowARecipe) {
    TrainingRecipe recipe = small_recipe();
    recipe.minibatches = 3;
    EXPECT_THAT(message_of(ErrorCode::invalid_argument, [&] { (void)draw_minibatches(small_data(), recipe, 0); }),
                HasSubstr("3 minibatches of 2 rows need 6 rows, there are 4"));
    recipe = small_recipe();
    recipe.features = 2;
    EXPECT_THAT(message_of(ErrorCode::invalid_argument, [&] { (void)draw_minibatches(small_data(), recipe, 0); }),
                HasSubstr("2 features and the bias need 3 columns, the recipe has 2"));
    Dataset broken = small_data();
    broken.values[0] = std::nan("");
    EXPECT_THAT(message_of(ErrorCode::invalid_argument, [&] { (void)draw_minibatches(broken, small_recipe(), 0); }),
                HasSubstr("row 0, column 0: nan"));
}

}  // namespace
}  // namespace tacit::learn
