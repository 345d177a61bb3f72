#include "tacit/logreg/training_plan.hpp"

#include <algorithm>
#include <span>

#include "base/fail.hpp"
#include "tacit/tensor/optimise.hpp"

namespace tacit::logreg {

namespace {

using compile::Instruction;
using compile::Step;

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
    for (const Instruction& i : program.instructions()) {
        hash_instruction(hasher, i);
        if (i.step == Step::add_constant || i.step == Step::mul_constant) {
            hasher.update(std::as_bytes(program.circuit().constant(i.attribute)));
        }
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

std::vector<std::size_t> instruction_costs(const compile::ManagedCircuit& program, const ckks::Parameters& parameters) {
    std::vector<std::size_t> costs;
    for (const Instruction& i : program.instructions()) {
        const std::size_t limbs = parameters.limbs(i.type.level);
        const std::size_t with_special = limbs + parameters.special_primes().size();
        const std::size_t key_switch = limbs + (parameters.digits(i.type.level) + 2) * with_special;
        switch (i.step) {
            case Step::rotate:
            case Step::conjugate: costs.push_back(key_switch); break;
            case Step::relinearize_rescale: costs.push_back(key_switch + 2 * limbs); break;
            case Step::mul_constant:
            case Step::rescale:
            case Step::drop_level: costs.push_back(2 * limbs); break;
            case Step::mul: costs.push_back(limbs); break;
            case Step::input:
            case Step::zero:
            case Step::refresh:
            case Step::mul_integer:
            case Step::add:
            case Step::sub:
            case Step::negate:
            case Step::add_constant: costs.push_back(limbs / 4 + 1); break;
        }
    }
    return costs;
}

}  // namespace tacit::logreg
