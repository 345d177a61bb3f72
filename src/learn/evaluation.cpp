#include <algorithm>
#include <cmath>
#include <utility>

#include "learn/role_files.hpp"
#include "tacit/learn/clear_training.hpp"

namespace tacit::learn {

namespace fs = std::filesystem;

namespace {

ModelScore judge(const Dataset& held_out, std::span<const double> weights) {
    const std::vector<double> values = scores(held_out, weights);
    return {accuracy(values, held_out.labels), area_under_roc(values, held_out.labels)};
}

double largest(std::span<const double> values) {
    double most = 0;
    for (const double value : values) most = std::max(most, std::fabs(value));
    return most;
}

void compare_weights(EvaluationRecord& record, std::span<const double> weights, std::span<const double> expected) {
    if (weights.size() != expected.size()) {
        fail(ErrorCode::malformed_input, "the model has {} weights, its recipe {}; run `tacit decrypt` again",
             weights.size(), expected.size());
    }
    std::vector<double> differences(weights.begin(), weights.end());
    for (std::size_t i = 0; i < differences.size(); ++i) differences[i] -= expected[i];
    record.largest_weight = largest(expected);
    record.largest_weight_error = largest(differences);
    record.relative_weight_error = record.largest_weight_error / record.largest_weight;
}

ModelRecord read_model(const fs::path& private_folder) {
    const fs::path path = private_folder / file_names::model;
    require_file(path, "decrypt");
    return value_at(path, read_record<ModelRecord>(path));
}

}  // namespace

Evaluation evaluate(const fs::path& private_folder) {
    const ModelRecord model = read_model(private_folder);
    const DataSplit split = load_same_data(model.preprocessing.data);
    const Standardiser& standardiser = model.preprocessing.standardiser;
    const Dataset held_out = standardised(split.held_out, standardiser);
    const auto minibatches = draw_minibatches(standardised(split.training, standardiser), model.program.recipe,
                                              model.preprocessing.data.choice.seed);
    const auto clear = train_clear(minibatches, model.program.recipe).weights;
    const auto exact = train_clear(minibatches, model.program.recipe, Slope::exact_sigmoid).weights;
    Evaluation result;
    result.record = {.job = model.program.job,
                     .method = to_string(model.program.method),
                     .data = split.held_out.name,
                     .training_rows = split.training.rows(),
                     .held_out_rows = held_out.rows(),
                     .encrypted = judge(held_out, model.weights),
                     .clear = judge(held_out, clear),
                     .exact_sigmoid = judge(held_out, exact)};
    compare_weights(result.record, model.weights, clear);
    result.weights = model.weights;
    result.encrypted_roc = roc_curve(scores(held_out, model.weights), held_out.labels);
    result.clear_roc = roc_curve(scores(held_out, clear), held_out.labels);
    result.zero = split.zero;
    result.one = split.one;
    result.image_side = split.image_side;
    if (split.features) result.feature_names = split.features->feature_names();
    write_record(private_folder / file_names::evaluation, result.record, FileMode::owner_only);
    return result;
}

Prediction predict(const fs::path& private_folder, const fs::path& data) {
    const ModelRecord model = read_model(private_folder);
    const DataRecord& trained = model.preprocessing.data;
    if (!trained.features) {
        fail(ErrorCode::invalid_argument,
             "'{}' was trained on images of '{}'; only tables can be predicted from a file", private_folder.string(),
             trained.choice.source);
    }
    const table::Table table = table::read_csv(data, {.delimiter = trained.choice.table.delimiter});
    table::Features features = trained.features->apply(table);
    Prediction result{.lines = {},
                      .scores = {},
                      .zero = trained.features->negative(),
                      .one = trained.features->choice().positive,
                      .labels = features.labels};
    if (result.zero.empty()) result.zero = "not " + result.one;
    for (const std::size_t row : features.rows) result.lines.push_back(table.line(row));
    features.labels.resize(features.rows.size());
    const Dataset rows{table.name(), features.columns, std::move(features.values), std::move(features.labels)};
    result.scores = scores(standardised(rows, model.preprocessing.standardiser), model.weights);
    return result;
}

}  // namespace tacit::learn
