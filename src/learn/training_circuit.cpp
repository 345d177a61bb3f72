#include "tacit/learn/training_circuit.hpp"

#include <algorithm>
#include <bit>
#include <string>
#include <utility>

#include "base/fail.hpp"
#include "learn/baseline_circuit.hpp"
#include "tacit/tensor/optimise.hpp"

namespace tacit::learn {

const char* to_string(Method method) noexcept {
    switch (method) {
        case Method::baseline: return "baseline";
        case Method::low_depth: return "low-depth";
        case Method::mask_free: return "mask-free";
    }
    return "unknown";
}

tensor::Summation summation_of(Method method) noexcept {
    return method == Method::mask_free ? tensor::Summation::mask_free : tensor::Summation::masked;
}

namespace {

/// Nothing of a linear regression is beyond the owner of its rows, and multiplied out all of it would be his: as
/// written, the service does the work.
tensor::SearchSpace search_of(Method method, const TrainingRecipe& recipe) {
    tensor::SearchSpace search{.summation = summation_of(method)};
    if (recipe.model == Model::linear) search.association = tensor::Association::as_written;
    return search;
}

void check_power_of_two(const char* name, std::size_t value) {
    if (!std::has_single_bit(value)) {
        fail(ErrorCode::invalid_argument, "training circuit: {} is {}, not a power of two; choose {}", name, value,
             std::bit_ceil(value));
    }
}

/// The published circuit knows one algorithm.
void check_baseline(const TrainingRecipe& recipe, Segment segment) {
    const std::vector<double>& c = recipe.sigmoid.coefficients;
    if (c.size() != 4 || !(c[3] > 0)) {
        fail(
            ErrorCode::invalid_argument,
            "training circuit: the baseline takes a cubic with a positive last coefficient for the sigmoid, not degree "
            "{} and {}; fit one around 0, or choose low-depth or mask-free",
            recipe.sigmoid.degree(), c.back());
    }
    if (recipe.model == Model::logistic && recipe.owners == 1 && recipe.algorithm == Algorithm::nesterov &&
        recipe.passes == 1 && recipe.ridge == 0 && recipe.start == Start::zero && segment == recipe.all_steps()) {
        return;
    }
    fail(
        ErrorCode::invalid_argument,
        "training circuit: the baseline is logistic regression of one owner's rows by Nesterov's method from zero in "
        "one pass and one segment without ridge, as published; choose low-depth or mask-free for {} regression, {}, {} "
        "passes, {} of {} steps, ridge {}, start {}, {} owners",
        to_string(recipe.model), to_string(recipe.algorithm), recipe.passes, segment.steps, recipe.steps(),
        recipe.ridge, to_string(recipe.start), recipe.owners);
}

}  // namespace

TrainingCircuit make_training_circuit(Method method, const TrainingRecipe& recipe, std::size_t slots, Segment segment) {
    recipe.validate();
    check_power_of_two("minibatch_size", static_cast<std::size_t>(recipe.minibatch_size));
    check_power_of_two("features", static_cast<std::size_t>(recipe.features));
    check_power_of_two("slots", slots);
    if (method == Method::baseline) check_baseline(recipe, segment);
    const auto needed =
        static_cast<std::size_t>(method == Method::baseline ? recipe.features : 2 * recipe.minibatch_size);
    if (slots < needed) {
        fail(ErrorCode::invalid_argument,
             "training circuit: {} needs {} slots but a ciphertext has {}; use a larger ring", to_string(method),
             needed, slots);
    }
    tensor::Program program = training_program(recipe, segment);
    tensor::Lowered lowered = method == Method::baseline ? write_baseline(recipe, slots)
                                                         : tensor::optimise(program, slots, search_of(method, recipe));
    return {method, recipe, segment, slots, std::move(program), std::move(lowered)};
}

namespace {

tensor::ClearInputs inputs_of(std::span<const Minibatch> minibatches, std::span<const double> start) {
    tensor::ClearInputs inputs;
    if (!start.empty()) inputs.vectors.emplace_back(start.begin(), start.end());
    for (const Minibatch& z : minibatches) inputs.matrices.push_back({z.rows, z.width, z.values});
    return inputs;
}

/// How many vectors a training program takes before the targets: start or state.
std::size_t leading_vectors(const TrainingRecipe& recipe, Segment segment) {
    const auto outputs = static_cast<std::size_t>(recipe.outputs());
    if (segment.first == 0) return recipe.start == Start::zero ? 0 : outputs;
    return uses_momentum(recipe.algorithm) ? 2 * outputs : outputs;
}

std::vector<std::size_t> inputs_with_state(const TrainingCircuit& training, bool state) {
    std::vector<std::size_t> inputs;
    for (std::size_t i = 0; i < training.lowered.inputs.size(); ++i) {
        const bool holds = tensor::owner(training.program, training.lowered.inputs[i]) == owner_of_state;
        if (holds == state) inputs.push_back(i);
    }
    return inputs;
}

}  // namespace

InputPacker::InputPacker(const TrainingCircuit& training, tensor::ClearInputs inputs)
    : training_(training), inputs_(std::move(inputs)), packer_(training.program, training.lowered, inputs_) {}

InputPacker::InputPacker(const TrainingCircuit& training, std::span<const Minibatch> minibatches,
                         std::span<const double> start)
    : training_(training),
      inputs_(inputs_of(minibatches, start)),
      packer_(training.program, training.lowered, inputs_) {}

tensor::ClearInputs rows_for(const TrainingCircuit& training, const tensor::ClearInputs& of_recipe) {
    const TrainingRecipe& recipe = training.recipe;
    const std::size_t before = leading_vectors(recipe, {0, 0});
    const auto outputs = recipe.model == Model::logistic ? std::size_t{0} : static_cast<std::size_t>(recipe.outputs());
    const auto expected = static_cast<std::size_t>(recipe.minibatches);
    if (of_recipe.matrices.size() != expected || of_recipe.vectors.size() != before + outputs * expected) {
        fail(ErrorCode::invalid_argument,
             "training inputs: {} minibatches and {} vectors, the recipe has {} and {}; make them by training_inputs",
             of_recipe.matrices.size(), of_recipe.vectors.size(), expected, before + outputs * expected);
    }
    tensor::ClearInputs inputs;
    const auto width = static_cast<std::size_t>(recipe.features);
    inputs.vectors.resize(leading_vectors(recipe, training.segment), std::vector<double>(width, 0.0));
    if (training.segment.first == 0) std::copy_n(of_recipe.vectors.begin(), before, inputs.vectors.begin());
    for (const std::size_t batch : minibatches_of(recipe, training.segment)) {
        inputs.matrices.push_back(of_recipe.matrices[batch]);
        for (std::size_t c = 0; c < outputs; ++c) {
            inputs.vectors.push_back(of_recipe.vectors[before + batch * outputs + c]);
        }
    }
    return inputs;
}

tensor::ClearInputs state_for(const TrainingCircuit& training, const TrainingState& state) {
    tensor::ClearInputs inputs{{}, state};
    if (training.segment.first == 0 || state.size() != leading_vectors(training.recipe, training.segment)) {
        fail(ErrorCode::invalid_argument, "training inputs: a state of {} vectors for a segment that takes {}",
             state.size(), training.segment.first == 0 ? 0 : leading_vectors(training.recipe, training.segment));
    }
    for (const tensor::MatrixInfo& m : training.program.matrices()) {
        inputs.matrices.push_back({m.rows, m.columns, std::vector<double>(m.rows * m.columns, 0.0)});
    }
    for (std::size_t i = state.size(); i < training.program.vectors().size(); ++i) {
        inputs.vectors.emplace_back(training.program.vectors()[i].size, 0.0);
    }
    return inputs;
}

std::vector<std::size_t> row_inputs(const TrainingCircuit& training) { return inputs_with_state(training, false); }
std::vector<std::size_t> state_inputs(const TrainingCircuit& training) { return inputs_with_state(training, true); }

TrainingState extract_state(const TrainingCircuit& training, std::span<const ComplexSlots> outputs) {
    return unpack(training.program, training.lowered, outputs);
}

std::vector<double> extract_weights(const TrainingCircuit& training, std::span<const ComplexSlots> outputs) {
    std::vector<double> weights;
    for (const auto& one : extract_state(training, outputs)) weights.insert(weights.end(), one.begin(), one.end());
    return weights;
}

}  // namespace tacit::learn
