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

class Numbers {
public:
    std::vector<double> operator()(std::size_t count) {
        std::vector<double> values(count);
        for (double& x : values) x = uniform_(generator_);
        return values;
    }

private:
    std::mt19937_64 generator_{seed};
    std::uniform_real_distribution<double> uniform_{-0.5, 0.5};
};

/// Rows and targets of a whole recipe.
tensor::ClearInputs random_rows(const TrainingRecipe& recipe) {
    Numbers numbers;
    tensor::ClearInputs rows;
    const tensor::Program program = training_program(recipe);
    for (const auto& m : program.matrices()) rows.matrices.push_back({m.rows, m.columns, numbers(m.rows * m.columns)});
    for (std::size_t i = state_size(recipe, recipe.all_steps()); i < program.vectors().size(); ++i)
        rows.vectors.push_back(numbers(program.vectors()[i].size));
    return rows;
}

TrainingState random_start(const TrainingRecipe& recipe) {
    Numbers numbers;
    TrainingState start(state_size(recipe, recipe.all_steps()));
    for (auto& w : start) w = numbers(static_cast<std::size_t>(recipe.features));
    return start;
}

/// Each owner packs what is his, the circuit runs on clear slots.
TrainingState run(const TrainingCircuit& training, const tensor::ClearInputs& rows, const TrainingState& state) {
    std::vector<ComplexSlots> slots(training.lowered.inputs.size());
    const auto pack = [&](InputPacker& packer, const std::vector<std::size_t>& mine) {
        for (const std::size_t input : mine) {
            const ComplexSlots period = packer(input);
            slots[input].resize(training.slots);
            for (std::size_t i = 0; i < training.slots; ++i) slots[input][i] = period[i % period.size()];
        }
    };
    const bool first = training.segment.first == 0;
    InputPacker customer(training, rows, first ? state : TrainingState{});
    pack(customer, row_inputs(training));
    if (!first) {
        InputPacker refresher(training, tensor::ClearInputs{}, state);
        pack(refresher, inputs_of(training, owner_of_state));
    }
    circuit::Plain plain(training.slots, std::move(slots));
    std::vector<ComplexSlots> outputs;
    for (const auto& value : interpret(training.lowered.circuit, plain))
        outputs.emplace_back(value.values().begin(), value.values().end());
    return extract_state(training, outputs);
}

/// The weights at the end.
std::vector<double> run_in_segments(const TrainingRecipe& recipe, int steps, Method method = Method::mask_free) {
    const tensor::ClearInputs rows = random_rows(recipe);
    TrainingState state = random_start(recipe);
    for (const Segment segment : split_into_segments(recipe, steps)) {
        state = run(make_training_circuit(method, recipe, 128, segment), rows, state);
    }
    std::vector<double> weights;
    for (const auto& one : state) weights.insert(weights.end(), one.begin(), one.end());
    return weights;
}

std::vector<double> clear_twin(const TrainingRecipe& recipe) {
    return clear_weights(recipe, random_rows(recipe), random_start(recipe));
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
                const std::vector<double> expected = clear_twin(recipe);
                // 2 and 4 cut within a pass, 4 meets minibatches twice.
                for (const int steps : {1, 2, 3, 4}) expect_near(run_in_segments(recipe, steps), expected, 1e-9);
            }
        }
    }
}

TEST(Segments, SixtyStepsTrainTheModelOfTheClearTwin) {
    TrainingRecipe recipe{.minibatches = 20, .passes = 3, .minibatch_size = 8};
    recipe.features = 8;
    recipe.learning_rate = 1;
    const std::vector<double> expected = clear_twin(recipe);
    for (const Method method : {Method::low_depth, Method::mask_free}) {
        expect_near(run_in_segments(recipe, 7, method), expected, 1e-9);
    }
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
    tensor::ClearInputs rows = random_rows(recipe);
    rows.matrices.pop_back();
    expect_throws(ErrorCode::invalid_argument, "3 minibatches, the recipe has 4",
                  [&] { return InputPacker(second, rows).count(); });
    const TrainingState half(1, std::vector<double>(8, 0.0));
    expect_throws(ErrorCode::invalid_argument, "1 vectors to start from, the recipe has 2",
                  [&] { return InputPacker(second, tensor::ClearInputs{}, half).count(); });
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
    choice.recipe = {.minibatches = 16, .minibatch_size = 16, .features = 16};
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
    EXPECT_GE(plan_training(choice).segments.size(), 8U);
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
