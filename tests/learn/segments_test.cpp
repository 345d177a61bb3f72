// Trainings longer than a circuit, without encryption: how they are cut, and that segments one after the other are the
// training.
#include <numeric>
#include <random>
#include <set>

#include "base/throws.hpp"
#include "tacit/circuit/domains.hpp"
#include "tacit/learn/clear_training.hpp"
#include "tacit/learn/training_plan.hpp"

namespace tacit::learn {
namespace {

constexpr unsigned seed = 11;

tensor::ClearInputs random_inputs(const TrainingRecipe& recipe) {
    std::mt19937_64 generator(seed);
    std::uniform_real_distribution<double> uniform(-0.5, 0.5);
    const auto numbers = [&](std::size_t count) {
        std::vector<double> values(count);
        for (double& x : values) x = uniform(generator);
        return values;
    };
    tensor::ClearInputs inputs;
    const tensor::Program program = training_program(recipe);
    for (const auto& m : program.matrices())
        inputs.matrices.push_back({m.rows, m.columns, numbers(m.rows * m.columns)});
    for (const auto& v : program.vectors()) inputs.vectors.push_back(numbers(v.size));
    return inputs;
}

/// Each owner packs what is his, the circuit runs on clear slots.
TrainingState run(const TrainingCircuit& training, const tensor::ClearInputs& inputs, const TrainingState& state) {
    std::vector<ComplexSlots> slots(training.lowered.inputs.size());
    const auto pack = [&](const tensor::ClearInputs& known, const std::vector<std::size_t>& mine) {
        InputPacker packer(training, known);
        for (const std::size_t input : mine) {
            const ComplexSlots period = packer(input);
            slots[input].resize(training.slots);
            for (std::size_t i = 0; i < training.slots; ++i) slots[input][i] = period[i % period.size()];
        }
    };
    pack(rows_for(training, inputs), row_inputs(training));
    if (training.segment.first > 0) pack(state_for(training, state), state_inputs(training));
    circuit::Plain plain(training.slots, std::move(slots));
    std::vector<ComplexSlots> outputs;
    for (const auto& value : interpret(training.lowered.circuit, plain))
        outputs.emplace_back(value.values().begin(), value.values().end());
    return extract_state(training, outputs);
}

std::vector<double> run_in_segments(const TrainingRecipe& recipe, int steps, const tensor::ClearInputs& inputs) {
    TrainingState state;
    for (const Segment segment : split_into_segments(recipe, steps)) {
        state = run(make_training_circuit(Method::mask_free, recipe, 128, segment), inputs, state);
    }
    std::vector<double> weights;
    for (const auto& one : state) weights.insert(weights.end(), one.begin(), one.end());
    return weights;
}

void expect_near(const std::vector<double>& found, const std::vector<double>& expected, double tolerance) {
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) ASSERT_NEAR(found[i], expected[i], tolerance) << "weight " << i;
}

TEST(Segments, TakeEveryStepOnce) {
    const TrainingRecipe recipe{.minibatches = 5, .passes = 3};
    for (int steps = 1; steps <= 16; ++steps) {
        int next = 0;
        for (const Segment segment : split_into_segments(recipe, steps)) {
            EXPECT_EQ(segment.first, next);
            EXPECT_TRUE(segment.steps == steps || segment.first + segment.steps == 15);
            next += segment.steps;
        }
        EXPECT_EQ(next, 15);
    }
    expect_throws(ErrorCode::invalid_argument, "segments of 0 steps", [&] { return split_into_segments(recipe, 0); });
}

TEST(Segments, OneAfterTheOtherTheyTrainTheModelOfTheClearTwin) {
    for (const Algorithm algorithm :
         {Algorithm::gradient_descent, Algorithm::nesterov, Algorithm::quadratic_gradient}) {
        for (const Model model : {Model::logistic, Model::linear, Model::multinomial}) {
            for (const Start start : {Start::zero, Start::own_model}) {
                TrainingRecipe recipe{.minibatches = 3, .passes = 2, .minibatch_size = 8};
                recipe.model = model;
                if (model == Model::multinomial) recipe.classes = 3;
                recipe.algorithm = algorithm;
                recipe.start = start;
                recipe.features = 8;
                recipe.ridge = 0.1;
                recipe.learning_rate = 0.5;
                SCOPED_TRACE(std::string(to_string(algorithm)) + ", " + to_string(model) + ", " + to_string(start));
                const tensor::ClearInputs inputs = random_inputs(recipe);
                const std::vector<double> expected = clear_weights(recipe, inputs);
                // 2 and 4 cut within a pass, 4 meets minibatches twice.
                for (const int steps : {1, 2, 3, 4})
                    expect_near(run_in_segments(recipe, steps, inputs), expected, 1e-9);
            }
        }
    }
}

TEST(Segments, SixtyStepsTrainTheModelOfTheClearTwin) {
    TrainingRecipe recipe{.minibatches = 20, .passes = 3, .minibatch_size = 8};
    recipe.features = 8;
    recipe.learning_rate = 1;
    const tensor::ClearInputs inputs = random_inputs(recipe);
    expect_near(run_in_segments(recipe, 7, inputs), clear_weights(recipe, inputs), 1e-9);
}

TEST(Segments, ASegmentThatIsNotOfTheRecipeIsRefused) {
    const TrainingRecipe recipe{.minibatches = 4, .minibatch_size = 8, .features = 8};
    for (const Segment segment : {Segment{-1, 2}, Segment{0, 0}, Segment{3, 2}}) {
        expect_throws(ErrorCode::invalid_argument, "the recipe has 4 steps",
                      [&] { return training_program(recipe, segment); });
    }
    expect_throws(ErrorCode::invalid_argument, "choose low-depth or mask-free", [&] {
        return make_training_circuit(Method::baseline, recipe, 128, {0, 2});
    });
}

TEST(Segments, RowsAndStatesThatDoNotFitAreRefused) {
    const TrainingRecipe recipe{.minibatches = 4, .minibatch_size = 8, .features = 8};
    const TrainingCircuit second = make_training_circuit(Method::mask_free, recipe, 128, {2, 2});
    tensor::ClearInputs inputs = random_inputs(recipe);
    inputs.matrices.pop_back();
    expect_throws(ErrorCode::invalid_argument, "3 minibatches and 0 vectors, the recipe has 4 and 0",
                  [&] { return rows_for(second, inputs); });
    expect_throws(ErrorCode::invalid_argument, "a state of 1 vectors for a segment that takes 2",
                  [&] { return state_for(second, TrainingState(1, std::vector<double>(8, 0.0))); });
}

TEST(SegmentPlan, AFewStepsAreOneCircuitUnlessTheOwnerSaysOtherwise) {
    TrainingChoice choice;
    EXPECT_EQ(plan_training(choice).segments.size(), 1U);
    choice.segment_steps = 2;
    const PlannedTraining cut = plan_training(choice);
    EXPECT_EQ(cut.segments.size(), 3U);
    EXPECT_LT(cut.parameters.log_ring_dimension(), plan_training({}).parameters.log_ring_dimension());
    choice.segment_steps = 0;
    expect_throws(ErrorCode::invalid_argument, "segments of 0 steps", [&] { return plan_training(choice); });
}

TEST(SegmentPlan, DearRefreshesMakeLongSegments) {
    TrainingChoice choice;
    choice.recipe = {.minibatches = 24, .minibatch_size = 16, .features = 16};
    std::size_t last = 1000;
    for (const double seconds : {0.01, 1.0, 100.0}) {
        choice.refresh.round_trip_seconds = seconds;
        const PlannedTraining planned = plan_training(choice);
        EXPECT_LE(planned.segments.size(), last) << seconds;
        EXPECT_GE(planned.cost.total_seconds, seconds * static_cast<double>(planned.segments.size() - 1));
        last = planned.segments.size();
    }
    EXPECT_LE(last, 3U);
    choice.refresh.round_trip_seconds = 0.01;
    EXPECT_GE(plan_training(choice).segments.size(), 10U);
}

TEST(SegmentPlan, ItIsNoDearerThanAnyLengthThatCanBeStated) {
    TrainingChoice choice;
    choice.recipe = {.minibatches = 16, .minibatch_size = 16, .features = 16};
    choice.refresh.round_trip_seconds = 2;
    const double chosen = plan_training(choice).cost.total_seconds;
    for (int steps = 1; steps <= 8; ++steps) {
        choice.segment_steps = steps;
        EXPECT_LE(chosen, plan_training(choice).cost.total_seconds * (1 + 1e-12)) << steps;
    }
}

TEST(SegmentPlan, OneSetOfKeysAndParametersServesAllSegments) {
    TrainingChoice choice;
    choice.recipe = {.minibatches = 9, .passes = 2, .minibatch_size = 16, .features = 16};
    choice.segment_steps = 4;
    const PlannedTraining planned = plan_training(choice);
    ASSERT_EQ(planned.segments.size(), 5U);
    const ckks::KeyRequest all = planned.key_request();
    const std::set<int> rotations(all.rotations.begin(), all.rotations.end());
    for (const TrainingPlan& plan : planned.segments) {
        EXPECT_LE(plan.program.depth(), planned.parameters.depth());
        EXPECT_EQ(plan.training.slots, planned.parameters.slots());
        for (const int steps : plan.program.key_request().rotations) EXPECT_TRUE(rotations.contains(steps));
        EXPECT_TRUE(all.conjugation || !plan.program.key_request().conjugation);
    }
}

TEST(SegmentPlan, TheBaselineStaysOneCircuit) {
    TrainingChoice choice{.method = Method::baseline};
    choice.recipe.minibatches = 3;
    EXPECT_EQ(plan_training(choice).segments.size(), 1U);
    choice.recipe.minibatches = 40;
    expect_throws(ErrorCode::invalid_argument, "depth 196", [&] { return plan_training(choice); });
}

TEST(SegmentPlan, WhatNoRingOrMemoryHoldsIsRefused) {
    TrainingChoice choice;
    choice.recipe = {.minibatches = 100, .minibatch_size = 16, .features = 16};
    choice.segment_steps = 60;
    expect_throws(ErrorCode::invalid_argument, "60 steps by the mask-free circuit have depth",
                  [&] { return plan_training(choice); });
    choice.segment_steps = 65;
    expect_throws(ErrorCode::invalid_argument, "the number of steps of a segment is 65, the limit is 64",
                  [&] { return plan_training(choice); });
    choice.recipe.minibatches = 70000;
    expect_throws(ErrorCode::invalid_argument, "the number of steps is 70000, the limit is 65536",
                  [&] { return plan_training(choice); });
}

}  // namespace
}  // namespace tacit::learn
