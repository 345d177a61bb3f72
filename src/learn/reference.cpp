// What trained models are compared with, in the clear.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/fail.hpp"
#include "tacit/learn/clear_training.hpp"

namespace tacit::learn {

namespace {

double dot(std::span<const double> a, std::span<const double> b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// sum over the rows x = (bias, features) of factor(row, w . x) x.
template <class Factor>
std::vector<double> sum_of_rows(const Dataset& data, std::span<const double> w, const Factor& factor) {
    std::vector<double> sum(data.features + 1, 0.0);
    for (std::size_t i = 0; i < data.rows(); ++i) {
        const std::span<const double> x = data.row(i);
        const double f = factor(i, w.front() * data.bias + dot(x, w.subspan(1)));
        sum.front() += f * data.bias;
        for (std::size_t j = 0; j < data.features; ++j) sum[j + 1] += f * x[j];
    }
    return sum;
}

/// Training with the exact sigmoid, one model for each output.
std::vector<ClearModel> exact_models(const Dataset& data, const TrainingRecipe& recipe, std::uint64_t seed,
                                     const TrainingState& start) {
    std::vector<ClearModel> models;
    for (int c = 0; c < recipe.outputs(); ++c) {
        Dataset rows = data;
        TrainingRecipe logistic = recipe;
        if (recipe.model == Model::multinomial) {
            for (auto& label : rows.labels) label = label == c ? 1 : 0;
            logistic.model = Model::logistic;
            logistic.classes = rows.classes = 2;
        }
        const auto own = start.empty() ? std::span<const double>() : std::span(start[static_cast<std::size_t>(c)]);
        models.push_back(train_clear(draw_minibatches(rows, logistic, seed), logistic, Slope::exact_sigmoid, own));
    }
    return models;
}

}  // namespace

std::vector<double> clear_weights(const TrainingRecipe& recipe, const tensor::ClearInputs& rows,
                                  const TrainingState& start) {
    std::vector<double> weights;
    for (const auto& output :
         evaluate(training_program(recipe), segment_inputs(recipe, recipe.all_steps(), rows, start))) {
        weights.insert(weights.end(), output.begin(), output.end());
    }
    if (!std::ranges::all_of(weights, [](double w) { return std::isfinite(w); })) {
        fail(ErrorCode::invalid_argument,
             "clear training: weights overflow with learning rate {}; choose a smaller learning rate",
             recipe.learning_rate);
    }
    return weights;
}

std::vector<double> reference_weights(const Dataset& data, const TrainingRecipe& recipe, std::uint64_t seed,
                                      const TrainingState& start) {
    std::vector<double> weights;
    if (recipe.model == Model::linear) {
        weights = least_squares(data, recipe.ridge);
        weights.resize(static_cast<std::size_t>(recipe.features), 0.0);
        return weights;
    }
    for (const ClearModel& model : exact_models(data, recipe, seed, start)) {
        weights.insert(weights.end(), model.weights.begin(), model.weights.end());
    }
    return weights;
}

double largest_sigmoid_input(const Dataset& data, const TrainingRecipe& recipe, std::uint64_t seed,
                             const TrainingState& start) {
    double largest = 0;
    if (recipe.model == Model::linear) return largest;
    for (const ClearModel& model : exact_models(data, recipe, seed, start)) {
        largest = std::max(largest, model.largest_input());
    }
    return largest;
}

std::vector<double> least_squares(const Dataset& data, double ridge) {
    data.validate();
    if (data.targets.empty()) {
        fail(ErrorCode::invalid_argument, "{}: least squares need targets, and the rows have labels", data.name);
    }
    const auto n = static_cast<double>(data.rows());
    std::vector<double> w(data.features + 1, 0.0);
    std::vector<double> residual = sum_of_rows(data, w, [&](std::size_t i, double) { return data.targets[i] / n; });
    std::vector<double> direction = residual;
    double left = dot(residual, residual);
    const double enough = 1e-28 * left;
    for (std::size_t step = 0; step < 2 * w.size() && left > enough; ++step) {
        std::vector<double> image = sum_of_rows(data, direction, [&](std::size_t, double x) { return x / n; });
        for (std::size_t j = 0; j < w.size(); ++j) image[j] += ridge * direction[j];
        const double along = left / dot(direction, image);
        for (std::size_t j = 0; j < w.size(); ++j) {
            w[j] += along * direction[j];
            residual[j] -= along * image[j];
        }
        const double before = std::exchange(left, dot(residual, residual));
        for (std::size_t j = 0; j < w.size(); ++j) direction[j] = residual[j] + left / before * direction[j];
    }
    return w;
}

}  // namespace tacit::learn
