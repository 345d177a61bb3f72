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

void check_segment(const TrainingRecipe& recipe, Segment segment) {
    if (segment.first >= 0 && segment.steps > 0 && segment.first <= recipe.steps() - segment.steps) return;
    fail(ErrorCode::invalid_argument, "training circuit: a segment of {} steps from step {}; the recipe has {} steps",
         segment.steps, segment.first, recipe.steps());
}

/// The inputs of a program as they are declared, and the gradients of the three models.
class Loop {
public:
    Loop(const TrainingRecipe& recipe, Segment segment)
        : recipe_(recipe), segment_(segment), outputs_(static_cast<std::size_t>(recipe.outputs())) {
        const auto rows = static_cast<std::size_t>(recipe.minibatch_size);
        const auto features = static_cast<std::size_t>(recipe.features);
        const auto minibatches = minibatches_of(recipe, segment);
        for (const std::size_t t : minibatches) {
            minibatches_.push_back(
                in_.matrix(fmt::format("minibatch {}", t), rows, features, owner_of_minibatch(recipe, t)));
        }
        for (std::size_t i = 0; i < state_size(recipe, segment); ++i) {
            state_.push_back(in_.vector(fmt::format("start {}", i), features, owner_of_start()));
        }
        if (recipe.model == Model::logistic) return;
        for (const std::size_t t : minibatches) {
            for (std::size_t c = 0; c < outputs_; ++c) {
                targets_.push_back(
                    in_.vector(fmt::format("target {} of {}", c, t), rows, owner_of_minibatch(recipe, t)));
            }
        }
    }

    tensor::Program write() && {
        std::vector<tensor::Vector> momentum;
        for (std::size_t c = 0; c < outputs_; ++c) {
            const auto gradient = [&](int t, const tensor::Vector& v) { return this->gradient(t, c, v); };
            const auto state = training_steps(recipe_, segment_, start(c), gradient);
            in_.output(state.w);
            momentum.push_back(state.v);
        }
        const bool more = segment_.first + segment_.steps < recipe_.steps();
        if (more && uses_momentum(recipe_.algorithm)) {
            for (const tensor::Vector& v : momentum) in_.output(v);
        }
        return std::move(in_).finish();
    }

private:
    [[nodiscard]] tensor::Owner owner_of_start() const {
        if (segment_.first > 0) return owner_of_state;
        return recipe_.start == Start::own_model ? owner_of_rows : owner_of_foreign_model;
    }

    [[nodiscard]] LoopState<tensor::Vector> start(std::size_t output) {
        if (state_.empty()) {
            const tensor::Vector zero = in_.zeros(static_cast<std::size_t>(recipe_.features));
            return {zero, zero};
        }
        return {state_[output], state_[state_.size() - outputs_ + output]};
    }

    [[nodiscard]] tensor::Vector gradient(int t, std::size_t output, const tensor::Vector& v) const {
        const std::size_t batch = static_cast<std::size_t>(t - segment_.first) % minibatches_.size();
        const tensor::Matrix& x = minibatches_[batch];
        const std::vector<double>& s = recipe_.sigmoid.coefficients;
        if (recipe_.model == Model::logistic) return transpose(x) * tensor::polynomial(s, x * v);
        const tensor::Vector& y = targets_[batch * outputs_ + output];
        if (recipe_.model == Model::linear) return transpose(x) * (y - x * v);
        std::vector<double> odd = s;
        const double q0 = std::exchange(odd.front(), 0.0);
        return transpose(x) * (q0 * y + tensor::polynomial(odd, x * v));  // y s(y x) for y = +-1
    }

    const TrainingRecipe& recipe_;
    Segment segment_;
    std::size_t outputs_;
    tensor::Tracer in_;
    std::vector<tensor::Matrix> minibatches_;
    std::vector<tensor::Vector> state_;  ///< all w, then all v
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

/// As many vectors as expected, or none at all if those may be zeros.
std::vector<std::vector<double>> vectors_or_zeros(const char* what, const std::vector<std::vector<double>>& given,
                                                  std::size_t expected, std::size_t size, bool may_be_missing) {
    if (given.size() == expected) return given;
    if (given.empty() && may_be_missing) return {expected, std::vector<double>(size, 0.0)};
    fail(ErrorCode::invalid_argument, "training inputs: {} {}, the recipe has {}; make them with it", given.size(),
         what, expected);
}

}  // namespace

tensor::Owner owner_of_minibatch(const TrainingRecipe& recipe, std::size_t minibatch) noexcept {
    return tensor::Owner{static_cast<std::int32_t>(minibatch % static_cast<std::size_t>(recipe.owners))};
}

std::vector<std::size_t> minibatches_of(const TrainingRecipe& recipe, Segment segment) {
    std::vector<std::size_t> met;
    for (int i = 0; i < std::min(segment.steps, recipe.minibatches); ++i) {
        met.push_back(static_cast<std::size_t>((segment.first + i) % recipe.minibatches));
    }
    return met;
}

std::size_t state_size(const TrainingRecipe& recipe, Segment segment) {
    const auto outputs = static_cast<std::size_t>(recipe.outputs());
    if (segment.first > 0) return uses_momentum(recipe.algorithm) ? 2 * outputs : outputs;
    return recipe.start == Start::zero ? 0 : outputs;
}

tensor::Program training_program(const TrainingRecipe& recipe, Segment segment) {
    recipe.validate();
    check_segment(recipe, segment);
    return Loop(recipe, segment).write();
}

tensor::ClearInputs training_rows(const Dataset& data, const TrainingRecipe& recipe, std::uint64_t seed) {
    recipe.validate();
    check_data(data, recipe);
    tensor::ClearInputs inputs;
    const bool is_signed = recipe.model == Model::logistic;
    Dataset rows = data;
    if (!is_signed) rows.labels.assign(rows.rows(), 1);
    for (Minibatch& z : draw_minibatches(rows, recipe, seed)) {
        inputs.matrices.push_back({z.rows, z.width, std::move(z.values)});
    }
    if (!is_signed) append_targets(data, recipe, seed, inputs);
    return inputs;
}

tensor::ClearInputs training_rows_of_owner(const Dataset& own, const TrainingRecipe& recipe, int owner,
                                           std::uint64_t seed) {
    recipe.validate();
    if (owner < 0 || owner >= recipe.owners) {
        fail(ErrorCode::invalid_argument, "training rows: owner {} of {}; owners count from 0", owner, recipe.owners);
    }
    const auto count = static_cast<std::size_t>(recipe.minibatches);
    TrainingRecipe alone = recipe;
    alone.owners = 1;
    alone.minibatches = (recipe.minibatches - owner + recipe.owners - 1) / recipe.owners;
    tensor::ClearInputs drawn = training_rows(own, alone, seed);
    const std::size_t targets = drawn.vectors.size() / drawn.matrices.size();
    const tensor::ClearMatrix& first = drawn.matrices.front();
    const tensor::ClearMatrix none{first.rows, first.columns, std::vector<double>(first.values.size(), 0.0)};
    tensor::ClearInputs rows{std::vector(count, none),
                             std::vector(count * targets, std::vector<double>(first.rows, 0.0))};
    for (std::size_t i = 0; i < drawn.matrices.size(); ++i) {
        const std::size_t t = i * static_cast<std::size_t>(recipe.owners) + static_cast<std::size_t>(owner);
        rows.matrices[t] = std::move(drawn.matrices[i]);
        for (std::size_t c = 0; c < targets; ++c) {
            rows.vectors[t * targets + c] = std::move(drawn.vectors[i * targets + c]);
        }
    }
    return rows;
}

tensor::ClearInputs segment_inputs(const TrainingRecipe& recipe, Segment segment, const tensor::ClearInputs& rows,
                                   const TrainingState& start) {
    const auto size = static_cast<std::size_t>(recipe.minibatch_size);
    const auto features = static_cast<std::size_t>(recipe.features);
    const auto count = static_cast<std::size_t>(recipe.minibatches);
    const auto outputs = recipe.model == Model::logistic ? 0 : static_cast<std::size_t>(recipe.outputs());
    const bool parts = segment.first > 0;
    tensor::ClearInputs inputs;
    inputs.vectors = vectors_or_zeros("vectors to start from", start, state_size(recipe, segment), features, parts);
    const bool no_rows = parts && rows.matrices.empty();
    if (!no_rows && rows.matrices.size() != count) {
        fail(ErrorCode::invalid_argument, "training inputs: {} minibatches, the recipe has {}; draw them with it",
             rows.matrices.size(), count);
    }
    const auto targets = vectors_or_zeros("vectors of targets", rows.vectors, count * outputs, size, no_rows);
    for (const std::size_t t : minibatches_of(recipe, segment)) {
        inputs.matrices.push_back(no_rows ? tensor::ClearMatrix{size, features, std::vector<double>(size * features)}
                                          : rows.matrices[t]);
        for (std::size_t c = 0; c < outputs; ++c) inputs.vectors.push_back(targets[t * outputs + c]);
    }
    return inputs;
}

}  // namespace tacit::learn
