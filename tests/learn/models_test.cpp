// The roles with models of numbers and several classes, and with warm starts: as files, on Fisher's irises.
#include <cmath>
#include <string>

#include "base/temporary_folder.hpp"
#include "base/throws.hpp"
#include "tacit/learn/roles.hpp"

namespace tacit::learn {
namespace {

namespace fs = std::filesystem;

class Models : public InTemporaryFolder {
protected:
    [[nodiscard]] fs::path private_folder() const { return folder_ / "private"; }
    [[nodiscard]] fs::path upload_folder() const { return folder_ / "upload"; }
    [[nodiscard]] fs::path result_folder() const { return folder_ / "result"; }

    static TrainingChoice small(Model model) {
        TrainingChoice choice;
        choice.recipe.model = model;
        choice.recipe.minibatches = 2;
        choice.recipe.minibatch_size = 32;
        choice.recipe.learning_rate = default_learning_rate(choice.recipe.algorithm, model);
        return choice;
    }

    static DataChoice irises(const char* label) {
        DataChoice data{.source = std::string(TACIT_SOURCE_DIR) + "/tests/data/iris.csv"};
        data.table.features.label = label;
        return data;
    }

    void make_job(const TrainingChoice& choice, const DataChoice& data) {
        (void)generate_job(choice, data, private_folder(), upload_folder(), true);
    }

    Evaluation run(const TrainingChoice& choice, const DataChoice& data) {
        make_job(choice, data);
        (void)encrypt_data(private_folder(), upload_folder());
        (void)train(upload_folder(), result_folder());
        (void)decrypt_model(private_folder(), result_folder());
        return evaluate(private_folder());
    }

    /// A model file to start from.
    fs::path keep_model() {
        const fs::path path = folder_ / "before.json";
        fs::copy_file(private_folder() / file_names::model, path, fs::copy_options::overwrite_existing);
        return path;
    }
};

TEST_F(Models, OfANumberArePredictedInItsUnits) {
    const Evaluation evaluation = run(small(Model::linear), irises("petal_length"));
    const EvaluationRecord& r = evaluation.record;
    EXPECT_LT(r.relative_weight_error, 1e-4);
    EXPECT_GT(r.encrypted.r_squared, 0.8);
    EXPECT_NEAR(r.encrypted.r_squared, r.clear.r_squared, 1e-4);
    EXPECT_GT(r.exact.r_squared, r.encrypted.r_squared);
    EXPECT_LT(r.exact.root_mean_square_error, r.encrypted.root_mean_square_error);
    EXPECT_TRUE(evaluation.encrypted_roc.empty());
    EXPECT_EQ(read_record<EvaluationRecord>(private_folder() / file_names::evaluation).value().encrypted.r_squared,
              r.encrypted.r_squared);
    const Prediction p = predict(private_folder(), irises("").source);
    ASSERT_EQ(p.targets.size(), 150U);
    EXPECT_NEAR(p.targets.front(), 1.4, 1e-12);  // centimetres
    EXPECT_LT(root_mean_square_error(p.scores.front(), p.targets), 0.7);
    EXPECT_TRUE(p.found.empty());
}

TEST_F(Models, OfSeveralClassesHaveAConfusionMatrixAndStartOthers) {
    const Evaluation first = run(small(Model::multinomial), irises("species"));
    const auto& counts = first.record.confusion;
    ASSERT_EQ(counts.size(), 3U);
    std::size_t all = 0, right = 0;
    for (std::size_t c = 0; c < 3; ++c) {
        right += counts[c][c];
        for (const std::size_t count : counts[c]) all += count;
    }
    EXPECT_EQ(all, first.record.held_out_rows);
    EXPECT_DOUBLE_EQ(first.record.encrypted.accuracy, static_cast<double>(right) / static_cast<double>(all));
    EXPECT_GT(first.record.encrypted.accuracy, 0.7);
    EXPECT_LT(first.record.relative_weight_error, 1e-3);
    const Prediction before = predict(private_folder(), irises("").source);
    EXPECT_EQ(before.classes, (std::vector<std::string>{"setosa", "versicolor", "virginica"}));

    // A start on other rows, so with other means and deviations, gives every row the score that it had.
    TrainingChoice again = small(Model::multinomial);
    again.start = keep_model();
    again.recipe.minibatches = 1;
    again.recipe.learning_rate = 1e-9;
    DataChoice other = irises("species");
    other.seed = 99;
    EXPECT_LT(run(again, other).record.relative_weight_error, 1e-3);
    const Prediction after = predict(private_folder(), irises("").source);
    for (std::size_t c = 0; c < 3; ++c) {
        for (std::size_t i = 0; i < 150; ++i) EXPECT_NEAR(after.scores[c][i], before.scores[c][i], 1e-3) << c << i;
    }
}

TEST_F(Models, StartFromModelsOfTheSameColumnsAlone) {
    DataChoice data = irises("species");
    data.table.features.positive = "virginica";
    data.table.features.dropped = {"petal_width"};
    TrainingChoice choice = small(Model::logistic);
    (void)run(choice, data);
    choice.start = keep_model();
    const auto refusal = [&](const DataChoice& on) {
        return message_of(ErrorCode::parameter_mismatch, [&] { make_job(choice, on); });
    };
    using testing::HasSubstr;
    DataChoice other = data;
    other.table.features.dropped = {"petal_length"};
    EXPECT_THAT(refusal(other), HasSubstr("the model to start from has no feature 'petal_width', which the data have"));
    other.table.features.dropped = {"petal_width", "sepal_width"};
    EXPECT_THAT(refusal(other), HasSubstr("has a feature 'sepal_width', which the data lack"));
    other = data;
    other.table.features.positive = "setosa";
    EXPECT_THAT(refusal(other), HasSubstr("knows the classes 'not virginica', 'virginica', and the data 'not setosa'"));
    EXPECT_THAT(refusal({}), HasSubstr("is of a table, and the data are images"));
    choice.recipe.model = Model::linear;
    EXPECT_THAT(refusal(irises("petal_length")), HasSubstr("is logistic, and the training linear"));
}

class ContinuedModels : public Models {
protected:
    /// Moves what is there away, as the training to go on from.
    EncryptedStart keep_encrypted(const char* name) {
        const fs::path kept = folder_ / name;
        fs::create_directories(kept);
        for (const auto& folder : {private_folder(), result_folder()}) {
            if (fs::exists(folder)) fs::rename(folder, kept / folder.filename());
        }
        fs::remove_all(upload_folder());
        return {kept / "private", kept / "result"};
    }
    /// Without decrypting it.
    EncryptedStart train_encrypted(const char* name, const TrainingChoice& choice, const DataChoice& data) {
        make_job(choice, data);
        (void)encrypt_data(private_folder(), upload_folder());
        (void)train(upload_folder(), result_folder());
        return keep_encrypted(name);
    }
};

TEST_F(ContinuedModels, GoOnFromAnEncryptedResultOnOtherRows) {
    const TrainingChoice first = small(Model::multinomial);
    TrainingChoice again = first;
    again.continued = train_encrypted("first", first, irises("species"));
    again.recipe.minibatches = 1;
    again.recipe.learning_rate = 1e-9;
    DataChoice other = irises("species");
    other.seed = 99;  // other rows, so other means and deviations
    EXPECT_LT(run(again, other).record.relative_weight_error, 1e-3);
    const auto data = read_record<DataRecord>(private_folder() / file_names::data).value();
    EXPECT_TRUE(data.start.empty());
    EXPECT_FALSE(fs::exists(again.continued->private_folder / file_names::model));
    // So far a step of no length: every row has the score that the first model gives it.
    const Prediction after = predict(private_folder(), irises("").source);
    (void)decrypt_model(again.continued->private_folder, again.continued->result_folder);
    const Prediction before = predict(again.continued->private_folder, irises("").source);
    for (std::size_t c = 0; c < 3; ++c) {
        for (std::size_t i = 0; i < 150; ++i) EXPECT_NEAR(after.scores[c][i], before.scores[c][i], 1e-3) << c << i;
    }
}

TEST_F(ContinuedModels, RefuseWhatDoesNotFit) {
    DataChoice data = irises("species");
    data.table.features.positive = "virginica";
    TrainingChoice choice = small(Model::logistic);
    choice.recipe.minibatches = 1;
    const EncryptedStart first = train_encrypted("first", choice, data);
    const EncryptedStart second = train_encrypted("second", choice, data);
    using testing::AllOf;
    using testing::HasSubstr;
    const auto refusal = [&](ErrorCode code, const EncryptedStart& start, const DataChoice& on) {
        TrainingChoice again = choice;
        again.continued = start;
        return message_of(code, [&] { make_job(again, on); });
    };
    EXPECT_THAT(refusal(ErrorCode::parameter_mismatch, {first.private_folder, second.result_folder}, data),
                AllOf(HasSubstr("was trained under other keys"), HasSubstr("second/result")));
    DataChoice narrower = data;
    narrower.table.features.dropped = {"sepal_width"};
    EXPECT_THAT(refusal(ErrorCode::parameter_mismatch, first, narrower),
                HasSubstr("the model to start from has a feature 'sepal_width', which the data lack"));
    EXPECT_THAT(refusal(ErrorCode::io_failure, {first.private_folder, folder_ / "none"}, data),
                HasSubstr("weights.bin"));
    choice.start = folder_ / "model.json";
    EXPECT_THAT(refusal(ErrorCode::invalid_argument, first, data), HasSubstr("not both"));
    choice.start.clear();
    fs::rename(first.private_folder, private_folder());
    EXPECT_THAT(refusal(ErrorCode::invalid_argument, {private_folder(), first.result_folder}, data),
                HasSubstr("holds the key of the result to go on from"));
    fs::rename(private_folder(), first.private_folder);
    // The result changes between keygen and encrypt.
    TrainingChoice again = choice;
    again.continued = first;
    make_job(again, data);
    fs::copy_file(second.result_folder / file_names::weights, first.result_folder / file_names::weights,
                  fs::copy_options::overwrite_existing);
    EXPECT_THAT(
        message_of(ErrorCode::parameter_mismatch, [&] { (void)encrypt_data(private_folder(), upload_folder()); }),
        AllOf(HasSubstr("first/result/weights.bin"), HasSubstr("begin again with keygen")));
}

TEST_F(Models, RefuseWhatTheyCannotLearn) {
    expect_throws(ErrorCode::invalid_argument, "a linear model is trained on a CSV file, and 'embedded' holds images",
                  [&] { make_job(small(Model::linear), {}); });
    expect_throws(ErrorCode::invalid_argument, "the label 'species' holds words",
                  [&] { make_job(small(Model::linear), irises("species")); });
    TrainingChoice fitted = small(Model::linear);
    fitted.sigmoid_degree = 3;
    expect_throws(ErrorCode::invalid_argument, "linear regression has no sigmoid to fit",
                  [&] { make_job(fitted, irises("petal_length")); });
    TrainingChoice published = small(Model::multinomial);
    published.method = Method::baseline;
    expect_throws(ErrorCode::invalid_argument, "choose low-depth or mask-free for multinomial regression",
                  [&] { make_job(published, irises("species")); });
    TrainingChoice nowhere = small(Model::logistic);
    nowhere.recipe.start = Start::own_model;
    expect_throws(ErrorCode::invalid_argument, "a job that starts from own-model needs the model",
                  [&] { make_job(nowhere, {}); });
    nowhere.start = folder_ / "none.json";
    expect_throws(ErrorCode::io_failure, "none.json", [&] { make_job(nowhere, {}); });
}

}  // namespace
}  // namespace tacit::learn
