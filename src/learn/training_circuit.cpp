#include "tacit/learn/training_circuit.hpp"

#include <algorithm>
#include <bit>
#include <string>
#include <utility>

#include "base/fail.hpp"
#include "learn/baseline_circuit.hpp"
#include "learn/training_loop.hpp"
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
    if (recipe.algorithm == Algorithm::nesterov && recipe.passes == 1 && recipe.ridge == 0 &&
        recipe.start == Start::zero && segment == recipe.all_steps()) {
        return;
    }
    fail(ErrorCode::invalid_argument,
         "training circuit: the baseline is Nesterov's method from zero in one pass and one segment without ridge, as "
         "published; choose low-depth or mask-free for {}, {} passes, ridge {}, start {}, {} of {} steps",
         to_string(recipe.algorithm), recipe.passes, recipe.ridge, to_string(recipe.start), segment.steps,
         recipe.steps());
}

void check_segment(const TrainingRecipe& recipe, Segment segment) {
    if (segment.first >= 0 && segment.steps > 0 && segment.first <= recipe.steps() - segment.steps) return;
    fail(ErrorCode::invalid_argument, "training circuit: a segment of {} steps from step {}; the recipe has {} steps",
         segment.steps, segment.first, recipe.steps());
}

/// The state that a segment starts from, as inputs of a program.
LoopState<tensor::Vector> declare_state(tensor::Tracer& in, const TrainingRecipe& recipe, Segment segment) {
    const auto features = static_cast<std::size_t>(recipe.features);
    if (segment.first > 0) {
        const tensor::Vector w = in.vector("weights", features, owner_of_state);
        return {w, uses_momentum(recipe.algorithm) ? in.vector("momentum", features, owner_of_state) : w};
    }
    const auto start =
        recipe.start == Start::zero
            ? in.zeros(features)
            : in.vector("start", features, recipe.start == Start::own_model ? owner_of_rows : owner_of_foreign_model);
    return {start, start};
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
    tensor::Lowered lowered = method == Method::baseline
                                  ? write_baseline(recipe, slots)
                                  : tensor::optimise(program, slots, {.summation = summation_of(method)});
    return {method, recipe, segment, slots, std::move(program), std::move(lowered)};
}

std::vector<std::size_t> minibatches_of(const TrainingRecipe& recipe, Segment segment) {
    std::vector<std::size_t> met;
    for (int i = 0; i < std::min(segment.steps, recipe.minibatches); ++i) {
        met.push_back(static_cast<std::size_t>((segment.first + i) % recipe.minibatches));
    }
    return met;
}

tensor::Program training_program(const TrainingRecipe& recipe, Segment segment) {
    check_segment(recipe, segment);
    const auto features = static_cast<std::size_t>(recipe.features);
    const auto rows = static_cast<std::size_t>(recipe.minibatch_size);
    tensor::Tracer in;
    std::vector<tensor::Matrix> minibatches;
    for (const std::size_t batch : minibatches_of(recipe, segment)) {
        minibatches.push_back(in.matrix("minibatch " + std::to_string(batch), rows, features, owner_of_rows));
    }
    const auto gradient = [&](int t, const tensor::Vector& v) {
        const tensor::Matrix& z = minibatches[static_cast<std::size_t>(t - segment.first) % minibatches.size()];
        return transpose(z) * tensor::polynomial(recipe.sigmoid.coefficients, z * v);
    };
    const auto state = training_steps(recipe, segment, declare_state(in, recipe, segment), gradient);
    in.output(state.w);
    const bool more = segment.first + segment.steps < recipe.steps();
    if (more && uses_momentum(recipe.algorithm)) in.output(state.v);
    return std::move(in).finish();
}

namespace {

tensor::ClearMatrix matrix_of(const Minibatch& z) { return {z.rows, z.width, z.values}; }

/// What is not given is zero, between segments.
tensor::ClearInputs clear_inputs(const TrainingCircuit& training, std::span<const Minibatch> minibatches,
                                 const TrainingState& start) {
    tensor::ClearInputs inputs{{}, start};
    const bool parts = training.segment.first > 0;
    if (parts && start.empty()) {
        for (const tensor::VectorInfo& v : training.program.vectors()) inputs.vectors.emplace_back(v.size, 0.0);
    }
    if (parts && minibatches.empty()) {
        for (const tensor::MatrixInfo& m : training.program.matrices()) {
            inputs.matrices.push_back({m.rows, m.columns, std::vector<double>(m.rows * m.columns, 0.0)});
        }
        return inputs;
    }
    const auto expected = static_cast<std::size_t>(training.recipe.minibatches);
    if (minibatches.size() != expected) {
        fail(ErrorCode::invalid_argument, "training inputs: {} minibatches, the recipe has {}; draw them with it",
             minibatches.size(), expected);
    }
    for (const std::size_t batch : minibatches_of(training.recipe, training.segment)) {
        inputs.matrices.push_back(matrix_of(minibatches[batch]));
    }
    return inputs;
}

}  // namespace

InputPacker::InputPacker(const TrainingCircuit& training, std::span<const Minibatch> minibatches,
                         const TrainingState& start)
    : training_(training),
      inputs_(clear_inputs(training, minibatches, start)),
      packer_(training.program, training.lowered, inputs_) {}

std::vector<std::size_t> inputs_of(const TrainingCircuit& training, tensor::Owner owner) {
    std::vector<std::size_t> inputs;
    for (std::size_t i = 0; i < training.lowered.inputs.size(); ++i) {
        if (tensor::owner(training.program, training.lowered.inputs[i]) == owner) inputs.push_back(i);
    }
    return inputs;
}

TrainingState extract_state(const TrainingCircuit& training, std::span<const ComplexSlots> outputs) {
    return unpack(training.program, training.lowered, outputs);
}

std::vector<double> extract_weights(const TrainingCircuit& training, std::span<const ComplexSlots> outputs) {
    return extract_state(training, outputs).front();
}

}  // namespace tacit::learn
