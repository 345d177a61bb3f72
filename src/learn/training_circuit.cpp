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
    fail(ErrorCode::invalid_argument,
         "training circuit: the baseline is logistic regression of one owner's rows by Nesterov's method from zero in "
         "one pass and one segment without ridge, as published; choose low-depth or mask-free for {} regression, {}, "
         "{} passes, ridge {}, start {}, {} of {} steps, {} owners",
         to_string(recipe.model), to_string(recipe.algorithm), recipe.passes, recipe.ridge, to_string(recipe.start),
         segment.steps, recipe.steps(), recipe.owners);
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

tensor::ClearInputs rows_of(std::span<const Minibatch> minibatches) {
    tensor::ClearInputs rows;
    for (const Minibatch& z : minibatches) rows.matrices.push_back({z.rows, z.width, z.values});
    return rows;
}

}  // namespace

InputPacker::InputPacker(const TrainingCircuit& training, const tensor::ClearInputs& rows, const TrainingState& start)
    : training_(training),
      inputs_(segment_inputs(training.recipe, training.segment, rows, start)),
      packer_(training.program, training.lowered, inputs_) {}

InputPacker::InputPacker(const TrainingCircuit& training, std::span<const Minibatch> minibatches,
                         const TrainingState& start)
    : InputPacker(training, rows_of(minibatches), start) {}

std::vector<std::size_t> inputs_of(const TrainingCircuit& training, tensor::Owner owner) {
    std::vector<std::size_t> inputs;
    for (std::size_t i = 0; i < training.lowered.inputs.size(); ++i) {
        if (tensor::owner(training.program, training.lowered.inputs[i]) == owner) inputs.push_back(i);
    }
    return inputs;
}

std::vector<std::size_t> row_inputs(const TrainingCircuit& training) {
    std::vector<std::size_t> inputs;
    for (std::size_t i = 0; i < training.lowered.inputs.size(); ++i) {
        if (tensor::owner(training.program, training.lowered.inputs[i]) != owner_of_state) inputs.push_back(i);
    }
    return inputs;
}

TrainingState extract_state(const TrainingCircuit& training, std::span<const ComplexSlots> outputs) {
    return unpack(training.program, training.lowered, outputs);
}

std::vector<double> extract_weights(const TrainingCircuit& training, std::span<const ComplexSlots> outputs) {
    const TrainingState state = extract_state(training, outputs);
    std::vector<double> weights;
    for (int c = 0; c < training.recipe.outputs(); ++c) {
        const auto& one = state[static_cast<std::size_t>(c)];
        weights.insert(weights.end(), one.begin(), one.end());
    }
    return weights;
}

}  // namespace tacit::learn
