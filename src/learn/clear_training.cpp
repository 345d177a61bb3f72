#include "tacit/learn/clear_training.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <utility>

#include "base/fail.hpp"
#include "learn/training_loop.hpp"

namespace tacit::learn {

namespace {

void check_shapes(std::span<const Minibatch> minibatches, const TrainingRecipe& recipe) {
    if (minibatches.size() != static_cast<std::size_t>(recipe.minibatches)) {
        fail(ErrorCode::invalid_argument, "clear training: {} minibatches, the recipe has {}; draw them with it",
             minibatches.size(), recipe.minibatches);
    }
    for (std::size_t t = 0; t < minibatches.size(); ++t) {
        const Minibatch& batch = minibatches[t];
        if (batch.rows != static_cast<std::size_t>(recipe.minibatch_size) ||
            batch.width != static_cast<std::size_t>(recipe.features) ||
            batch.values.size() != batch.rows * batch.width) {
            fail(ErrorCode::invalid_argument,
                 "clear training: minibatch {} is {}x{} with {} values, the recipe's is {}x{}; draw it with the recipe",
                 t, batch.rows, batch.width, batch.values.size(), recipe.minibatch_size, recipe.features);
        }
    }
}

void check_start(std::span<const double> start, const TrainingRecipe& recipe) {
    const auto expected = recipe.start == Start::zero ? 0 : static_cast<std::size_t>(recipe.features);
    if (start.size() == expected) return;
    fail(ErrorCode::invalid_argument, "clear training: a start of {} weights for a recipe that starts from {} with {}",
         start.size(), to_string(recipe.start), expected);
}

/// Numbers as the training loop takes them.
struct ClearVector {
    std::vector<double> entries;

    friend ClearVector operator+(ClearVector a, const ClearVector& b) {
        for (std::size_t i = 0; i < a.entries.size(); ++i) a.entries[i] += b.entries[i];
        return a;
    }
    friend ClearVector operator*(double c, ClearVector a) {
        for (double& entry : a.entries) entry *= c;
        return a;
    }
};

void require_finite(const ClearVector& v, int step, const TrainingRecipe& recipe) {
    if (std::ranges::all_of(v.entries, [](double value) { return std::isfinite(value); })) return;
    fail(ErrorCode::invalid_argument,
         "clear training: weights overflow before step {}, learning rate {}; choose a smaller learning rate", step,
         recipe.learning_rate);
}

double slope_at(double x, const SigmoidPolynomial& polynomial, Slope slope) {
    return slope == Slope::polynomial ? polynomial(x) : 1.0 / (1.0 + std::exp(x));
}

}  // namespace

double ClearModel::largest_input() const noexcept {
    return std::accumulate(largest_inputs.begin(), largest_inputs.end(), 0.0,
                           [](double a, double b) { return std::max(a, b); });
}

ClearModel train_clear(std::span<const Minibatch> minibatches, const TrainingRecipe& recipe, Slope slope,
                       std::span<const double> start) {
    recipe.validate();
    check_shapes(minibatches, recipe);
    check_start(start, recipe);
    std::vector<double> first(start.begin(), start.end());
    first.resize(static_cast<std::size_t>(recipe.features), 0.0);
    ClearModel model;
    const auto gradient = [&](int t, const ClearVector& v) {
        require_finite(v, t, recipe);
        const Minibatch& z = minibatches[static_cast<std::size_t>(t) % minibatches.size()];
        ClearVector sum{std::vector<double>(z.width, 0.0)};
        double largest = 0.0;
        for (std::size_t i = 0; i < z.rows; ++i) {
            const std::span<const double> row = z.row(i);
            const double x = std::inner_product(row.begin(), row.end(), v.entries.begin(), 0.0);
            largest = std::max(largest, std::abs(x));
            const double s = slope_at(x, recipe.sigmoid, slope);
            for (std::size_t j = 0; j < z.width; ++j) sum.entries[j] += s * row[j];
        }
        model.largest_inputs.push_back(largest);
        return sum;
    };
    const ClearVector weights = training_loop(recipe, ClearVector{std::move(first)}, gradient);
    require_finite(weights, recipe.steps(), recipe);
    model.weights = weights.entries;
    return model;
}

}  // namespace tacit::learn
