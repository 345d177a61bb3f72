#include "tacit/learn/programs.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/fail.hpp"
#include "learn/training_loop.hpp"
#include "tacit/learn/preprocess.hpp"

namespace tacit::learn {

namespace {

/// The inputs of a program as they are declared, and the gradients of the three models.
class Loop {
public:
    Loop(const TrainingRecipe& recipe, Segment segment) : recipe_(recipe), segment_(segment) {
        const auto rows = static_cast<std::size_t>(recipe.minibatch_size);
        const auto features = static_cast<std::size_t>(recipe.features);
        const std::vector<std::size_t> met = minibatches_of(recipe, segment);
        for (const std::size_t t : met) {
            minibatches_.push_back(in_.matrix(fmt::format("minibatch {}", t), rows, features, owner_of(t)));
        }
        declare_states();
        if (recipe.model == Model::logistic) return;
        for (const std::size_t t : met) {
            for (int c = 0; c < recipe.outputs(); ++c) {
                targets_.push_back(in_.vector(fmt::format("target {} of {}", c, t), rows, owner_of(t)));
            }
        }
    }

    tensor::Program write() && {
        for (int c = 0; c < recipe_.outputs(); ++c) {
            State& state = states_[static_cast<std::size_t>(c)];
            state = training_steps(recipe_, segment_, std::move(state),
                                   [&](int t, const tensor::Vector& v) { return gradient(t, c, v); });
        }
        for (const State& state : states_) in_.output(state.w);
        const bool more = segment_.first + segment_.steps < recipe_.steps();
        if (more && uses_momentum(recipe_.algorithm)) {
            for (const State& state : states_) in_.output(state.v);
        }
        return std::move(in_).finish();
    }

private:
    using State = LoopState<tensor::Vector>;

    [[nodiscard]] tensor::Owner owner_of(std::size_t minibatch) const {
        return owner_of_minibatch(recipe_, static_cast<int>(minibatch));
    }

    /// Where each output starts: all w before all v.
    void declare_states() {
        for (int c = 0; c < recipe_.outputs(); ++c) {
            const tensor::Vector w = segment_.first > 0 ? vector("weights", c, owner_of_state) : start(c);
            states_.push_back({w, w});
        }
        if (segment_.first == 0 || !uses_momentum(recipe_.algorithm)) return;
        for (int c = 0; c < recipe_.outputs(); ++c) {
            states_[static_cast<std::size_t>(c)].v = vector("momentum", c, owner_of_state);
        }
    }
    tensor::Vector vector(const char* name, int output, tensor::Owner owner) {
        return in_.vector(fmt::format("{} {}", name, output), static_cast<std::size_t>(recipe_.features), owner);
    }
    tensor::Vector start(int output) {
        if (recipe_.start == Start::zero) return in_.zeros(static_cast<std::size_t>(recipe_.features));
        return vector("start", output, recipe_.start == Start::own_model ? owner_of_rows : owner_of_foreign_model);
    }

    tensor::Vector gradient(int t, int output, const tensor::Vector& v) const {
        const std::size_t batch = static_cast<std::size_t>(t - segment_.first) % minibatches_.size();
        const tensor::Matrix& x = minibatches_[batch];
        const std::vector<double>& s = recipe_.sigmoid.coefficients;
        if (recipe_.model == Model::logistic) return transpose(x) * tensor::polynomial(s, x * v);
        const tensor::Vector& y = targets_[batch * states_.size() + static_cast<std::size_t>(output)];
        if (recipe_.model == Model::linear) return transpose(x) * (y - x * v);
        std::vector<double> odd = s;
        const double q0 = std::exchange(odd.front(), 0.0);
        return transpose(x) * (q0 * y + tensor::polynomial(odd, x * v));  // y s(y x) for y = +-1
    }

    const TrainingRecipe& recipe_;
    Segment segment_;
    tensor::Tracer in_;
    std::vector<tensor::Matrix> minibatches_;
    std::vector<State> states_;
    std::vector<tensor::Vector> targets_;
};

void check_data(const Dataset& data, const TrainingRecipe& recipe) {
    if (recipe.model == Model::linear) {
        if (!data.targets.empty()) return;
        fail(ErrorCode::invalid_argument, "{}: linear regression needs targets, and the rows have labels; give numbers",
             data.name);
    }
    if (data.targets.empty() && data.classes == recipe.classes) return;
    fail(ErrorCode::invalid_argument, "{}: a {} model of {} classes for rows of {}; choose the model for the label",
         data.name, to_string(recipe.model), recipe.classes,
         data.targets.empty() ? fmt::format("{} classes", data.classes) : "numbers");
}

void append_start(std::span<const double> start, const TrainingRecipe& recipe, tensor::ClearInputs& inputs) {
    const auto outputs = static_cast<std::size_t>(recipe.outputs());
    const auto features = static_cast<std::size_t>(recipe.features);
    const std::size_t expected = recipe.start == Start::zero ? 0 : outputs * features;
    if (start.size() != expected) {
        fail(ErrorCode::invalid_argument, "training: a start of {} weights, the recipe starts from {} with {}",
             start.size(), to_string(recipe.start), expected);
    }
    for (; !start.empty(); start = start.subspan(features)) {
        inputs.vectors.emplace_back(start.begin(), start.begin() + static_cast<std::ptrdiff_t>(features));
    }
}

/// What output c learns of a row: the target, or whether it is of class c.
double target_of(const Dataset& data, const TrainingRecipe& recipe, std::size_t row, int c) {
    if (recipe.model == Model::linear) return data.targets[row];
    return data.labels[row] == c ? 1.0 : -1.0;
}

/// For every minibatch and output, in the order of its rows; 0 for rows without content.
void append_targets(const Dataset& data, const TrainingRecipe& recipe, std::uint64_t seed,
                    tensor::ClearInputs& inputs) {
    const std::vector<std::size_t> order = shuffled_order(data.rows(), seed);
    const auto size = static_cast<std::size_t>(recipe.minibatch_size - recipe.zero_rows);
    for (int t = 0; t < recipe.minibatches; ++t) {
        for (int c = 0; c < recipe.outputs(); ++c) {
            std::vector<double> targets(static_cast<std::size_t>(recipe.minibatch_size), 0.0);
            for (std::size_t i = 0; i < size; ++i) {
                targets[i] = target_of(data, recipe, order[static_cast<std::size_t>(t) * size + i], c);
            }
            inputs.vectors.push_back(std::move(targets));
        }
    }
}

}  // namespace

tensor::Owner owner_of_minibatch(const TrainingRecipe& recipe, int minibatch) noexcept {
    return tensor::Owner{minibatch % recipe.owners};
}

std::vector<std::size_t> minibatches_of(const TrainingRecipe& recipe, Segment segment) {
    std::vector<std::size_t> met;
    for (int i = 0; i < std::min(segment.steps, recipe.minibatches); ++i) {
        met.push_back(static_cast<std::size_t>((segment.first + i) % recipe.minibatches));
    }
    return met;
}

tensor::Program training_program(const TrainingRecipe& recipe, Segment segment) {
    recipe.validate();
    if (segment.first < 0 || segment.steps < 1 || segment.first > recipe.steps() - segment.steps) {
        fail(ErrorCode::invalid_argument, "training: a segment of {} steps from step {}; the recipe has {} steps",
             segment.steps, segment.first, recipe.steps());
    }
    return Loop(recipe, segment).write();
}

tensor::ClearInputs training_inputs(const Dataset& data, const TrainingRecipe& recipe, std::uint64_t seed,
                                    std::span<const double> start) {
    recipe.validate();
    check_data(data, recipe);
    tensor::ClearInputs inputs;
    append_start(start, recipe, inputs);
    const bool is_signed = recipe.model == Model::logistic;
    Dataset rows = data;
    if (!is_signed) rows.labels.assign(rows.rows(), 1);
    for (Minibatch& z : draw_minibatches(rows, recipe, seed)) {
        inputs.matrices.push_back({z.rows, z.width, std::move(z.values)});
    }
    if (!is_signed) append_targets(data, recipe, seed, inputs);
    return inputs;
}

}  // namespace tacit::learn
