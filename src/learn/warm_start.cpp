#include "learn/warm_start.hpp"

#include <algorithm>
#include <map>
#include <string>

#include "base/fail.hpp"
#include "learn/customer_files.hpp"
#include "tacit/learn/scoring.hpp"

namespace tacit::learn {

namespace fs = std::filesystem;

namespace {

/// A feature is (x - mean) / deviation of what is in the file: x itself for pixels and levels.
struct Unit {
    std::string name{};
    double mean = 0;
    double deviation = 1;
};

std::vector<Unit> units_of(const std::optional<table::FeatureMap>& map, std::size_t features) {
    std::vector<Unit> units;
    if (!map) {
        for (std::size_t j = 0; j < features; ++j) units.push_back({fmt::format("pixel {}", j)});
        return units;
    }
    for (const table::FeatureColumn& column : map->columns()) {
        if (column.numeric()) units.push_back({column.name, column.mean, column.deviation});
        for (const std::string& level : column.levels) units.push_back({column.name + "=" + level});
    }
    return units;
}

[[noreturn]] void refuse(const std::string& what) {
    fail(ErrorCode::parameter_mismatch,
         "the model to start from {}; start from a model of the same table, or from zero", what);
}

/// Where each feature of `to` is in `from`.
std::vector<std::size_t> match(const std::vector<Unit>& from, const std::vector<Unit>& to) {
    std::map<std::string, std::size_t> positions;
    for (std::size_t j = 0; j < from.size(); ++j) positions.emplace(from[j].name, j);
    std::vector<std::size_t> found;
    for (const Unit& unit : to) {
        const auto at = positions.find(unit.name);
        if (at == positions.end()) refuse(fmt::format("has no feature '{}', which the data have", unit.name));
        found.push_back(at->second);
        positions.erase(at);
    }
    if (!positions.empty()) refuse(fmt::format("has a feature '{}', which the data lack", positions.begin()->first));
    return found;
}

void check_label(const ModelRecord& model, const DataSplit& split, const TrainingRecipe& recipe) {
    const auto& before = model.preprocessing.data;
    if (model.program.recipe.model != recipe.model) {
        refuse(
            fmt::format("is {}, and the training {}", to_string(model.program.recipe.model), to_string(recipe.model)));
    }
    if (before.features.has_value() != split.features.has_value()) {
        refuse(before.features ? "is of a table, and the data are images" : "is of images, and the data a table");
    }
    if (!split.features) {
        if (std::to_string(before.choice.classes.zero) != split.zero ||
            std::to_string(before.choice.classes.one) != split.one) {
            refuse(fmt::format("tells {} from {}, and the training {} from {}", before.choice.classes.zero,
                               before.choice.classes.one, split.zero, split.one));
        }
        return;
    }
    if (before.features->choice().label != split.features->choice().label) {
        refuse(fmt::format("predicts '{}', and the training '{}'", before.features->choice().label,
                           split.features->choice().label));
    }
    if (before.features->class_names() != split.features->class_names()) {
        refuse(fmt::format("knows the classes '{}', and the data '{}'",
                           fmt::join(before.features->class_names(), "', '"),
                           fmt::join(split.features->class_names(), "', '")));
    }
}

/// Weights of one output for numbers as they are in the file: bias first.
std::vector<double> for_the_file(std::span<const double> weights, const ModelRecord& model,
                                 const std::vector<Unit>& units) {
    std::vector<double> w = weights_without_standardiser(weights, model.preprocessing.standardiser);
    for (std::size_t j = 0; j < units.size(); ++j) {
        w[j + 1] /= units[j].deviation;
        w.front() -= w[j + 1] * units[j].mean;
    }
    return w;
}

/// The reverse, for other units and another standardiser.
std::vector<double> for_training(std::vector<double> w, const std::vector<Unit>& units,
                                 const Standardiser& standardiser, std::size_t width) {
    for (std::size_t j = 0; j < units.size(); ++j) {
        w.front() += w[j + 1] * (units[j].mean + units[j].deviation * standardiser.means[j]);
        w[j + 1] *= units[j].deviation;
        // A column without any value has the factor 0 and keeps the weight 0.
        w[j + 1] = standardiser.factors[j] > 0 ? w[j + 1] / standardiser.factors[j] : 0;
    }
    w.front() /= standardiser.bias;
    w.resize(width, 0.0);
    return w;
}

/// From standardised targets to those of another column of the same name.
void move_target(const table::FeatureColumn& from, const table::FeatureColumn& to, std::vector<double>& w) {
    for (double& weight : w) weight *= from.deviation / to.deviation;
    w.front() += (from.mean - to.mean) / to.deviation;
}

}  // namespace

TrainingState start_from(const ModelRecord& model, const DataSplit& split, const Standardiser& standardiser,
                         const TrainingRecipe& recipe) {
    check_label(model, split, recipe);
    const auto& before = model.preprocessing.data.features;
    const auto from = units_of(before, model.preprocessing.standardiser.means.size());
    const auto to = units_of(split.features, split.training.features);
    const auto positions = match(from, to);
    std::span<const double> weights = model.weights;
    const std::size_t size = weights.size() / static_cast<std::size_t>(recipe.outputs());
    TrainingState start;
    for (; !weights.empty(); weights = weights.subspan(size)) {
        const std::vector<double> w = for_the_file(weights.first(size), model, from);
        std::vector<double> moved{w.front()};
        for (const std::size_t j : positions) moved.push_back(w[j + 1]);
        if (recipe.model == Model::linear) move_target(before->target(), split.features->target(), moved);
        const auto width = static_cast<std::size_t>(recipe.features);
        start.push_back(for_training(std::move(moved), to, standardiser, width));
    }
    return start;
}

namespace {

std::string fingerprint_of_result(const fs::path& weights) {
    require_file(weights, "train");
    const MappedFile file = MappedFile::open(weights);
    return value_at(weights, catching([&] {
                        CiphertextFingerprint fingerprint;
                        for (auto rest = file.bytes(); !rest.empty();) fingerprint.add(next_object(rest));
                        return fingerprint.finish();
                    }));
}

}  // namespace

EncryptedStart encrypted_start(EncryptedStart start, const fs::path& private_folder) {
    std::error_code error;
    if (fs::equivalent(start.private_folder, private_folder, error)) {
        fail(ErrorCode::invalid_argument,
             "'{}' holds the key of the result to go on from, which this training would replace; choose another folder "
             "for its private files",
             private_folder.string());
    }
    for (fs::path* folder : {&start.private_folder, &start.result_folder}) {
        *folder = fs::absolute(*folder).lexically_normal();
    }
    start.fingerprint = fingerprint_of_result(start.result_folder / file_names::weights);
    return start;
}

TrainingState start_of(const DataRecord& data, const DataSplit& split, const Standardiser& standardiser,
                       const TrainingRecipe& recipe) {
    if (!data.continued) return data.start;
    const fs::path weights = data.continued->result_folder / file_names::weights;
    if (fingerprint_of_result(weights) != data.continued->fingerprint) {
        fail(ErrorCode::parameter_mismatch,
             "'{}' is not the result that this training was planned to go on from; bring that back, or begin again "
             "with keygen",
             weights.string());
    }
    const ModelRecord model = decrypted_model(data.continued->private_folder, data.continued->result_folder);
    return start_from(model, split, standardiser, recipe);
}

}  // namespace tacit::learn
