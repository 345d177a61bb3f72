#include "tacit/learn/training_circuit.hpp"

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
void check_baseline(const TrainingRecipe& recipe) {
    const std::vector<double>& c = recipe.sigmoid.coefficients;
    if (c.size() != 4 || !(c[3] > 0)) {
        fail(
            ErrorCode::invalid_argument,
            "training circuit: the baseline takes a cubic with a positive last coefficient for the sigmoid, not degree "
            "{} and {}; fit one around 0, or choose low-depth or mask-free",
            recipe.sigmoid.degree(), c.back());
    }
    if (recipe.model == Model::logistic && recipe.owners == 1 && recipe.algorithm == Algorithm::nesterov &&
        recipe.passes == 1 && recipe.ridge == 0 && recipe.start == Start::zero) {
        return;
    }
    fail(ErrorCode::invalid_argument,
         "training circuit: the baseline is logistic regression of one owner's rows by Nesterov's method from zero in "
         "one pass without ridge, as published; choose low-depth or mask-free for {} regression, {}, {} passes, ridge "
         "{}, start {}, {} owners",
         to_string(recipe.model), to_string(recipe.algorithm), recipe.passes, recipe.ridge, to_string(recipe.start),
         recipe.owners);
}

}  // namespace

TrainingCircuit make_training_circuit(Method method, const TrainingRecipe& recipe, std::size_t slots) {
    recipe.validate();
    check_power_of_two("minibatch_size", static_cast<std::size_t>(recipe.minibatch_size));
    check_power_of_two("features", static_cast<std::size_t>(recipe.features));
    check_power_of_two("slots", slots);
    if (method == Method::baseline) check_baseline(recipe);
    const auto needed =
        static_cast<std::size_t>(method == Method::baseline ? recipe.features : 2 * recipe.minibatch_size);
    if (slots < needed) {
        fail(ErrorCode::invalid_argument,
             "training circuit: {} needs {} slots but a ciphertext has {}; use a larger ring", to_string(method),
             needed, slots);
    }
    tensor::Program program = training_program(recipe);
    tensor::Lowered lowered = method == Method::baseline ? write_baseline(recipe, slots)
                                                         : tensor::optimise(program, slots, search_of(method, recipe));
    return {method, recipe, slots, std::move(program), std::move(lowered)};
}

namespace {

tensor::ClearInputs inputs_of(std::span<const Minibatch> minibatches, std::span<const double> start) {
    tensor::ClearInputs inputs;
    if (!start.empty()) inputs.vectors.emplace_back(start.begin(), start.end());
    for (const Minibatch& z : minibatches) inputs.matrices.push_back({z.rows, z.width, z.values});
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

std::vector<double> extract_weights(const TrainingCircuit& training, std::span<const ComplexSlots> outputs) {
    std::vector<double> weights;
    for (const auto& one : unpack(training.program, training.lowered, outputs)) {
        weights.insert(weights.end(), one.begin(), one.end());
    }
    return weights;
}

}  // namespace tacit::learn
