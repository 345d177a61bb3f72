#include "learn/segment_inputs.hpp"

#include <optional>
#include <utility>

#include "ring/automorphism.hpp"
#include "tacit/ckks/serialization.hpp"

namespace tacit::learn {

namespace fs = std::filesystem;

namespace {

std::vector<ckks::CiphertextType> types_of(const TrainingPlan& plan, std::span<const std::size_t> inputs) {
    std::vector<ckks::CiphertextType> types;
    for (const std::size_t input : inputs) types.push_back({.level = plan.program.input_levels()[input]});
    return types;
}

/// The refreshed state must be one, and that of the state in the result folder.
void check_refreshed(const fs::path& path, const StateFile& refreshed, const fs::path& state) {
    if (refreshed.record.refreshes.empty()) {
        fail(ErrorCode::parameter_mismatch,
             "'{}' is a state as the service left it, not a refreshed one; run `tacit refresh`", path.string());
    }
    std::error_code error;
    if (!fs::exists(state, error) || read_state_record(state).fingerprint == refreshed.record.refreshes) return;
    fail(ErrorCode::parameter_mismatch, "'{}' was made from another state than '{}'; run `tacit refresh` again",
         path.string(), state.string());
}

/// The executor would notice too, but does not know the file.
void check_keys(const fs::path& path, const OpenJob& job, const ckks::KeyRequest& request,
                const ckks::EvaluationKeys& keys) {
    const auto refuse = [&](const std::string& what) {
        fail(ErrorCode::missing_key,
             "'{}' has no key {}, which the {} circuit needs; run `tacit keygen` for this method", path.string(), what,
             to_string(job.record.method));
    };
    if (request.relinearization && keys.relinearization() == nullptr) refuse("for products");
    for (const int steps : request.rotations) {
        const auto element = ring::galois_element(steps, job.parameters.log_ring_dimension());
        if (keys.galois(element) == nullptr) refuse(fmt::format("for rotations by {}", steps));
    }
    const auto conjugation = ring::conjugation_element(job.parameters.log_ring_dimension());
    if (request.conjugation && keys.galois(conjugation) == nullptr) refuse("for conjugation");
}

}  // namespace

ckks::EvaluationKeys read_keys(const OpenJob& job, const TrainingPlan& plan, const fs::path& folder) {
    const fs::path path = folder / file_names::evaluation_keys;
    require_file(path, "keygen");
    ckks::EvaluationKeys keys = value_at(path, ckks::read_evaluation_keys(path, job.parameters));
    check_keys(path, job, plan.program.key_request(), keys);
    return keys;
}

CiphertextFile read_rows(const OpenJob& job, const TrainingPlan& plan, int segment, const fs::path& upload_folder) {
    const fs::path path = upload_folder / file_names::segment_inputs(segment);
    require_file(path, "encrypt");
    return read_ciphertexts(path, job.parameters, types_of(plan, row_inputs(plan.training)));
}

SegmentInputs read_inputs(const OpenJob& job, const TrainingPlan& plan, int segment, const fs::path& upload_folder,
                          const fs::path& result_folder) {
    const std::vector<std::size_t> rows = row_inputs(plan.training);
    const std::vector<std::size_t> state = inputs_of(plan.training, owner_of_state);
    SegmentInputs inputs;
    std::vector<std::optional<ckks::Ciphertext>> places(plan.program.input_levels().size());
    const auto place = [&](std::span<const std::size_t> at, std::vector<ckks::Ciphertext> read) {
        for (std::size_t i = 0; i < at.size(); ++i) places[at[i]] = std::move(read[i]);
    };
    if (segment > 0) {
        const fs::path path = upload_folder / file_names::refreshed(segment - 1);
        StateFile refreshed = read_state_of(job, segment - 1, path, types_of(plan, state));
        check_refreshed(path, refreshed, result_folder / file_names::state(segment - 1));
        inputs.so_far = std::move(refreshed.record.so_far);
        inputs.state_bytes = refreshed.bytes;
        place(state, std::move(refreshed.ciphertexts));
    }
    CiphertextFile file = read_rows(job, plan, segment, upload_folder);
    place(rows, std::move(file.ciphertexts));
    inputs.fingerprint = std::move(file.fingerprint);
    inputs.row_bytes = file.bytes;
    for (auto& ciphertext : places) inputs.ciphertexts.push_back(*std::move(ciphertext));
    return inputs;
}

}  // namespace tacit::learn
