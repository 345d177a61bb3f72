#include "tacit/learn/programs.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "base/fail.hpp"
#include "learn/training_loop.hpp"
#include "tacit/learn/preprocess.hpp"
#include "tacit/learn/training_circuit.hpp"

namespace tacit::learn {

namespace {

void check_start(const char* operation, const TrainingRecipe& recipe) {
    recipe.validate();
    if (recipe.start != Start::zero) {
        fail(ErrorCode::invalid_argument, "{}: the recipe starts from {}; it has to start from zero", operation,
             to_string(recipe.start));
    }
}

void check_classes(int classes) {
    if (classes < 2 || classes > 256) {
        fail(ErrorCode::invalid_argument, "one against the rest: {} classes; give 2 to 256", classes);
    }
}

std::vector<tensor::Matrix> declare_minibatches(tensor::Tracer& in, const TrainingRecipe& recipe) {
    std::vector<tensor::Matrix> minibatches;
    for (int t = 0; t < recipe.minibatches; ++t) {
        minibatches.push_back(in.matrix(fmt::format("minibatch {}", t), static_cast<std::size_t>(recipe.minibatch_size),
                                        static_cast<std::size_t>(recipe.features), owner_of_rows));
    }
    return minibatches;
}

tensor::Vector declare_targets(tensor::Tracer& in, const TrainingRecipe& recipe, const std::string& name) {
    return in.vector(name, static_cast<std::size_t>(recipe.minibatch_size), owner_of_rows);
}

/// The minibatches with their rows' signs taken off: all labels 1.
tensor::ClearInputs unsigned_rows(const Dataset& data, const TrainingRecipe& recipe, std::uint64_t seed) {
    Dataset rows = data;
    rows.labels.assign(rows.values.size() / std::max<std::size_t>(rows.features, 1), 1);
    tensor::ClearInputs inputs;
    for (Minibatch& z : draw_minibatches(rows, recipe, seed)) {
        inputs.matrices.push_back({z.rows, z.width, std::move(z.values)});
    }
    return inputs;
}

/// target(row of the data) for every row of minibatch t, 0 for the rows without content.
template <class Target>
std::vector<double> targets_of(const std::vector<std::size_t>& order, const TrainingRecipe& recipe, int t,
                               const Target& target) {
    const auto size = static_cast<std::size_t>(recipe.minibatch_size - recipe.zero_rows);
    std::vector<double> targets(static_cast<std::size_t>(recipe.minibatch_size), 0.0);
    for (std::size_t i = 0; i < size; ++i) targets[i] = target(order[static_cast<std::size_t>(t) * size + i]);
    return targets;
}

void check_count(const Dataset& data, std::size_t targets) {
    if (targets != data.rows()) {
        fail(ErrorCode::invalid_argument, "{}: {} targets for {} rows; give one for each", data.name, targets,
             data.rows());
    }
}

}  // namespace

tensor::Program one_against_rest_program(const TrainingRecipe& recipe, int classes) {
    check_start("one against the rest", recipe);
    check_classes(classes);
    tensor::Tracer in;
    const std::vector<tensor::Matrix> minibatches = declare_minibatches(in, recipe);
    std::vector<tensor::Vector> signs;
    for (int t = 0; t < recipe.minibatches; ++t) {
        for (int c = 0; c < classes; ++c) {
            signs.push_back(declare_targets(in, recipe, fmt::format("class {} of {}", c, t)));
        }
    }
    std::vector<double> odd = recipe.sigmoid.coefficients;
    const double q0 = std::exchange(odd.front(), 0.0);
    for (int c = 0; c < classes; ++c) {
        // y s(y x) = q0 y + odd(x) for y = +-1.
        in.output(training_loop(recipe, in.zeros(static_cast<std::size_t>(recipe.features)),
                                [&](int t, const tensor::Vector& v) {
                                    const auto batch = static_cast<std::size_t>(t % recipe.minibatches);
                                    const tensor::Matrix& x = minibatches[batch];
                                    const auto count = static_cast<std::size_t>(classes);
                                    const tensor::Vector& y = signs[batch * count + static_cast<std::size_t>(c)];
                                    return transpose(x) * (q0 * y + tensor::polynomial(odd, x * v));
                                }));
    }
    return std::move(in).finish();
}

tensor::ClearInputs one_against_rest_inputs(const Dataset& data, std::span<const std::uint8_t> classes_of_rows,
                                            int classes, const TrainingRecipe& recipe, std::uint64_t seed) {
    check_classes(classes);
    check_count(data, classes_of_rows.size());
    for (const int found : classes_of_rows) {
        if (found >= classes) {
            fail(ErrorCode::invalid_argument, "{}: class {} of {}; classes count from 0", data.name, found, classes);
        }
    }
    tensor::ClearInputs inputs = unsigned_rows(data, recipe, seed);
    const std::vector<std::size_t> order = shuffled_order(data.rows(), seed);
    for (int t = 0; t < recipe.minibatches; ++t) {
        for (int c = 0; c < classes; ++c) {
            inputs.vectors.push_back(
                targets_of(order, recipe, t, [&](std::size_t row) { return classes_of_rows[row] == c ? 1.0 : -1.0; }));
        }
    }
    return inputs;
}

tensor::Program linear_regression_program(const TrainingRecipe& recipe) {
    check_start("linear regression", recipe);
    tensor::Tracer in;
    const std::vector<tensor::Matrix> minibatches = declare_minibatches(in, recipe);
    std::vector<tensor::Vector> targets;
    for (int t = 0; t < recipe.minibatches; ++t) {
        targets.push_back(declare_targets(in, recipe, fmt::format("targets {}", t)));
    }
    in.output(
        training_loop(recipe, in.zeros(static_cast<std::size_t>(recipe.features)), [&](int t, const tensor::Vector& v) {
            const auto batch = static_cast<std::size_t>(t % recipe.minibatches);
            const tensor::Matrix& x = minibatches[batch];
            return transpose(x) * (targets[batch] - x * v);
        }));
    return std::move(in).finish();
}

tensor::ClearInputs linear_regression_inputs(const Dataset& data, std::span<const double> targets,
                                             const TrainingRecipe& recipe, std::uint64_t seed) {
    check_count(data, targets.size());
    if (!std::ranges::all_of(targets, [](double y) { return std::isfinite(y); })) {
        fail(ErrorCode::invalid_argument, "{}: a target is not finite; mend or drop its row", data.name);
    }
    tensor::ClearInputs inputs = unsigned_rows(data, recipe, seed);
    const std::vector<std::size_t> order = shuffled_order(data.rows(), seed);
    for (int t = 0; t < recipe.minibatches; ++t) {
        inputs.vectors.push_back(targets_of(order, recipe, t, [&](std::size_t row) { return targets[row]; }));
    }
    return inputs;
}

}  // namespace tacit::learn
