// Encrypted prediction as files: a model in the clear at the service, and an encrypted one.
#include "tacit/learn/score_roles.hpp"

#include <fstream>
#include <string>

#include "base/temporary_folder.hpp"
#include "base/throws.hpp"

namespace tacit::learn {
namespace {

namespace fs = std::filesystem;

const std::string irises = std::string(TACIT_SOURCE_DIR) + "/tests/data/iris.csv";

class Score : public InTemporaryFolder {
protected:
    /// A model of irises without a training: what decrypt_model writes, with weights of our own.
    fs::path write_model(Model model, const char* label) {
        DataChoice choice{.source = irises};
        choice.table.features.label = label;
        choice.table.features.kind = model == Model::linear ? table::Label::number : table::Label::classes;
        const DataSplit split = load_data(choice);
        ModelRecord record;
        TrainingRecipe& recipe = record.program.recipe;
        recipe.model = model;
        recipe.features = 8;
        record.program.segments = {{recipe.steps(), ""}};
        if (model == Model::multinomial) recipe.classes = 3;
        record.preprocessing = {{choice, fingerprint(split), split.features}, fit_standardiser(split.training), {}};
        for (int i = 0; i < recipe.outputs() * recipe.features; ++i) record.weights.push_back(0.3 * (i % 5) - 0.5);
        fs::create_directories(owner());
        write_record(owner() / file_names::model, record);
        return owner() / file_names::model;
    }
    [[nodiscard]] fs::path owner() const { return folder_ / "owner"; }
    [[nodiscard]] fs::path offer() const { return folder_ / "offer.json"; }
    [[nodiscard]] fs::path mine() const { return folder_ / "mine"; }
    [[nodiscard]] fs::path upload() const { return folder_ / "upload"; }
    [[nodiscard]] fs::path result() const { return folder_ / "result"; }

    void encrypt(const ScoringChoice& choice, const fs::path& data = irises) {
        score_keygen(choice, mine(), upload(), true);
        score_encrypt(mine(), upload(), data);
    }

    void expect_same(const Prediction& found, const Prediction& expected) {
        ASSERT_EQ(found.scores.size(), expected.scores.size());
        for (std::size_t c = 0; c < expected.scores.size(); ++c) {
            ASSERT_EQ(found.scores[c].size(), expected.scores[c].size());
            for (std::size_t i = 0; i < expected.scores[c].size(); ++i) {
                EXPECT_NEAR(found.scores[c][i], expected.scores[c][i], 1e-6) << c << ' ' << i;
            }
        }
        EXPECT_EQ(found.lines, expected.lines);
        EXPECT_EQ(found.classes, expected.classes);
        EXPECT_EQ(found.labels, expected.labels);
        EXPECT_EQ(found.targets, expected.targets);
    }
};

TEST_F(Score, ByAModelInTheClearIsAsPredictSays) {
    const fs::path model = write_model(Model::multinomial, "species");
    offer_scoring(model, offer());
    encrypt({.offer = offer()});
    EXPECT_FALSE(fs::exists(upload() / file_names::evaluation_keys));  // none is needed
    const auto statistics = score_run(upload(), result(), model);
    EXPECT_EQ(statistics.batches, 1U);
    expect_same(score_decrypt(mine(), result()), predict(owner(), irises));
    const auto bytes = read_file(offer(), 1 << 20);
    const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    EXPECT_EQ(text.find("weights"), std::string::npos);
}

TEST_F(Score, ByAnEncryptedModelIsAsPredictSays) {
    const fs::path model = write_model(Model::linear, "petal_width");
    encrypt({.model = model});
    score_run(upload(), result());
    expect_same(score_decrypt(mine(), result()), predict(owner(), irises));
}

TEST_F(Score, RefusesWhatDoesNotFit) {
    const fs::path model = write_model(Model::multinomial, "species");
    offer_scoring(model, offer());
    expect_throws(ErrorCode::invalid_argument, "one of the two", [&] { encrypt({}); });
    expect_throws(ErrorCode::invalid_argument, "one of the two", [&] { encrypt({.offer = offer(), .model = model}); });
    encrypt({.offer = offer()});
    expect_throws(ErrorCode::invalid_argument, "choose another folder or --overwrite",
                  [&] { score_keygen({.offer = offer()}, mine(), upload()); });
    expect_throws(ErrorCode::invalid_argument, "name its model.json", [&] { score_run(upload(), result()); });
    const fs::path other = write_model(Model::linear, "petal_width");
    expect_throws(ErrorCode::parameter_mismatch, "has 1 outputs of 6 features, and the rows are for 3 of 4",
                  [&] { score_run(upload(), result(), other); });
    (void)write_model(Model::multinomial, "species");
    score_run(upload(), result(), model);
    score_encrypt(mine(), upload(), irises);  // again, with fresh noise
    expect_throws(ErrorCode::parameter_mismatch, "has scores of other rows",
                  [&] { return score_decrypt(mine(), result()); });
    encrypt({.model = model});
    expect_throws(ErrorCode::invalid_argument, "leave out the one in the clear",
                  [&] { score_run(upload(), result(), model); });
    expect_throws(ErrorCode::parameter_mismatch, "has scores under other keys",
                  [&] { return score_decrypt(mine(), result()); });
}

TEST_F(Score, RefusesRowsBeyondItsRangeAndFilesThatAreCut) {
    const fs::path model = write_model(Model::multinomial, "species");
    const fs::path far = folder_ / "far.csv";
    std::ofstream(far) << "sepal_length,sepal_width,petal_length,petal_width\n5,3,1,0.2\n5,3,1e9,0.2\n";
    score_keygen({.model = model}, mine(), upload());
    expect_throws(ErrorCode::invalid_argument, "line 3: 'petal_length' is",
                  [&] { score_encrypt(mine(), upload(), far); });
    score_encrypt(mine(), upload(), irises);
    const fs::path rows = upload() / file_names::rows;
    fs::resize_file(rows, fs::file_size(rows) - 1);
    expect_throws(ErrorCode::malformed_input, "ciphertext 5: it should have", [&] { score_run(upload(), result()); });
    fs::resize_file(rows, fs::file_size(rows) / 5 * 2);
    expect_throws(ErrorCode::malformed_input, "rows.bin", [&] { score_run(upload(), result()); });
    EXPECT_FALSE(fs::exists(result() / file_names::scores));
}

}  // namespace
}  // namespace tacit::learn
