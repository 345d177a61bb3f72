#include <algorithm>
#include <cmath>
#include <utility>

#include "learn/role_files.hpp"
#include "learn/table_rows.hpp"
#include "learn/warm_start.hpp"
#include "tacit/learn/clear_training.hpp"

namespace tacit::learn {

namespace fs = std::filesystem;

namespace {

/// [outputs][rows]
std::vector<std::vector<double>> all_scores(const Dataset& data, std::span<const double> weights, int outputs) {
    std::vector<std::vector<double>> result;
    const std::size_t size = weights.size() / static_cast<std::size_t>(outputs);
    for (; !weights.empty(); weights = weights.subspan(size)) result.push_back(scores(data, weights.first(size)));
    return result;
}

double share_of_right(std::span<const std::uint8_t> found, std::span<const std::uint8_t> labels) {
    std::size_t right = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) right += found[i] == labels[i] ? 1U : 0U;
    return static_cast<double>(right) / static_cast<double>(labels.size());
}

/// Of a model for held-out rows. `unit`: one of the standardised target in the units of its column.
ModelScore judge(const Dataset& held_out, std::span<const double> weights, const TrainingRecipe& recipe, double unit) {
    const auto values = all_scores(held_out, weights, recipe.outputs());
    ModelScore score;
    switch (recipe.model) {
        case Model::logistic:
            score.accuracy = accuracy(values.front(), held_out.labels);
            score.area_under_roc = area_under_roc(values.front(), held_out.labels);
            break;
        case Model::linear:
            score.r_squared = r_squared(values.front(), held_out.targets);
            score.root_mean_square_error = unit * root_mean_square_error(values.front(), held_out.targets);
            break;
        case Model::multinomial: score.accuracy = share_of_right(likeliest_classes(values), held_out.labels); break;
    }
    return score;
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
    const TrainingRecipe& recipe = model.program.recipe;
    const DataRecord& data = model.preprocessing.data;
    const DataSplit split = load_same_data(data);
    const Standardiser& standardiser = model.preprocessing.standardiser;
    const Dataset held_out = standardised(split.held_out, standardiser);
    const Dataset training = standardised(split.training, standardiser);
    const TrainingState start = start_of(data, split, model.preprocessing.standardiser, recipe);
    const auto clear = clear_weights(recipe, training_rows(training, recipe, data.choice.seed), start);
    const auto exact = reference_weights(training, recipe, data.choice.seed, start);
    const double unit = split.features ? split.features->target().deviation : 1;
    Evaluation result;
    result.record = {.job = model.program.job,
                     .model = recipe.model,
                     .method = to_string(model.program.method),
                     .data = split.held_out.name,
                     .training_rows = split.training.rows(),
                     .held_out_rows = held_out.rows()};
    compare_weights(result.record, model.weights, clear);
    result.record.encrypted = judge(held_out, model.weights, recipe, unit);
    result.record.clear = judge(held_out, clear, recipe, unit);
    result.record.exact = judge(held_out, exact, recipe, unit);
    if (recipe.model == Model::multinomial) {
        const auto found = likeliest_classes(all_scores(held_out, model.weights, recipe.outputs()));
        result.record.confusion = confusion_matrix(found, held_out.labels, recipe.classes);
    }
    if (recipe.model == Model::logistic) {
        result.encrypted_roc = roc_curve(scores(held_out, model.weights), held_out.labels);
        result.clear_roc = roc_curve(scores(held_out, clear), held_out.labels);
    }
    result.weights = model.weights;
    result.classes = split.features ? split.features->class_names() : std::vector{split.zero, split.one};
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
    const TableRows rows = read_rows(data, *trained.features, trained.choice.table.delimiter);
    const Dataset standard = standardised(rows.data, model.preprocessing.standardiser);
    return make_prediction(model.program.recipe.model, *trained.features, rows,
                           all_scores(standard, model.weights, model.program.recipe.outputs()));
}

TableRows read_rows(const fs::path& path, const table::FeatureMap& map, char delimiter) {
    const table::Table table = table::read_csv(path, {.delimiter = delimiter});
    table::Features features = map.apply(table);
    TableRows rows;
    for (const std::size_t row : features.rows) rows.lines.push_back(table.line(row));
    rows.data = {table.name(), features.columns, std::move(features.values), {}};
    rows.data.labels.resize(rows.lines.size());
    rows.labels = std::move(features.labels);
    rows.targets = std::move(features.targets);
    return rows;
}

Prediction make_prediction(Model model, const table::FeatureMap& map, const TableRows& rows,
                           std::vector<std::vector<double>> scores) {
    Prediction result{model, rows.lines, std::move(scores), map.class_names(), {}, rows.labels, rows.targets};
    const table::FeatureColumn& target = map.target();
    switch (model) {
        case Model::logistic:
            for (const double score : result.scores.front()) result.found.push_back(score > 0 ? 1 : 0);
            break;
        case Model::multinomial: result.found = likeliest_classes(result.scores); break;
        case Model::linear:
            for (double& y : result.scores.front()) y = target.mean + target.deviation * y;
            for (double& y : result.targets) y = target.mean + target.deviation * y;
            break;
    }
    return result;
}

}  // namespace tacit::learn
