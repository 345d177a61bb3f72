// Encrypted prediction, the service: no secret key, and no row or score that it can read.
#include "base/stopwatch.hpp"
#include "learn/ciphertext_reader.hpp"
#include "learn/role_files.hpp"
#include "learn/score_files.hpp"
#include "tacit/base/interrupt.hpp"
#include "tacit/ckks/serialization.hpp"
#include "tacit/runtime/executor.hpp"

namespace tacit::learn {

namespace fs = std::filesystem;

namespace {

std::vector<std::vector<double>> clear_weights_for(const ScoringRecord& record, const fs::path& path) {
    if (record.encrypted_model != path.empty()) {
        fail(ErrorCode::invalid_argument, "{}",
             record.encrypted_model ? "the customer sent an encrypted model; leave out the one in the clear"
                                    : "the customer wants rows scored by a model of the service; name its model.json");
    }
    if (path.empty()) return {};
    auto weights = scoring_weights(value_at(path, read_record<ModelRecord>(path)));
    if (weights.size() != record.outputs || weights.front().size() != record.features + 1) {
        fail(ErrorCode::parameter_mismatch,
             "'{}' has {} outputs of {} features, and the rows are for {} of {}; give the customer this model's offer",
             path.string(), weights.size(), weights.front().size() - 1, record.outputs, record.features);
    }
    return weights;
}

std::vector<ckks::Ciphertext> read_encrypted_model(const fs::path& folder, const OpenScoring& scoring) {
    if (!scoring.record.encrypted_model) return {};
    const std::vector types(scoring.record.outputs * (scoring.record.features + 1), scoring_input_type);
    return read_ciphertexts(folder / file_names::encrypted_model, scoring.parameters, types);
}

ckks::EvaluationKeys read_scoring_keys(const fs::path& folder, const OpenScoring& scoring) {
    if (!scoring.record.encrypted_model) return ckks::EvaluationKeys(scoring.parameters);
    const fs::path path = folder / file_names::evaluation_keys;
    return value_at(path, ckks::read_evaluation_keys(path, scoring.parameters));
}

}  // namespace

ScoringStatistics score_run(const fs::path& upload_folder, const fs::path& result_folder, const fs::path& model,
                            const WorkProgress& progress) {
    const auto start = SteadyClock::now();
    const OpenScoring scoring = open_scoring(upload_folder);
    const auto weights = clear_weights_for(scoring.record, model);
    const auto program = scoring_program(scoring.record, weights, scoring.parameters.slots());
    const compile::Plan plan(program, scoring.parameters);
    const ckks::EvaluationKeys keys = read_scoring_keys(upload_folder, scoring);
    const auto encrypted = read_encrypted_model(upload_folder, scoring);
    require_file(upload_folder / file_names::rows, "score encrypt");
    const fs::path path = upload_folder / file_names::rows;
    const MappedFile mapped = MappedFile::open(path);
    CiphertextReader rows(path, mapped.bytes(), scoring.parameters);
    make_folder(result_folder);
    CiphertextFileWriter file(result_folder / file_names::scores);
    ScoringStatistics statistics;
    statistics.job = scoring.record.job;
    statistics.rows_in_a_batch = 2 * scoring.parameters.slots();
    while (!rows.at_end()) {
        throw_if_interrupted();
        std::vector<ckks::Ciphertext> inputs;
        for (std::size_t j = 0; j <= scoring.record.features; ++j) inputs.push_back(rows.next(scoring_input_type));
        for (const ckks::Ciphertext& weight : encrypted) inputs.push_back(weight.clone());
        const auto begin = SteadyClock::now();
        for (const auto& score : runtime::execute(plan, keys, std::move(inputs))) file.write(score);
        statistics.seconds += seconds_since(begin);
        ++statistics.batches;
        if (progress) progress(mapped.bytes().size() - rows.bytes_left(), mapped.bytes().size());
    }
    statistics.seconds_loading = seconds_since(start) - statistics.seconds;
    statistics.inputs_fingerprint = rows.fingerprint();
    statistics.input_file_bytes = mapped.bytes().size();
    statistics.output_file_bytes = file.bytes();
    statistics.peak_memory_bytes = peak_memory_bytes();
    remove_stale(result_folder / file_names::scores);  // old scores never stand beside new statistics
    write_score_record(result_folder / file_names::scoring_statistics, statistics, FileMode::shared);
    file.commit();
    return statistics;
}

}  // namespace tacit::learn
