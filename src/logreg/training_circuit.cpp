#include "tacit/logreg/training_circuit.hpp"

#include <bit>
#include <string>
#include <utility>

#include "base/fail.hpp"
#include "logreg/baseline_circuit.hpp"
#include "tacit/tensor/optimise.hpp"

namespace tacit::logreg {

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

}  // namespace

TrainingCircuit make_training_circuit(Method method, const TrainingRecipe& recipe, std::size_t slots) {
    recipe.validate();
    check_power_of_two("minibatch_size", static_cast<std::size_t>(recipe.minibatch_size));
    check_power_of_two("features", static_cast<std::size_t>(recipe.features));
    check_power_of_two("slots", slots);
    if (!(recipe.sigmoid.q3 > 0)) {
        fail(ErrorCode::invalid_argument,
             "training circuit: the cubic coefficient {} is not positive; fit the sigmoid 1/(1+e^u) on an "
             "interval around zero",
             recipe.sigmoid.q3);
    }
    const auto needed =
        static_cast<std::size_t>(method == Method::baseline ? recipe.features : 2 * recipe.minibatch_size);
    if (slots < needed) {
        fail(ErrorCode::invalid_argument,
             "training circuit: {} needs {} slots but a ciphertext has {}; use a larger ring", to_string(method),
             needed, slots);
    }
    tensor::Program program = training_program(recipe);
    tensor::Lowered lowered = method == Method::baseline
                                  ? write_baseline(recipe, slots)
                                  : tensor::optimise(program, slots, {.summation = summation_of(method)});
    return {method, recipe, slots, std::move(program), std::move(lowered)};
}

tensor::Program training_program(const TrainingRecipe& recipe) {
    const auto features = static_cast<std::size_t>(recipe.features);
    const std::vector<double> etas = recipe.momentum();
    const SigmoidPolynomial& s = recipe.sigmoid;
    tensor::Tracer in;
    tensor::Vector v = in.zeros(features);
    tensor::Vector w = v;
    for (std::size_t t = 0; t < etas.size(); ++t) {
        const tensor::Matrix z =
            in.matrix("minibatch " + std::to_string(t), static_cast<std::size_t>(recipe.minibatch_size), features);
        const tensor::Vector slope = tensor::polynomial({s.q0, s.q1, 0, s.q3}, z * v);
        const tensor::Vector next = v + recipe.step() * (transpose(z) * slope);
        v = (1 - etas[t]) * next + etas[t] * w;
        w = next;
    }
    in.output(w);
    return std::move(in).finish();
}

namespace {

tensor::ClearInputs matrices_of(std::span<const Minibatch> minibatches) {
    tensor::ClearInputs inputs;
    for (const Minibatch& z : minibatches) inputs.matrices.push_back({z.rows, z.width, z.values});
    return inputs;
}

}  // namespace

InputPacker::InputPacker(const TrainingCircuit& training, std::span<const Minibatch> minibatches)
    : training_(training),
      matrices_(matrices_of(minibatches)),
      packer_(training.program, training.lowered, matrices_) {}

std::vector<double> extract_weights(const TrainingCircuit& training, std::span<const ComplexSlots> outputs) {
    return unpack(training.program, training.lowered, outputs).front();
}

}  // namespace tacit::logreg
