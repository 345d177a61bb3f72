#include "learn/score_files.hpp"

#include "learn/record_json.hpp"
#include "learn/role_files.hpp"
#include "tacit/learn/scoring.hpp"

namespace tacit::learn {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t most_features = 4096;

json encode(const OfferRecord& r) {
    return {{"model", to_string(r.model)},
            {"delimiter", std::string(1, r.delimiter)},
            {"feature_map", json::parse(to_json(r.features))}};
}

void decode(const json& j, OfferRecord& r) {
    r.model = named("model", j.at("model").get<std::string>(), {Model::logistic, Model::linear, Model::multinomial});
    const auto delimiter = j.at("delimiter").get<std::string>();
    if (delimiter.size() != 1) fail(ErrorCode::malformed_input, "the delimiter '{}' is not one character", delimiter);
    r.delimiter = delimiter.front();
    r.features = table::parse_feature_map(j.at("feature_map").dump()).value();
}

json encode(const ScoringRecord& r) {
    return {{"job", r.job},
            {"features", r.features},
            {"outputs", r.outputs},
            {"encrypted_model", r.encrypted_model},
            {"parameters_fingerprint", r.parameters_fingerprint}};
}

void decode(const json& j, ScoringRecord& r) {
    r.job = j.at("job").get<std::string>();
    r.features = j.at("features").get<std::size_t>();
    r.outputs = j.at("outputs").get<std::size_t>();
    r.encrypted_model = j.at("encrypted_model").get<bool>();
    r.parameters_fingerprint = j.at("parameters_fingerprint").get<std::string>();
    if (r.features < 1 || r.features > most_features || r.outputs < 1 || r.outputs > 256) {
        fail(ErrorCode::malformed_input, "{} features and {} outputs are not in [1, {}] and [1, 256]", r.features,
             r.outputs, most_features);
    }
}

json encode(const RowsRecord& r) {
    return {{"source", r.source}, {"fingerprint", r.fingerprint}, {"inputs_fingerprint", r.inputs_fingerprint}};
}

void decode(const json& j, RowsRecord& r) {
    r.source = j.at("source").get<std::string>();
    r.fingerprint = j.at("fingerprint").get<std::string>();
    r.inputs_fingerprint = j.at("inputs_fingerprint").get<std::string>();
}

json encode(const ScoringStatistics& r) {
    return {{"job", r.job},
            {"inputs_fingerprint", r.inputs_fingerprint},
            {"batches", r.batches},
            {"rows_in_a_batch", r.rows_in_a_batch},
            {"seconds", r.seconds},
            {"seconds_loading", r.seconds_loading},
            {"peak_memory_bytes", r.peak_memory_bytes},
            {"input_file_bytes", r.input_file_bytes},
            {"output_file_bytes", r.output_file_bytes}};
}

void decode(const json& j, ScoringStatistics& r) {
    r.job = j.at("job").get<std::string>();
    r.inputs_fingerprint = j.at("inputs_fingerprint").get<std::string>();
    r.batches = j.at("batches").get<std::size_t>();
    r.rows_in_a_batch = j.at("rows_in_a_batch").get<std::size_t>();
    r.seconds = finite(j.at("seconds"));
    r.seconds_loading = finite(j.at("seconds_loading"));
    r.peak_memory_bytes = j.at("peak_memory_bytes").get<std::uint64_t>();
    r.input_file_bytes = j.at("input_file_bytes").get<std::uint64_t>();
    r.output_file_bytes = j.at("output_file_bytes").get<std::uint64_t>();
}

template <class Record>
constexpr const char* format_name = nullptr;
template <>
constexpr const char* format_name<OfferRecord> = "tacit scoring offer";
template <>
constexpr const char* format_name<ScoringRecord> = "tacit scoring";
template <>
constexpr const char* format_name<RowsRecord> = "tacit scored rows";
template <>
constexpr const char* format_name<ScoringStatistics> = "tacit scoring statistics";

}  // namespace

template <class Record>
Record read_score_record(const fs::path& path) {
    return read_json<Record>(path, format_name<Record>, [](const json& j, Record& record) { decode(j, record); })
        .value();
}

template <class Record>
void write_score_record(const fs::path& path, const Record& record, FileMode mode) {
    write_json(path, format_name<Record>, encode(record), mode);
}

template OfferRecord read_score_record(const fs::path&);
template ScoringRecord read_score_record(const fs::path&);
template RowsRecord read_score_record(const fs::path&);
template ScoringStatistics read_score_record(const fs::path&);
template void write_score_record(const fs::path&, const OfferRecord&, FileMode);
template void write_score_record(const fs::path&, const ScoringRecord&, FileMode);
template void write_score_record(const fs::path&, const RowsRecord&, FileMode);
template void write_score_record(const fs::path&, const ScoringStatistics&, FileMode);

OfferRecord read_offer(const fs::path& path) { return read_score_record<OfferRecord>(path); }

OfferRecord offer_of(const ModelRecord& model, const fs::path& path) {
    const DataRecord& data = model.preprocessing.data;
    if (!data.features) {
        fail(ErrorCode::invalid_argument, "'{}' was trained on images; only rows of a table are scored from a file",
             path.string());
    }
    return {model.program.recipe.model, data.choice.table.delimiter, *data.features};
}

std::vector<std::vector<double>> scoring_weights(const ModelRecord& model) {
    std::vector<std::vector<double>> weights;
    std::span<const double> left = model.weights;
    const std::size_t size = left.size() / static_cast<std::size_t>(model.program.recipe.outputs());
    for (; !left.empty(); left = left.subspan(size)) {
        weights.push_back(weights_without_standardiser(left.first(size), model.preprocessing.standardiser));
    }
    return weights;
}

compile::ManagedCircuit scoring_program(const ScoringRecord& record, const std::vector<std::vector<double>>& weights,
                                        std::size_t slots) {
    return compile::manage(
        record.encrypted_model ? encrypted_scoring_circuit(record.features, record.outputs) : scoring_circuit(weights),
        slots);
}

OpenScoring open_scoring(const fs::path& folder) {
    const fs::path scoring = folder / file_names::scoring;
    const fs::path parameters = folder / file_names::parameters;
    require_file(scoring, "score keygen");
    require_file(parameters, "score keygen");
    auto record = read_score_record<ScoringRecord>(scoring);
    ckks::Parameters read = read_parameters(parameters);
    if (to_hex(read.fingerprint()) != record.parameters_fingerprint || read.depth() != 1) {
        fail(ErrorCode::parameter_mismatch,
             "'{}' are not the parameters that '{}' was written for; run `tacit score keygen`", parameters.string(),
             scoring.string());
    }
    return {std::move(record), std::move(read)};
}

}  // namespace tacit::learn
