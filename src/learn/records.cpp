// The JSON of records.hpp.
#include "tacit/learn/records.hpp"

#include "learn/record_json.hpp"
#include "learn/state_file.hpp"

namespace tacit::learn {

namespace {

json encode(const TrainingRecipe& r) {
    return {{"model", to_string(r.model)},
            {"classes", r.classes},
            {"owners", r.owners},
            {"minibatches", r.minibatches},
            {"passes", r.passes},
            {"minibatch_size", r.minibatch_size},
            {"zero_rows", r.zero_rows},
            {"algorithm", to_string(r.algorithm)},
            {"start", to_string(r.start)},
            {"ridge", r.ridge},
            {"features", r.features},
            {"learning_rate", r.learning_rate},
            {"momentum_offset", r.momentum_offset},
            {"sigmoid", r.sigmoid.coefficients}};
}

void decode(const json& j, TrainingRecipe& r) {
    r.model = named("model", j.at("model").get<std::string>(), {Model::logistic, Model::linear, Model::multinomial});
    r.classes = j.at("classes").get<int>();
    r.owners = j.at("owners").get<int>();
    r.minibatches = j.at("minibatches").get<int>();
    r.passes = j.at("passes").get<int>();
    r.minibatch_size = j.at("minibatch_size").get<int>();
    r.zero_rows = j.at("zero_rows").get<int>();
    r.algorithm = named(
        "algorithm", j.at("algorithm").get<std::string>(),
        {Algorithm::gradient_descent, Algorithm::nesterov, Algorithm::fixed_hessian, Algorithm::quadratic_gradient});
    r.start = named("start", j.at("start").get<std::string>(), {Start::zero, Start::own_model, Start::foreign_model});
    r.ridge = finite(j.at("ridge"));
    r.features = j.at("features").get<int>();
    r.learning_rate = finite(j.at("learning_rate"));
    r.momentum_offset = j.at("momentum_offset").get<int>();
    r.sigmoid.coefficients = finite_list(j.at("sigmoid"));
    r.validate();
}

json encode(const ProgramRecord& r) {
    json segments = json::array();
    for (const SegmentRecord& s : r.segments) {
        segments.push_back({{"steps", s.steps}, {"circuit_fingerprint", s.circuit_fingerprint}});
    }
    return {{"job", r.job},
            {"method", to_string(r.method)},
            {"recipe", encode(r.recipe)},
            {"slots", r.slots},
            {"parameters_fingerprint", r.parameters_fingerprint},
            {"segments", segments}};
}

void decode(const json& j, ProgramRecord& r) {
    r.job = j.at("job").get<std::string>();
    r.method =
        named("method", j.at("method").get<std::string>(), {Method::baseline, Method::low_depth, Method::mask_free});
    decode(j.at("recipe"), r.recipe);
    r.slots = j.at("slots").get<std::size_t>();
    r.parameters_fingerprint = j.at("parameters_fingerprint").get<std::string>();
    std::int64_t steps = 0;
    for (const json& segment : j.at("segments")) {
        r.segments.push_back({segment.at("steps").get<int>(), segment.at("circuit_fingerprint").get<std::string>()});
        if (r.segments.back().steps < 1) fail(ErrorCode::malformed_input, "a segment has no steps");
        steps += r.segments.back().steps;
    }
    if (steps != r.recipe.steps()) {
        fail(ErrorCode::malformed_input, "its segments have {} steps, its recipe {}", steps, r.recipe.steps());
    }
}

json encode(const DataRecord& r) {
    json j{{"source", r.choice.source}, {"seed", r.choice.seed}, {"fingerprint", r.fingerprint}, {"start", r.start}};
    if (r.continued) {
        j["continued"] = {{"private", r.continued->private_folder.string()},
                          {"result", r.continued->result_folder.string()},
                          {"fingerprint", r.continued->fingerprint}};
    }
    if (r.features) {
        j["delimiter"] = std::string(1, r.choice.table.delimiter);
        j["held_out"] = r.choice.table.held_out;
        j["feature_map"] = json::parse(to_json(*r.features));
    } else {
        j["classes"] = {r.choice.classes.zero, r.choice.classes.one};
    }
    return j;
}

void decode(const json& j, DataRecord& r) {
    r.choice.source = j.at("source").get<std::string>();
    r.choice.seed = j.at("seed").get<std::uint64_t>();
    r.fingerprint = j.at("fingerprint").get<std::string>();
    for (const json& weights : j.at("start")) r.start.push_back(finite_list(weights));
    if (j.contains("continued")) {
        const json& continued = j.at("continued");
        r.continued = {continued.at("private").get<std::string>(), continued.at("result").get<std::string>(),
                       continued.at("fingerprint").get<std::string>()};
    }
    if (!j.contains("feature_map")) {
        r.choice.classes = {j.at("classes").at(0).get<int>(), j.at("classes").at(1).get<int>()};
        return;
    }
    const auto delimiter = j.at("delimiter").get<std::string>();
    if (delimiter.size() != 1) fail(ErrorCode::malformed_input, "the delimiter '{}' is not one character", delimiter);
    r.features = table::parse_feature_map(j.at("feature_map").dump()).value();
    r.choice.table = {r.features->choice(), delimiter.front(), j.at("held_out").get<int>()};
}

json encode(const PreprocessingRecord& r) {
    return {{"data", encode(r.data)},
            {"means", r.standardiser.means},
            {"factors", r.standardiser.factors},
            {"bias", r.standardiser.bias},
            {"inputs_fingerprints", r.inputs_fingerprints}};
}

void decode(const json& j, PreprocessingRecord& r) {
    decode(j.at("data"), r.data);
    r.standardiser = {finite_list(j.at("means")), finite_list(j.at("factors")), finite(j.at("bias"))};
    r.inputs_fingerprints = j.at("inputs_fingerprints").get<std::vector<std::string>>();
}

json encode(const ModelRecord& r) {
    return {{"program", encode(r.program)}, {"preprocessing", encode(r.preprocessing)}, {"weights", r.weights}};
}

void decode(const json& j, ModelRecord& r) {
    decode(j.at("program"), r.program);
    decode(j.at("preprocessing"), r.preprocessing);
    r.weights = finite_list(j.at("weights"));
}

/// Calls visit(name, field) for every field, in the order of the file.
template <class Record, class Visit>
void visit_statistics(Record& r, Visit&& visit) {
    visit("job", r.job);
    visit("inputs_fingerprint", r.inputs_fingerprint);
    visit("method", r.method);
    visit("segments", r.segments);
    visit("minibatches", r.minibatches);
    visit("minibatch_size", r.minibatch_size);
    visit("kernels", r.kernels);
    visit("threads", r.threads);
    visit("seconds", r.seconds);
    visit("seconds_loading", r.seconds_loading);
    visit("peak_memory_bytes", r.peak_memory_bytes);
    visit("depth", r.depth);
    visit("log_ring_dimension", r.log_ring_dimension);
    visit("log2_modulus", r.log2_modulus);
    visit("security_bits", r.security_bits);
    visit("products", r.products);
    visit("constant_products", r.constant_products);
    visit("additions", r.additions);
    visit("relinearisations", r.relinearisations);
    visit("rotations", r.rotations);
    visit("conjugations", r.conjugations);
    visit("keys", r.keys);
    visit("key_memory_bytes", r.key_memory_bytes);
    visit("key_file_bytes", r.key_file_bytes);
    visit("inputs", r.inputs);
    visit("input_memory_bytes", r.input_memory_bytes);
    visit("input_file_bytes", r.input_file_bytes);
    visit("outputs", r.outputs);
    visit("output_file_bytes", r.output_file_bytes);
    visit("state_file_bytes", r.state_file_bytes);
}

json encode(const StatisticsRecord& r) {
    json j;
    visit_statistics(r, [&](const char* name, const auto& field) { j[name] = field; });
    return j;
}

void decode(const json& j, StatisticsRecord& r) {
    visit_statistics(r, [&](const char* name, auto& field) { j.at(name).get_to(field); });
}

json encode(const StateRecord& r) {
    return {{"job", r.job}, {"segment", r.segment}, {"refreshes", r.refreshes}, {"so_far", encode(r.so_far)}};
}

void decode(const json& j, StateRecord& r) {
    r.job = j.at("job").get<std::string>();
    r.segment = j.at("segment").get<int>();
    r.refreshes = j.at("refreshes").get<std::string>();
    decode(j.at("so_far"), r.so_far);
}

/// Calls visit(name, field) for the figures that say something of such a model.
template <class Score, class Visit>
void visit_score(Score& s, Model model, Visit&& visit) {
    if (model == Model::linear) {
        visit("r_squared", s.r_squared);
        visit("root_mean_square_error", s.root_mean_square_error);
    } else {
        visit("accuracy", s.accuracy);
        if (model == Model::logistic) visit("area_under_roc", s.area_under_roc);
    }
}

json encode(const ModelScore& s, Model model) {
    json j;
    visit_score(s, model, [&](const char* name, double field) { j[name] = field; });
    return j;
}

void decode(const json& j, ModelScore& s, Model model) {
    visit_score(s, model, [&](const char* name, double& field) { field = finite(j.at(name)); });
}

json encode(const EvaluationRecord& r) {
    return {{"job", r.job},
            {"model", to_string(r.model)},
            {"method", r.method},
            {"data", r.data},
            {"training_rows", r.training_rows},
            {"held_out_rows", r.held_out_rows},
            {"encrypted", encode(r.encrypted, r.model)},
            {"clear", encode(r.clear, r.model)},
            {"exact", encode(r.exact, r.model)},
            {"confusion", r.confusion},
            {"largest_weight", r.largest_weight},
            {"largest_weight_error", r.largest_weight_error},
            {"relative_weight_error", r.relative_weight_error}};
}

void decode(const json& j, EvaluationRecord& r) {
    r.job = j.at("job").get<std::string>();
    r.model = named("model", j.at("model").get<std::string>(), {Model::logistic, Model::linear, Model::multinomial});
    r.method = j.at("method").get<std::string>();
    r.data = j.at("data").get<std::string>();
    r.training_rows = j.at("training_rows").get<std::size_t>();
    r.held_out_rows = j.at("held_out_rows").get<std::size_t>();
    decode(j.at("encrypted"), r.encrypted, r.model);
    decode(j.at("clear"), r.clear, r.model);
    decode(j.at("exact"), r.exact, r.model);
    r.confusion = j.at("confusion").get<std::vector<std::vector<std::size_t>>>();
    r.largest_weight = finite(j.at("largest_weight"));
    r.largest_weight_error = finite(j.at("largest_weight_error"));
    r.relative_weight_error = finite(j.at("relative_weight_error"));
}

template <class Record>
constexpr const char* format_name = nullptr;
template <>
constexpr const char* format_name<ProgramRecord> = "tacit training program";
template <>
constexpr const char* format_name<DataRecord> = "tacit training data";
template <>
constexpr const char* format_name<PreprocessingRecord> = "tacit preprocessing";
template <>
constexpr const char* format_name<ModelRecord> = "tacit model";
template <>
constexpr const char* format_name<StatisticsRecord> = "tacit training statistics";
template <>
constexpr const char* format_name<EvaluationRecord> = "tacit evaluation";
template <>
constexpr const char* format_name<StateRecord> = "tacit training state";

}  // namespace

template <class Record>
Expected<Record> read_record(const std::filesystem::path& path) {
    return read_json<Record>(path, format_name<Record>, [](const json& j, Record& record) { decode(j, record); });
}

template <class Record>
void write_record(const std::filesystem::path& path, const Record& record, FileMode mode) {
    write_json(path, format_name<Record>, encode(record), mode);
}

Expected<StateRecord> parse_state_record(std::string_view line) {
    return parse_json<StateRecord>(line, format_name<StateRecord>,
                                   [](const json& j, StateRecord& record) { decode(j, record); });
}

std::string to_line(const StateRecord& record) { return json_text(format_name<StateRecord>, encode(record), -1); }

template Expected<ProgramRecord> read_record(const std::filesystem::path&);
template Expected<DataRecord> read_record(const std::filesystem::path&);
template Expected<PreprocessingRecord> read_record(const std::filesystem::path&);
template Expected<ModelRecord> read_record(const std::filesystem::path&);
template Expected<StatisticsRecord> read_record(const std::filesystem::path&);
template Expected<EvaluationRecord> read_record(const std::filesystem::path&);
template void write_record(const std::filesystem::path&, const ProgramRecord&, FileMode);
template void write_record(const std::filesystem::path&, const DataRecord&, FileMode);
template void write_record(const std::filesystem::path&, const PreprocessingRecord&, FileMode);
template void write_record(const std::filesystem::path&, const ModelRecord&, FileMode);
template void write_record(const std::filesystem::path&, const StatisticsRecord&, FileMode);
template void write_record(const std::filesystem::path&, const EvaluationRecord&, FileMode);

}  // namespace tacit::learn
