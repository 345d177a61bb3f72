#include "tacit/learn/programs.hpp"

#include <cmath>
#include <limits>
#include <random>

#include "base/throws.hpp"
#include "tacit/circuit/domains.hpp"
#include "tacit/ckks/decryptor.hpp"
#include "tacit/ckks/encryptor.hpp"
#include "tacit/learn/clear_training.hpp"
#include "tacit/learn/data_choice.hpp"
#include "tacit/learn/metrics.hpp"
#include "tacit/runtime/executor.hpp"
#include "tacit/tensor/compile.hpp"

namespace tacit::learn {
namespace {

using Weights = std::vector<std::vector<double>>;

Dataset standard(const DataChoice& choice) {
    const Dataset rows = load_data(choice).training;
    return standardised(rows, fit_standardiser(rows));
}

/// Irises with their species as 0, 1, 2.
Dataset irises() {
    DataChoice choice{.source = std::string(TACIT_SOURCE_DIR) + "/tests/data/iris.csv"};
    choice.table.features = {.label = "species", .kind = table::Label::classes};
    return standard(choice);
}

TrainingRecipe small_recipe() {
    TrainingRecipe recipe;
    recipe.model = Model::multinomial;
    recipe.classes = 3;
    recipe.minibatches = 2;
    recipe.passes = 2;
    recipe.minibatch_size = 64;
    recipe.zero_rows = 10;
    recipe.features = 8;
    return recipe;
}

Weights run_in_clear(const tensor::Program& program, const tensor::Lowered& lowered, std::size_t slots,
                     const tensor::ClearInputs& inputs) {
    std::vector<std::vector<std::complex<double>>> packed;
    tensor::Packer pack(program, lowered, inputs);
    for (const tensor::InputBlock& block : lowered.inputs) {
        const auto period = pack(block);
        packed.emplace_back(slots);
        for (std::size_t i = 0; i < slots; ++i) packed.back()[i] = period[i % period.size()];
    }
    circuit::Plain plain(slots, std::move(packed));
    std::vector<std::vector<std::complex<double>>> outputs;
    for (const auto& value : interpret(lowered.circuit, plain)) {
        outputs.emplace_back(value.values().begin(), value.values().end());
    }
    return unpack(program, lowered, outputs);
}

Weights run_encrypted(const tensor::Program& program, const tensor::Compiled& compiled,
                      const tensor::ClearInputs& inputs) {
    const auto keys = ckks::generate_keys(compiled.parameters, compiled.managed.key_request());
    const ckks::Encryptor encryptor(keys.secret_key);
    tensor::Packer pack(program, compiled.lowered, inputs);
    std::vector<ckks::Ciphertext> encrypted;
    for (const tensor::InputBlock& block : compiled.lowered.inputs) {
        encrypted.push_back(encryptor.encrypt(pack(block), compiled.managed.input_levels()[encrypted.size()]));
    }
    const ckks::Decryptor decryptor(keys.secret_key);
    std::vector<std::vector<std::complex<double>>> outputs;
    for (const auto& output : runtime::execute(compiled.managed, keys.evaluation_keys, std::move(encrypted))) {
        outputs.push_back(decryptor.decrypt_complex(output));
    }
    return unpack(program, compiled.lowered, outputs);
}

void expect_near(const Weights& found, const Weights& expected, double tolerance) {
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t c = 0; c < expected.size(); ++c) {
        ASSERT_EQ(found[c].size(), expected[c].size());
        for (std::size_t i = 0; i < expected[c].size(); ++i) EXPECT_NEAR(found[c][i], expected[c][i], tolerance) << i;
    }
}

TEST(Multinomial, IsATwoClassRegressionForEveryClass) {
    const Dataset data = irises();
    const TrainingRecipe recipe = small_recipe();
    const auto weights = evaluate(training_program(recipe), training_rows(data, recipe, 5));
    TrainingRecipe logistic = recipe;
    logistic.model = Model::logistic;
    logistic.classes = 2;
    Weights expected;
    for (const int c : {0, 1, 2}) {
        Dataset binary = data;
        binary.classes = 2;
        for (std::size_t i = 0; i < binary.rows(); ++i) binary.labels[i] = data.labels[i] == c ? 1 : 0;
        expected.push_back(train_clear(draw_minibatches(binary, logistic, 5), logistic).weights);
    }
    expect_near(weights, expected, 1e-12);
}

TEST(Multinomial, TellsThreeSpeciesApartUnderEncryption) {
    const Dataset data = irises();
    const TrainingRecipe recipe = small_recipe();
    const auto program = training_program(recipe);
    const auto inputs = training_rows(data, recipe, 5);
    const auto weights = run_encrypted(program, tensor::compile(program), inputs);
    expect_near(weights, evaluate(program, inputs), 1e-3);
    Weights score;
    for (const auto& w : weights) score.push_back(scores(data, w));
    const auto counts = confusion_matrix(likeliest_classes(score), data.labels, 3);
    EXPECT_GE(counts[0][0] + counts[1][1] + counts[2][2], data.rows() * 4 / 5);
}

TEST(Programs, StartFromAModel) {
    const Dataset data = irises();
    TrainingRecipe first = small_recipe();
    first.algorithm = Algorithm::gradient_descent;  // which remembers nothing but the weights
    TrainingRecipe second = first;
    second.start = Start::own_model;
    for (auto* recipe : {&first, &second}) recipe->passes = 1;
    TrainingRecipe both = first;
    both.passes = 2;
    const auto rows = training_rows(data, first, 5);
    const TrainingState half = evaluate(training_program(first), rows);
    const auto whole = clear_weights(second, rows, half);
    const auto expected = clear_weights(both, rows);
    ASSERT_EQ(whole.size(), expected.size());
    for (std::size_t i = 0; i < whole.size(); ++i) EXPECT_NEAR(whole[i], expected[i], 1e-12);
    expect_throws(ErrorCode::invalid_argument, "1 vectors to start from, the recipe has 3",
                  [&] { return clear_weights(second, rows, {half.front()}); });
    expect_throws(ErrorCode::invalid_argument, "0 vectors of targets, the recipe has 6", [&] {
        return clear_weights(first, {rows.matrices, {}});
    });
}

TEST(Programs, InSegmentsTakeTheSameSteps) {
    const Dataset data = irises();
    for (const Model model : {Model::multinomial, Model::linear}) {
        TrainingRecipe recipe = small_recipe();
        Dataset of_model = data;
        if (model == Model::linear) {
            recipe.model = model;
            recipe.classes = 2;
            recipe.learning_rate = 0.5;
            of_model.targets.assign(data.labels.begin(), data.labels.end());
            of_model.labels.assign(data.rows(), 1);
            of_model.classes = 2;
        }
        const auto rows = training_rows(of_model, recipe, 5);
        TrainingState state;
        for (const Segment segment : split_into_segments(recipe, 3)) {
            state = evaluate(training_program(recipe, segment), segment_inputs(recipe, segment, rows, state));
        }
        const auto whole = evaluate(training_program(recipe), segment_inputs(recipe, recipe.all_steps(), rows));
        expect_near(state, whole, 1e-12);
    }
}

TEST(Programs, RefuseDataOfAnotherKind) {
    const Dataset data = irises();
    TrainingRecipe recipe = small_recipe();
    recipe.classes = 4;
    expect_throws(ErrorCode::invalid_argument, "a multinomial model of 4 classes for rows of 3 classes",
                  [&] { return training_rows(data, recipe, 0); });
    recipe.classes = 1;
    expect_throws(ErrorCode::invalid_argument, "classes is 1; it must be in [2, 256]",
                  [&] { return training_program(recipe); });
    recipe.model = Model::linear;
    recipe.classes = 2;
    expect_throws(ErrorCode::invalid_argument, "linear regression needs targets",
                  [&] { return training_rows(data, recipe, 0); });
}

/// y = 2 x_0 - x_1 + 0.5 and a little noise.
Dataset line() {
    std::mt19937 random(9);
    std::normal_distribution<double> normal;
    Dataset result{.name = "line", .features = 2, .values = {}, .labels = {}};
    for (int i = 0; i < 64; ++i) {
        const double a = normal(random), b = normal(random);
        result.values.insert(result.values.end(), {a, b});
        result.labels.push_back(1);
        result.targets.push_back(2 * a - b + 0.5 + 0.01 * normal(random));
    }
    return result;
}

TrainingRecipe full_batch(int passes) {
    TrainingRecipe recipe;
    recipe.model = Model::linear;
    recipe.minibatches = 1;
    recipe.passes = passes;
    recipe.minibatch_size = 64;
    recipe.features = 4;
    recipe.learning_rate = 0.4;
    return recipe;
}

TEST(LinearRegression, FindsThePlaneThatLeastSquaresFind) {
    const Dataset data = line();
    for (const double ridge : {0.0, 0.5}) {
        TrainingRecipe recipe = full_batch(60);
        recipe.ridge = ridge;
        const auto found = clear_weights(recipe, training_rows(data, recipe, 1));
        const auto exact = reference_weights(data, recipe, 1);
        ASSERT_EQ(found.size(), exact.size());
        for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], exact[i], 1e-3) << ridge;
        if (ridge > 0) continue;
        EXPECT_NEAR(exact[0], 0.5, 0.02);
        EXPECT_NEAR(exact[1], 2, 0.02);
        EXPECT_NEAR(exact[2], -1, 0.02);
    }
}

TEST(LinearRegression, OfColumnsThatAddUpToTheBiasTakesTheShortestSolution) {
    Dataset data{.name = "levels", .features = 2, .values = {1, 0, 0, 1, 1, 0, 0, 1}, .labels = {1, 1, 1, 1}};
    data.targets = {3, 6, 3, 6};
    const auto w = least_squares(data, 0);  // 3 = b + w1, 6 = b + w2
    EXPECT_NEAR(w[0], 3, 1e-12);
    EXPECT_NEAR(w[1], 0, 1e-12);
    EXPECT_NEAR(w[2], 3, 1e-12);
}

TEST(LinearRegression, IsOutsourcedIfCompiledAsWritten) {
    const Dataset data = line();
    const TrainingRecipe recipe = full_batch(4);
    const auto program = training_program(recipe);
    const auto inputs = training_rows(data, recipe, 1);
    const auto expected = evaluate(program, inputs);
    const auto lowered = tensor::optimise(program, 1024, {.association = tensor::Association::as_written});
    expect_near(run_in_clear(program, lowered, 1024, inputs), expected, 1e-9);
    EXPECT_GE(circuit::depth(lowered.circuit), 3);
    const auto compiled = tensor::compile(program, {.association = tensor::Association::as_written});
    expect_near(run_encrypted(program, compiled, inputs), expected, 1e-3);
}

TEST(LinearRegression, RefusesTargetsThatAreNone) {
    Dataset broken = line();
    broken.targets[3] = std::numeric_limits<double>::quiet_NaN();
    expect_throws(ErrorCode::invalid_argument, "line: row 3: the target nan is not finite",
                  [&] { return training_rows(broken, full_batch(1), 1); });
    broken.targets.pop_back();
    expect_throws(ErrorCode::invalid_argument, "63 targets for 64 rows", [&] { return least_squares(broken, 0); });
    broken.targets.clear();
    expect_throws(ErrorCode::invalid_argument, "least squares need targets", [&] { return least_squares(broken, 0); });
}

}  // namespace
}  // namespace tacit::learn
