#include "tacit/learn/programs.hpp"

#include <cmath>
#include <limits>
#include <random>

#include "base/throws.hpp"
#include "tacit/circuit/domains.hpp"
#include "tacit/ckks/decryptor.hpp"
#include "tacit/ckks/encryptor.hpp"
#include "tacit/learn/clear_training.hpp"
#include "tacit/learn/metrics.hpp"
#include "tacit/runtime/executor.hpp"
#include "tacit/table/feature_map.hpp"
#include "tacit/tensor/compile.hpp"

namespace tacit::learn {
namespace {

using Weights = std::vector<std::vector<double>>;

/// Irises with their species as 0, 1, 2.
struct Irises {
    Dataset rows;
    std::vector<std::uint8_t> species;
};

Irises irises() {
    const auto table = table::read_csv(std::string(TACIT_SOURCE_DIR) + "/tests/data/iris.csv");
    std::vector<std::size_t> all(table.rows());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    const auto map = table::FeatureMap::fit(table, all, {.label = "species", .positive = "setosa"});
    auto features = map.apply(table);
    Irises result{{"iris", features.columns, std::move(features.values), std::move(features.labels)}, {}};
    result.rows = standardised(result.rows, fit_standardiser(result.rows));
    for (std::size_t i = 0; i < table.rows(); ++i) {
        const auto name = table.cell(i, table.column("species"));
        result.species.push_back(name == "setosa" ? 0 : name == "versicolor" ? 1 : 2);
    }
    return result;
}

TrainingRecipe small_recipe() {
    TrainingRecipe recipe;
    recipe.minibatches = 2;
    recipe.passes = 2;
    recipe.minibatch_size = 64;
    recipe.zero_rows = 4;
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

TEST(OneAgainstRest, IsATwoClassRegressionForEveryClass) {
    const Irises data = irises();
    const TrainingRecipe recipe = small_recipe();
    const auto weights =
        evaluate(one_against_rest_program(recipe, 3), one_against_rest_inputs(data.rows, data.species, 3, recipe, 5));
    Weights expected;
    for (const int c : {0, 1, 2}) {
        Dataset binary = data.rows;
        for (std::size_t i = 0; i < binary.rows(); ++i) binary.labels[i] = data.species[i] == c ? 1 : 0;
        expected.push_back(train_clear(draw_minibatches(binary, recipe, 5), recipe).weights);
    }
    expect_near(weights, expected, 1e-12);
}

TEST(OneAgainstRest, TellsThreeSpeciesApartUnderEncryption) {
    const Irises data = irises();
    const TrainingRecipe recipe = small_recipe();
    const auto program = one_against_rest_program(recipe, 3);
    const auto inputs = one_against_rest_inputs(data.rows, data.species, 3, recipe, 5);
    const auto weights = run_encrypted(program, tensor::compile(program), inputs);
    expect_near(weights, evaluate(program, inputs), 1e-3);
    std::vector<std::vector<double>> score;
    for (const auto& w : weights) score.push_back(scores(data.rows, w));
    std::size_t right = 0;
    for (std::size_t i = 0; i < data.rows.rows(); ++i) {
        std::size_t best = 0;
        for (std::size_t c = 1; c < 3; ++c) best = score[c][i] > score[best][i] ? c : best;
        right += best == data.species[i] ? 1U : 0U;
    }
    EXPECT_GE(right, 120U);  // of 150
}

TEST(OneAgainstRest, RefusesWhatItCannotTrain) {
    const Irises data = irises();
    TrainingRecipe recipe = small_recipe();
    expect_throws(ErrorCode::invalid_argument, "1 classes", [&] { return one_against_rest_program(recipe, 1); });
    expect_throws(ErrorCode::invalid_argument, "class 2 of 2",
                  [&] { return one_against_rest_inputs(data.rows, data.species, 2, recipe, 0); });
    expect_throws(ErrorCode::invalid_argument, "3 targets for 150 rows",
                  [&] { return one_against_rest_inputs(data.rows, std::span(data.species).first(3), 3, recipe, 0); });
    recipe.start = Start::own_model;
    expect_throws(ErrorCode::invalid_argument, "starts from own-model",
                  [&] { return one_against_rest_program(recipe, 3); });
}

/// y = 2 x_0 - x_1 + 0.5 and a little noise.
std::pair<Dataset, std::vector<double>> line() {
    std::mt19937 random(9);
    std::normal_distribution<double> normal;
    std::pair<Dataset, std::vector<double>> result{{.name = "line", .features = 2, .values = {}, .labels = {}}, {}};
    for (int i = 0; i < 64; ++i) {
        const double a = normal(random), b = normal(random);
        result.first.values.insert(result.first.values.end(), {a, b});
        result.first.labels.push_back(0);
        result.second.push_back(2 * a - b + 0.5 + 0.01 * normal(random));
    }
    return result;
}

TrainingRecipe full_batch(int passes) {
    TrainingRecipe recipe;
    recipe.minibatches = 1;
    recipe.passes = passes;
    recipe.minibatch_size = 64;
    recipe.features = 4;
    recipe.learning_rate = 0.4;
    return recipe;
}

TEST(LinearRegression, FindsThePlane) {
    const auto [data, targets] = line();
    TrainingRecipe recipe = full_batch(60);
    const auto weights = [&] {
        return evaluate(linear_regression_program(recipe), linear_regression_inputs(data, targets, recipe, 1)).front();
    };
    const auto found = weights();
    EXPECT_NEAR(found[0], 0.5, 0.02);
    EXPECT_NEAR(found[1], 2, 0.02);
    EXPECT_NEAR(found[2], -1, 0.02);
    recipe.ridge = 0.5;
    const auto shrunk = weights();
    EXPECT_LT(std::abs(shrunk[1]), 1.7);
    EXPECT_GT(std::abs(shrunk[1]), 1);
}

TEST(LinearRegression, IsOutsourcedIfCompiledAsWritten) {
    const auto [data, targets] = line();
    const TrainingRecipe recipe = full_batch(4);
    const auto program = linear_regression_program(recipe);
    const auto inputs = linear_regression_inputs(data, targets, recipe, 1);
    const auto expected = evaluate(program, inputs);
    const auto lowered = tensor::optimise(program, 1024, {.association = tensor::Association::as_written});
    expect_near(run_in_clear(program, lowered, 1024, inputs), expected, 1e-9);
    EXPECT_GE(circuit::depth(lowered.circuit), 3);
    const auto compiled = tensor::compile(program, {.association = tensor::Association::as_written});
    expect_near(run_encrypted(program, compiled, inputs), expected, 1e-3);
}

TEST(LinearRegression, RefusesTargetsThatAreNone) {
    const auto [data, targets] = line();
    auto broken = targets;
    broken[3] = std::numeric_limits<double>::quiet_NaN();
    expect_throws(ErrorCode::invalid_argument, "a target is not finite",
                  [&, &rows = data] { return linear_regression_inputs(rows, broken, full_batch(1), 1); });
    TrainingRecipe recipe = full_batch(1);
    recipe.start = Start::foreign_model;
    expect_throws(ErrorCode::invalid_argument, "has to start from zero",
                  [&] { return linear_regression_program(recipe); });
}

}  // namespace
}  // namespace tacit::learn
