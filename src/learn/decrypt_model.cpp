// What the customer decrypts: states to refresh, and the model.
#include <cmath>
#include <utility>

#include "learn/customer_files.hpp"
#include "tacit/ckks/decryptor.hpp"
#include "tacit/ckks/encryptor.hpp"

namespace tacit::learn {

namespace fs = std::filesystem;

namespace {

/// The sum over the ring of a decryption under a wrong key is large: about the modulus of level 0 over its scale times
/// sqrt(N), while weights that training gives are far below 2^integer_bits.
void check_plausible(const TrainingState& state, const ckks::Parameters& parameters, const fs::path& result) {
    const double limit = std::ldexp(1.0, parameters.integer_bits());
    for (const std::vector<double>& vector : state) {
        for (const double weight : vector) {
            if (std::isfinite(weight) && std::fabs(weight) <= limit) continue;
            fail(ErrorCode::parameter_mismatch,
                 "'{}' decrypts to {:.3g}, which is no weight (limit {:.0f}); was it made with this secret key's "
                 "uploads?",
                 result.string(), weight, limit);
        }
    }
}

/// What the circuit of a segment left in a file.
TrainingState decrypt_outputs(const TrainingPlan& plan, const ckks::SecretKey& secret,
                              std::span<const ckks::Ciphertext> ciphertexts) {
    const ckks::Decryptor decryptor(secret);
    std::vector<ComplexSlots> outputs;
    for (const auto& ciphertext : ciphertexts) outputs.push_back(decryptor.decrypt_complex(ciphertext));
    return extract_state(plan.training, outputs);
}

bool is_result_of(const StatisticsRecord& statistics, const ProgramRecord& program, const PreprocessingRecord& data) {
    return statistics.job == program.job && statistics.inputs_fingerprint == data.inputs_fingerprints.back();
}

bool is_trained(const fs::path& result_folder, const ProgramRecord& program, const PreprocessingRecord& data) {
    const auto statistics = read_record<StatisticsRecord>(result_folder / file_names::statistics);
    return statistics && is_result_of(*statistics, program, data);
}

/// There is nothing to refresh after the last segment.
void check_unfinished(const fs::path& result_folder, const ProgramRecord& program, const PreprocessingRecord& data) {
    if (!is_trained(result_folder, program, data)) return;
    fail(ErrorCode::invalid_argument, "'{}' holds the trained model, nothing is left to refresh; run `tacit decrypt`",
         result_folder.string());
}

/// The result must come from the keys and the inputs of the private folder.
void check_same_inputs(const fs::path& result_folder, const ProgramRecord& program, const PreprocessingRecord& data) {
    const fs::path path = result_folder / file_names::statistics;
    require_file(path, "train");
    const auto statistics = value_at(path, read_record<StatisticsRecord>(path));
    if (is_result_of(statistics, program, data)) return;
    fail(ErrorCode::parameter_mismatch,
         "'{}' was trained {} than the private folder's; give the folders of one job, or train again",
         result_folder.string(), statistics.job != program.job ? "under other keys" : "on other inputs");
}

}  // namespace

RefreshNeed find_refresh_need(const fs::path& private_folder, const fs::path& result_folder,
                              const fs::path& upload_folder) {
    const OpenJob job = open_job(private_folder);
    if (is_trained(result_folder, job.record, read_preprocessing(private_folder, job))) return RefreshNeed::trained;
    const auto state = newest(result_folder, file_names::state, job.segments());
    if (!state || last_refreshed(upload_folder, job.segments()) >= state) return RefreshNeed::none;
    return RefreshNeed::state;
}

RefreshSummary refresh_state(const fs::path& private_folder, const fs::path& result_folder,
                             const fs::path& upload_folder) {
    const OpenJob job = open_job(private_folder);
    check_same_job(upload_folder, job);
    const ckks::SecretKey secret = read_key(private_folder, job.parameters);
    const PreprocessingRecord preprocessing = read_preprocessing(private_folder, job);
    check_unfinished(result_folder, job.record, preprocessing);
    const auto segment = newest(result_folder, file_names::state, job.segments());
    if (!segment) {
        fail(ErrorCode::io_failure, "'{}' holds no state of this training of {} segments; run `tacit train` first",
             result_folder.string(), job.segments());
    }
    const fs::path path = result_folder / file_names::state(*segment);
    const TrainingPlan plan = job.plan(*segment);
    const std::vector<ckks::CiphertextType> types(plan.program.outputs().size(), ckks::CiphertextType{});
    StateFile state = read_state_of(job, *segment, path, types);
    const auto at = static_cast<std::size_t>(*segment);
    if (state.record.so_far.inputs_fingerprint != preprocessing.inputs_fingerprints[at]) {
        fail(ErrorCode::parameter_mismatch,
             "'{}' was trained on other inputs than the private folder's; train again, into an empty folder",
             path.string());
    }
    const TrainingState weights = decrypt_outputs(plan, secret, state.ciphertexts);
    check_plausible(weights, job.parameters, path);
    const TrainingPlan next = job.plan(*segment + 1);
    InputPacker pack(next.training, tensor::ClearInputs{}, weights);
    const ckks::Encryptor encryptor(secret);
    std::vector<ckks::Ciphertext> fresh;
    for (const std::size_t input : inputs_of(next.training, owner_of_state)) {
        fresh.push_back(encryptor.encrypt(pack(input), next.program.input_levels()[input]));
    }
    StateRecord record = std::move(state.record);
    record.refreshes = state.fingerprint;
    record.so_far.state_file_bytes += state.bytes;
    const auto bytes = write_state(upload_folder / file_names::refreshed(*segment), record, fresh);
    return {*segment, job.segments(), next.training.segment.first, job.record.recipe.steps(), fresh.size(), bytes};
}

ModelRecord decrypted_model(const fs::path& private_folder, const fs::path& result_folder) {
    const OpenJob job = open_job(private_folder);
    const ckks::SecretKey secret = read_key(private_folder, job.parameters);
    const PreprocessingRecord preprocessing = read_preprocessing(private_folder, job);
    check_same_inputs(result_folder, job.record, preprocessing);
    const fs::path result = result_folder / file_names::weights;
    require_file(result, "train");
    const TrainingPlan plan = job.plan(job.segments() - 1);
    const std::vector<ckks::CiphertextType> types(plan.program.outputs().size(), ckks::CiphertextType{});
    const TrainingState state = decrypt_outputs(plan, secret, read_ciphertexts(result, job.parameters, types));
    check_plausible(state, job.parameters, result);
    ModelRecord model{job.record, preprocessing, {}};
    for (const auto& weights : state) model.weights.insert(model.weights.end(), weights.begin(), weights.end());
    return model;
}

ModelRecord decrypt_model(const fs::path& private_folder, const fs::path& result_folder) {
    ModelRecord model = decrypted_model(private_folder, result_folder);
    write_record(private_folder / file_names::model, model, FileMode::owner_only);
    return model;
}

}  // namespace tacit::learn
