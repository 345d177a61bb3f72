#include "tacit/learn/training_plan.hpp"

#include <algorithm>
#include <span>

#include "base/fail.hpp"
#include "tacit/tensor/optimise.hpp"

namespace tacit::learn {

namespace {

using compile::Instruction;

constexpr int most_steps = 64;      // deeper than any ring
constexpr int largest_side = 4096;  // of a minibatch

void check_size(const char* name, int value, int limit) {
    if (value > limit) {
        fail(ErrorCode::invalid_argument, "encrypted training: {} is {}, the limit is {}; choose less", name, value,
             limit);
    }
}

std::size_t fewest_slots(Method method, const TrainingRecipe& recipe) {
    const int slots = method == Method::baseline ? recipe.features : 2 * recipe.minibatch_size;
    return static_cast<std::size_t>(slots);
}

void hash_instruction(Hasher& hasher, const Instruction& i) {
    for (const auto field :
         {static_cast<std::int64_t>(i.step), std::int64_t{i.lhs}, std::int64_t{i.rhs}, std::int64_t{i.attribute},
          std::int64_t{i.type.level}, std::int64_t{i.type.scale_power}, std::int64_t{i.type.degree}}) {
        hasher.update(static_cast<std::uint64_t>(field));
    }
}

ckks::Parameters make_parameters(const TrainingChoice& choice, int depth, std::size_t min_slots) {
    try {
        return ckks::Parameters::create({.depth = depth,
                                         .scale_bits = choice.scale_bits,
                                         .security_bits = choice.security_bits,
                                         .min_slots = min_slots});
    } catch (const Error& error) {
        fail(error.code(), "{} steps by the {} circuit have depth {}: {} (fewer minibatches have less depth)",
             choice.recipe.steps(), to_string(choice.method), depth, error.what());
    }
}

}  // namespace

Digest TrainingPlan::fingerprint() const {
    Hasher hasher;
    hasher.update(static_cast<std::uint64_t>(program.slots()));
    for (const Instruction& i : program.instructions()) hash_instruction(hasher, i);
    for (std::size_t number = 0; number < program.circuit().constant_count(); ++number) {
        const auto constant = program.circuit().constant(static_cast<std::int32_t>(number));
        hasher.update(static_cast<std::uint64_t>(constant.size()));
        hasher.update(std::as_bytes(constant));
    }
    for (const std::uint32_t output : program.outputs()) hasher.update(std::uint64_t{output});
    return hasher.finish();
}

TrainingPlan make_training_plan(Method method, const TrainingRecipe& recipe, std::size_t slots) {
    check_size("the number of steps", recipe.steps(), most_steps);
    check_size("the minibatch size", recipe.minibatch_size, largest_side);
    check_size("the number of features", recipe.features, largest_side);
    TrainingCircuit training = make_training_circuit(method, recipe, slots);
    compile::ManagedCircuit program = compile::manage(training.lowered.circuit, slots);
    return {std::move(training), std::move(program)};
}

PlannedTraining plan_training(const TrainingChoice& choice) {
    choice.recipe.validate();
    std::size_t slots = fewest_slots(choice.method, choice.recipe);
    if (choice.method != Method::baseline) {
        // No circuit has fewer levels, and one for too small a ring takes long to write.
        const int depth = tensor::least_depth(training_program(choice.recipe), summation_of(choice.method));
        slots = make_parameters(choice, depth, slots).slots();
    }
    for (;;) {
        TrainingPlan plan = make_training_plan(choice.method, choice.recipe, slots);
        const ckks::Parameters parameters = make_parameters(choice, plan.program.depth(), slots);
        if (parameters.slots() == slots) return {std::move(plan), parameters};
        slots = std::max(parameters.slots(), slots);
    }
}

}  // namespace tacit::learn
