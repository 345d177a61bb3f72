#include "tacit/learn/training_circuit.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "base/throws.hpp"
#include "tacit/circuit/domains.hpp"
#include "tacit/circuit/text.hpp"
#include "tacit/learn/clear_training.hpp"

namespace tacit::learn {
namespace {

std::vector<Minibatch> random_minibatches(const TrainingRecipe& recipe, unsigned seed) {
    std::mt19937_64 generator(seed);
    std::uniform_real_distribution<double> uniform(-0.5, 0.5);
    std::vector<Minibatch> minibatches;
    for (int t = 0; t < recipe.minibatches; ++t) {
        Minibatch z{static_cast<std::size_t>(recipe.minibatch_size), static_cast<std::size_t>(recipe.features), {}};
        z.values.resize(z.rows * z.width);
        for (double& x : z.values) x = uniform(generator);
        minibatches.push_back(std::move(z));
    }
    return minibatches;
}

std::vector<double> run_in_clear(const TrainingCircuit& training, std::span<const Minibatch> minibatches,
                                 std::span<const double> start = {}) {
    std::vector<ComplexSlots> inputs;
    const TrainingState state = start.empty() ? TrainingState{} : TrainingState{{start.begin(), start.end()}};
    InputPacker pack(training, minibatches, state);
    for (std::size_t input = 0; input < pack.count(); ++input) {
        const ComplexSlots period = pack(input);
        ComplexSlots slots(training.slots);
        for (std::size_t i = 0; i < slots.size(); ++i) slots[i] = period[i % period.size()];
        inputs.push_back(std::move(slots));
    }
    circuit::Plain plain(training.slots, std::move(inputs));
    std::vector<ComplexSlots> outputs;
    for (const auto& value : interpret(training.lowered.circuit, plain))
        outputs.emplace_back(value.values().begin(), value.values().end());
    return extract_weights(training, outputs);
}

constexpr Method methods[] = {Method::baseline, Method::low_depth, Method::mask_free};

TEST(TrainingCircuit, DepthFromZeroAtSixMinibatchesIs26And12And10) {
    const TrainingRecipe recipe;
    EXPECT_EQ(circuit::depth(make_training_circuit(Method::baseline, recipe, 32768).lowered.circuit), 26);
    EXPECT_EQ(circuit::depth(make_training_circuit(Method::low_depth, recipe, 16384).lowered.circuit), 12);
    EXPECT_EQ(circuit::depth(make_training_circuit(Method::mask_free, recipe, 16384).lowered.circuit), 10);
}

TEST(TrainingCircuit, EveryMethodTrainsTheModelOfTheClearTwin) {
    for (const std::size_t slots : {64, 128, 256, 1024}) {
        for (int k = 1; k <= 7; ++k) {
            TrainingRecipe recipe;
            recipe.minibatches = k;
            recipe.minibatch_size = 16;
            recipe.features = 32;
            recipe.learning_rate = 2;
            const auto minibatches = random_minibatches(recipe, static_cast<unsigned>(k));
            const std::vector<double> expected = train_clear(minibatches, recipe).weights;
            for (const Method method : methods) {
                const TrainingCircuit training = make_training_circuit(method, recipe, slots);
                const std::vector<double> weights = run_in_clear(training, minibatches);
                for (std::size_t i = 0; i < weights.size(); ++i) {
                    ASSERT_NEAR(weights[i], expected[i], 1e-9)
                        << to_string(method) << ", " << k << " minibatches, " << slots << " slots, weight " << i;
                }
            }
        }
    }
}

TEST(TrainingCircuit, DepthFollowsTheFormulas) {
    for (int k = 1; k <= 12; ++k) {
        TrainingRecipe recipe;
        recipe.minibatches = k;
        recipe.minibatch_size = 8;
        recipe.features = 16;
        const auto depth = [&](Method method) {
            return circuit::depth(make_training_circuit(method, recipe, 128).lowered.circuit);
        };
        EXPECT_EQ(depth(Method::baseline), 5 * k - 4);
        EXPECT_EQ(depth(Method::low_depth), k == 1 ? 0 : (5 * k - 6) / 2);
        EXPECT_EQ(depth(Method::mask_free), 2 * k - 2);
    }
}

/// Every algorithm, start, ridge and number of passes, small enough for a search each.
std::vector<TrainingRecipe> variants() {
    std::vector<TrainingRecipe> recipes;
    for (const Algorithm algorithm :
         {Algorithm::gradient_descent, Algorithm::nesterov, Algorithm::quadratic_gradient}) {
        for (const Start start : {Start::zero, Start::own_model, Start::foreign_model}) {
            for (const double ridge : {0.0, 0.1}) {
                for (const int passes : {1, 3}) {
                    TrainingRecipe recipe;
                    recipe.minibatches = passes == 1 ? 3 : 1;
                    recipe.passes = passes;
                    recipe.minibatch_size = 8;
                    recipe.zero_rows = passes - 1;
                    recipe.features = 16;
                    recipe.algorithm = algorithm;
                    recipe.start = start;
                    recipe.ridge = ridge;
                    recipe.learning_rate = 1.5;
                    recipes.push_back(recipe);
                }
            }
        }
    }
    return recipes;
}

std::string text(const TrainingRecipe& r) {
    return std::string(to_string(r.algorithm)) + ", start " + to_string(r.start) + ", ridge " +
           std::to_string(r.ridge) + ", passes " + std::to_string(r.passes);
}

std::vector<double> start_of(const TrainingRecipe& recipe) {
    std::vector<double> start;
    if (recipe.start == Start::zero) return start;
    for (int i = 0; i < recipe.features; ++i) start.push_back(0.1 * (i % 5) - 0.2);
    return start;
}

TEST(TrainingCircuit, EveryVariantTrainsTheModelOfTheClearTwin) {
    for (const TrainingRecipe& recipe : variants()) {
        SCOPED_TRACE(text(recipe));
        const auto minibatches = random_minibatches(recipe, 7);
        const auto start = start_of(recipe);
        const std::vector<double> expected = train_clear(minibatches, recipe, Slope::polynomial, start).weights;
        tensor::ClearInputs inputs;
        if (!start.empty()) inputs.vectors.push_back(start);
        for (const Minibatch& z : minibatches) inputs.matrices.push_back({z.rows, z.width, z.values});
        const auto evaluated = tensor::evaluate(training_program(recipe), inputs).front();
        for (const Method method : {Method::low_depth, Method::mask_free}) {
            const auto weights = run_in_clear(make_training_circuit(method, recipe, 128), minibatches, start);
            for (std::size_t i = 0; i < expected.size(); ++i) {
                ASSERT_NEAR(evaluated[i], expected[i], 1e-12);
                ASSERT_NEAR(weights[i], expected[i], 1e-9) << to_string(method) << ", weight " << i;
            }
        }
    }
}

TEST(TrainingCircuit, VariantsFromZeroAreNoDeeperThanNesterov) {
    for (const TrainingRecipe& recipe : variants()) {
        SCOPED_TRACE(text(recipe));
        const int depth = circuit::depth(make_training_circuit(Method::mask_free, recipe, 128).lowered.circuit);
        const int from_zero = 2 * recipe.steps() - 2;
        // A start that the owner of the rows knows costs the first step's polynomial, a foreign one a product before.
        EXPECT_LE(depth, recipe.start == Start::zero        ? from_zero
                         : recipe.start == Start::own_model ? from_zero + 2
                                                            : from_zero + 3);
    }
}

TEST(TrainingCircuit, TheBaselineIsThePublishedOneAndNoOther) {
    for (const TrainingRecipe& recipe : variants()) {
        const bool published = recipe.algorithm == Algorithm::nesterov && recipe.start == Start::zero &&
                               recipe.ridge == 0 && recipe.passes == 1;
        if (published) {
            EXPECT_NO_THROW((void)make_training_circuit(Method::baseline, recipe, 128));
        } else {
            expect_throws(ErrorCode::invalid_argument, "choose low-depth or mask-free",
                          [&] { return make_training_circuit(Method::baseline, recipe, 128); });
        }
    }
}

TEST(TrainingCircuit, TheBaselineTakesACubicAlone) {
    TrainingRecipe recipe;
    recipe.sigmoid = SigmoidPolynomial::fit(8, 5);
    expect_throws(ErrorCode::invalid_argument, "not degree 5",
                  [&] { return make_training_circuit(Method::baseline, recipe, 1024); });
    recipe.sigmoid.coefficients = {0.5, -0.1, 0, -0.001};
    expect_throws(ErrorCode::invalid_argument, "not degree 3 and -0.001",
                  [&] { return make_training_circuit(Method::baseline, recipe, 1024); });
}

/// What the search finds, operation by operation, beside the published order (docs/optimiser.md shows both).
TEST(TrainingCircuit, CircuitsForThreeSmallMinibatchesAreTheGoldenOnes) {
    TrainingRecipe recipe;
    recipe.minibatches = 3;
    recipe.minibatch_size = recipe.features = 4;
    for (const Method method : methods) {
        const auto file = std::filesystem::path(TACIT_SOURCE_DIR) / "tests/golden/training" /
                          (std::string(to_string(method)) + ".circuit");
        std::ifstream stream(file);
        const std::string golden{std::istreambuf_iterator<char>(stream), {}};
        EXPECT_EQ(circuit::parse(golden), make_training_circuit(method, recipe, 32).lowered.circuit)
            << file << " holds another circuit";
    }
}

}  // namespace
}  // namespace tacit::learn
