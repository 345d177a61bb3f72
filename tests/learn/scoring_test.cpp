#include "tacit/learn/scoring.hpp"

#include <cmath>
#include <limits>
#include <random>

#include "base/throws.hpp"
#include "tacit/circuit/domains.hpp"
#include "tacit/ckks/decryptor.hpp"
#include "tacit/ckks/encryptor.hpp"
#include "tacit/compile/managed_circuit.hpp"
#include "tacit/learn/data_choice.hpp"
#include "tacit/learn/metrics.hpp"
#include "tacit/runtime/executor.hpp"

namespace tacit::learn {
namespace {

using compile::Step;

Dataset iris() {
    DataChoice choice{.source = std::string(TACIT_SOURCE_DIR) + "/tests/data/iris.csv"};
    choice.table.features = {.label = "species", .positive = "virginica"};
    return load_data(choice).training;
}

std::vector<double> some_weights(std::size_t features, unsigned seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> uniform(-3, 3);
    std::vector<double> weights(features + 1);
    for (double& w : weights) w = uniform(random);
    return weights;
}

/// What the service computes on all rows, decrypted.
std::vector<std::vector<double>> encrypted_scores(const Dataset& data, const compile::ManagedCircuit& program,
                                                  std::span<const double> encrypted_weights) {
    const auto parameters = ckks::Parameters::create({.depth = program.depth(), .min_slots = program.slots()});
    const auto keys = ckks::generate_keys(parameters, program.key_request());
    const ckks::Encryptor encryptor(keys.secret_key);
    std::vector<ckks::Ciphertext> inputs;
    for (std::size_t j = 0; j <= data.features; ++j) {
        inputs.push_back(encryptor.encrypt(feature_slots(data, j, 0, program.slots()), program.input_levels()[j]));
    }
    for (const double w : encrypted_weights) {
        inputs.push_back(encryptor.encrypt(std::vector(program.slots(), w), program.input_levels()[inputs.size()]));
    }
    const auto outputs = runtime::execute(program, keys.evaluation_keys, std::move(inputs));
    std::vector<std::vector<double>> scores;
    const ckks::Decryptor decryptor(keys.secret_key);
    for (const auto& output : outputs)
        scores.push_back(scores_of_slots(decryptor.decrypt_complex(output, program.slots()), data.rows()));
    return scores;
}

constexpr std::size_t slots = 64;  // so that most rows are in the imaginary parts, or beyond a batch

TEST(Scoring, OfEncryptedRowsByAClearModelNeedsNoKeys) {
    Dataset data = iris();
    const std::vector weights{some_weights(data.features, 1), some_weights(data.features, 4)};
    const auto program = compile::manage(scoring_circuit(weights), slots);
    EXPECT_EQ(program.depth(), 1);
    EXPECT_EQ(program.count(Step::relinearize_rescale), 0U);
    EXPECT_TRUE(program.key_request().rotations.empty());
    EXPECT_FALSE(program.key_request().relinearization);
    const auto found = encrypted_scores(data, program, {});
    for (std::size_t c = 0; c < 2; ++c) {
        const auto expected = scores(data, weights[c]);
        ASSERT_GT(expected.size(), slots);
        for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(found[c][i], expected[i], 1e-6) << i;
    }
}

TEST(Scoring, OfEncryptedRowsByAnEncryptedModelRelinearisesOnceAnOutput) {
    const Dataset data = iris();
    const std::vector weights{some_weights(data.features, 2), some_weights(data.features, 5)};
    const auto program = compile::manage(encrypted_scoring_circuit(data.features, 2), slots);
    EXPECT_EQ(program.depth(), 1);
    EXPECT_EQ(program.count(Step::mul), 10U);
    EXPECT_EQ(program.count(Step::relinearize_rescale), 2U);
    EXPECT_TRUE(program.key_request().rotations.empty());
    std::vector<double> all = weights[0];
    all.insert(all.end(), weights[1].begin(), weights[1].end());
    const auto found = encrypted_scores(data, program, all);
    for (std::size_t c = 0; c < 2; ++c) {
        const auto expected = scores(data, weights[c]);
        for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(found[c][i], expected[i], 1e-6) << i;
    }
}

TEST(Scoring, WithoutTheStandardiserIsTheSame) {
    const Dataset data = iris();
    const Standardiser standardiser = fit_standardiser(data);
    const auto weights = some_weights(data.features + 3, 3);  // padded
    const auto expected = scores(standardised(data, standardiser), weights);
    const auto folded = weights_without_standardiser(weights, standardiser);
    ASSERT_EQ(folded.size(), data.features + 1);
    const auto found = scores(data, folded);
    for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-12) << i;
}

TEST(Scoring, LaysTwoRowsInASlot) {
    const Dataset data{.name = "small", .features = 2, .values = {1, 2, 3, 4, 5, 6}, .labels = {0, 1, 0}};
    using Slots = std::vector<std::complex<double>>;
    EXPECT_EQ(feature_slots(data, 2, 0, 4), (Slots{2, 4, 6, 0}));
    EXPECT_EQ(feature_slots(data, 2, 0, 2), (Slots{{2, 6}, 4}));
    EXPECT_EQ(feature_slots(data, 0, 0, 2), (Slots{{1, 1}, 1}));
    EXPECT_EQ(feature_slots(data, 1, 2, 2), (Slots{5, 0}));
    EXPECT_EQ(feature_slots(data, 1, 3, 2), (Slots{0, 0}));
    EXPECT_THAT(scores_of_slots(Slots{{2, 6}, 4}, 3), testing::ElementsAre(2, 4, 6));
}

TEST(Scoring, RefusesModelsThatAreNone) {
    using Weights = std::vector<std::vector<double>>;
    expect_throws(ErrorCode::invalid_argument, "no feature", [] { return scoring_circuit(Weights{{1.0}}); });
    expect_throws(ErrorCode::invalid_argument, "no output", [] { return scoring_circuit(Weights{}); });
    expect_throws(ErrorCode::invalid_argument, "3 weights of output 1 and 2 of output 0", [] {
        return scoring_circuit(Weights{{1, 2}, {1, 2, 3}});
    });
    expect_throws(ErrorCode::invalid_argument, "no feature", [] { return encrypted_scoring_circuit(0); });
    expect_throws(ErrorCode::invalid_argument, "finite", [] {
        return scoring_circuit(Weights{{1.0, std::numeric_limits<double>::infinity()}});
    });
    expect_throws(ErrorCode::invalid_argument, "2 weights for 2 features and a bias", [] {
        return weights_without_standardiser(std::vector{1.0, 2.0}, {{0, 0}, {1, 1}});
    });
}

}  // namespace
}  // namespace tacit::learn
