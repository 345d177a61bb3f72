#include <algorithm>
#include <cmath>

#include "logreg/role_files.hpp"
#include "tacit/logreg/clear_training.hpp"

namespace tacit::logreg {

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

DataSplit load_same_data(const PreprocessingRecord& preprocessing) {
    DataSplit split = load_data(preprocessing.data);
    if (fingerprint(split) != preprocessing.data_fingerprint) {
        fail(ErrorCode::parameter_mismatch,
             "the images in '{}' are not those that were encrypted; bring them back or encrypt and train again",
             preprocessing.data.source);
    }
    return split;
}

}  // namespace

Evaluation evaluate(const fs::path& private_folder) {
    const fs::path path = private_folder / file_names::model;
    require_file(path, "decrypt");
    const ModelRecord model = value_at(path, read_record<ModelRecord>(path));
    const DataSplit split = load_same_data(model.preprocessing);
    const Standardiser& standardiser = model.preprocessing.standardiser;
    const Dataset held_out = standardised(split.held_out, standardiser);
    const auto minibatches = draw_minibatches(standardised(split.training, standardiser), model.program.recipe,
                                              model.preprocessing.data.seed);
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
    result.classes = split.classes;
    result.image_side = split.image_side;
    write_record(private_folder / file_names::evaluation, result.record, FileMode::owner_only);
    return result;
}

}  // namespace tacit::logreg
