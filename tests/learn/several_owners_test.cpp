// Two training steps on rows of three owners under their collective key, against the clear twin.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/seeded.hpp"
#include "base/throws.hpp"
#include "ckks/make_parameters.hpp"
#include "ckks/threshold_support.hpp"
#include "tacit/ckks/decryptor.hpp"
#include "tacit/compile/noise.hpp"
#include "tacit/learn/clear_training.hpp"
#include "tacit/learn/training_plan.hpp"
#include "tacit/runtime/executor.hpp"

namespace tacit::learn {
namespace {

constexpr std::size_t owners = 3;

/// Random signed rows.
std::vector<Minibatch> random_minibatches(const TrainingRecipe& recipe, Rng& rng) {
    std::vector<Minibatch> made;
    for (int k = 0; k < recipe.minibatches; ++k) {
        const auto rows = static_cast<std::size_t>(recipe.minibatch_size);
        const auto width = static_cast<std::size_t>(recipe.features);
        made.push_back({rows, width, ckks::uniform_values(rows * width, rng, -0.5, 0.5)});
    }
    return made;
}

/// The rows of one owner, every third; zeros where the others have theirs.
std::vector<Minibatch> rows_of(std::size_t owner, const std::vector<Minibatch>& all) {
    std::vector<Minibatch> mine;
    for (const Minibatch& batch : all) {
        mine.push_back(batch);
        for (std::size_t i = 0; i < batch.rows; ++i) {
            if (i % owners == owner) continue;
            for (std::size_t j = 0; j < batch.width; ++j) mine.back().values[i * batch.width + j] = 0;
        }
    }
    return mine;
}

TEST(SeveralOwners, TrainUnderTheirCollectiveKeyAsTheClearTwinDoes) {
    Seeded seeded;
    TrainingRecipe recipe{.minibatches = 2, .minibatch_size = 8, .features = 8, .learning_rate = 1};
    const TrainingPlan plan = make_training_plan(Method::baseline, recipe, 512);
    const auto parameters = ckks::insecure_parameters_for_tests(
        {.depth = plan.program.depth(), .scale_bits = 48, .integer_bits = 12, .log_ring_dimension = 10});
    ckks::threshold::Group group(parameters, owners, plan.program.key_request(), Rng(seeded.rng.new_seed()));
    const auto minibatches = random_minibatches(recipe, group.rng);

    // The layout of the baseline is linear in the rows, so ciphertexts of the owners add up to those of all rows.
    const ckks::Encryptor encryptor(group.public_key());
    const ckks::Evaluator evaluator(group.keys);
    std::vector<ckks::Ciphertext> inputs;
    for (std::size_t owner = 0; owner < owners; ++owner) {
        InputPacker pack(plan.training, rows_of(owner, minibatches));
        for (std::size_t i = 0; i < pack.count(); ++i) {
            ckks::Ciphertext part = encryptor.encrypt(pack(i), plan.program.input_levels()[i]);
            if (owner == 0) {
                inputs.push_back(std::move(part));
            } else {
                inputs[i] = evaluator.add(std::move(inputs[i]), part);
            }
        }
    }
    const auto outputs = runtime::execute(plan.program, group.keys, std::move(inputs));

    const ckks::threshold::Smudging smudging{.error_standard_deviation = 0x1p14, .statistical_bits = 10};
    std::vector<ComplexSlots> slots;
    for (const auto& output : outputs) {
        slots.push_back(ckks::Encoder(parameters).decode(group.decrypt(output, smudging)));
    }
    const auto weights = extract_weights(plan.training, slots);
    const auto expected = train_clear(minibatches, recipe).weights;
    ASSERT_EQ(weights.size(), expected.size());
    const double tolerance =
        6 * smudging_error(group.session, outputs[0].type(), smudging, ckks::threshold::Group::publications);
    ASSERT_LT(tolerance, 1e-2);
    for (std::size_t i = 0; i < weights.size(); ++i) EXPECT_NEAR(weights[i], expected[i], tolerance);
}

/// Rows of one owner: two features, of one class if they are above a line.
Dataset dataset_of(int owner, Rng& rng) {
    Dataset data{.name = "owner " + std::to_string(owner), .features = 2, .values = {}, .labels = {}};
    data.values = ckks::uniform_values(2 * 24, rng, -0.7, 0.7);
    for (std::size_t i = 0; i < 24; ++i) data.labels.push_back(data.row(i)[0] > 0.5 * data.row(i)[1] ? 1 : 0);
    return data;
}

/// Everybody's rows, as the clear twin takes them.
tensor::ClearInputs joined(const std::vector<tensor::ClearInputs>& parts, const TrainingRecipe& recipe) {
    tensor::ClearInputs all = parts.front();
    for (std::size_t t = 0; t < all.matrices.size(); ++t) {
        all.matrices[t] = parts[t % static_cast<std::size_t>(recipe.owners)].matrices[t];
    }
    return all;
}

TEST(SeveralOwners, EachPackTheirOwnMinibatches) {
    Seeded seeded;
    TrainingRecipe recipe{.owners = 3, .minibatches = 4, .minibatch_size = 8, .features = 4, .learning_rate = 1};
    const TrainingPlan plan = make_training_plan(Method::mask_free, recipe, 512);
    const auto parameters = ckks::insecure_parameters_for_tests(
        {.depth = plan.program.depth(), .scale_bits = 48, .integer_bits = 12, .log_ring_dimension = 10});
    ckks::threshold::Group group(parameters, owners, plan.program.key_request(), Rng(seeded.rng.new_seed()));
    const ckks::Encryptor encryptor(group.public_key());
    std::vector<tensor::ClearInputs> parts;
    std::vector<std::optional<ckks::Ciphertext>> places(plan.program.input_levels().size());
    for (int owner = 0; owner < recipe.owners; ++owner) {
        parts.push_back(training_rows_of_owner(dataset_of(owner, group.rng), recipe, owner, 1));
        InputPacker pack(plan.training, parts.back());
        for (const std::size_t i : inputs_of(plan.training, tensor::Owner{owner})) {
            EXPECT_FALSE(places[i].has_value()) << "input " << i << " is of two owners";
            places[i] = encryptor.encrypt(pack(i), plan.program.input_levels()[i]);
        }
    }
    std::vector<ckks::Ciphertext> inputs;
    for (auto& place : places) {
        ASSERT_TRUE(place.has_value()) << "an input is nobody's";
        inputs.push_back(*std::move(place));
    }
    const auto outputs = runtime::execute(plan.program, group.keys, std::move(inputs));
    const ckks::SecretKey sum = group.sum_of_secrets();
    std::vector<ComplexSlots> slots;
    for (const auto& output : outputs) slots.push_back(ckks::Decryptor(sum).decrypt_complex(output));
    const auto weights = extract_weights(plan.training, slots);
    const auto expected = clear_weights(recipe, joined(parts, recipe));
    ASSERT_EQ(weights.size(), expected.size());
    for (std::size_t i = 0; i < weights.size(); ++i) EXPECT_NEAR(weights[i], expected[i], 1e-4) << i;
}

TEST(SeveralOwners, AreThoseOfTheRecipe) {
    Seeded seeded;
    TrainingRecipe recipe{.owners = 2, .minibatches = 3, .minibatch_size = 8, .features = 4};
    const Dataset own = dataset_of(0, seeded.rng);
    const auto first = training_rows_of_owner(own, recipe, 0, 1);
    const auto second = training_rows_of_owner(own, recipe, 1, 1);
    const auto is_zero = [](const tensor::ClearMatrix& m) {
        return std::ranges::all_of(m.values, [](double x) { return x == 0; });
    };
    for (std::size_t t = 0; t < 3; ++t) {
        EXPECT_EQ(is_zero(first.matrices[t]), t % 2 == 1) << t;
        EXPECT_EQ(is_zero(second.matrices[t]), t % 2 == 0) << t;
    }
    expect_throws(ErrorCode::invalid_argument, "owner 2 of 2",
                  [&] { return training_rows_of_owner(own, recipe, 2, 1); });
    recipe.owners = 4;
    expect_throws(ErrorCode::invalid_argument, "owners is 4; it must be in [1, minibatches]",
                  [&] { return training_rows_of_owner(own, recipe, 0, 1); });
}

TEST(SeveralOwners, PredictedNoiseGrowsWithTheirNumber) {
    TrainingRecipe recipe{.minibatches = 2, .minibatch_size = 8, .features = 8};
    const TrainingPlan plan = make_training_plan(Method::baseline, recipe, 512);
    const auto parameters =
        ckks::insecure_parameters_for_tests({.depth = plan.program.depth(), .log_ring_dimension = 10});
    const std::vector<circuit::Bounds> bounds(plan.program.input_levels().size(), circuit::Bounds{{-1, 1}, {}});
    const auto largest = [&](int parties) {
        return compile::predict_noise(plan.program, parameters, bounds, compile::Encryption::public_key, parties)
            .back()
            .deviation;
    };
    EXPECT_GT(largest(3), largest(1));
    EXPECT_GT(largest(5), largest(3));
}

}  // namespace
}  // namespace tacit::learn
