#include "tacit/logreg/clear_training.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "base/fail.hpp"

namespace tacit::logreg {

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

double slope_at(double x, const SigmoidPolynomial& polynomial, Slope slope) {
    return slope == Slope::polynomial ? polynomial(x) : 1.0 / (1.0 + std::exp(x));
}

}  // namespace

double ClearModel::largest_input() const noexcept {
    return std::accumulate(largest_inputs.begin(), largest_inputs.end(), 0.0,
                           [](double a, double b) { return std::max(a, b); });
}

ClearModel train_clear(std::span<const Minibatch> minibatches, const TrainingRecipe& recipe, Slope slope) {
    recipe.validate();
    check_shapes(minibatches, recipe);
    const std::vector<double> etas = recipe.momentum();
    const auto width = static_cast<std::size_t>(recipe.features);
    std::vector<double> w(width, 0.0);
    std::vector<double> v(width, 0.0);
    ClearModel model;
    for (std::size_t t = 0; t < minibatches.size(); ++t) {
        std::vector<double> gradient(width, 0.0);
        double largest = 0.0;
        for (std::size_t i = 0; i < minibatches[t].rows; ++i) {
            const std::span<const double> z = minibatches[t].row(i);
            const double x = std::inner_product(z.begin(), z.end(), v.begin(), 0.0);
            largest = std::max(largest, std::abs(x));
            const double s = slope_at(x, recipe.sigmoid, slope);
            for (std::size_t j = 0; j < width; ++j) {
                gradient[j] += s * z[j];
            }
        }
        for (std::size_t j = 0; j < width; ++j) {
            const double next = v[j] + recipe.step() * gradient[j];
            v[j] = (1.0 - etas[t]) * next + etas[t] * w[j];
            w[j] = next;
        }
        model.largest_inputs.push_back(largest);
        if (!std::ranges::all_of(v, [](double value) { return std::isfinite(value); })) {
            fail(ErrorCode::invalid_argument,
                 "clear training: weights overflow at minibatch {}, learning rate {}; choose a smaller learning rate",
                 t, recipe.learning_rate);
        }
    }
    model.weights = std::move(w);
    return model;
}

}  // namespace tacit::logreg
