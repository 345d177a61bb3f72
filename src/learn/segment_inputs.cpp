#include "learn/segment_inputs.hpp"

#include <algorithm>
#include <utility>

#include "ring/automorphism.hpp"
#include "tacit/ckks/serialization.hpp"

namespace tacit::learn {

namespace fs = std::filesystem;

namespace {

ckks::CiphertextType type_of(const TrainingPlan& plan, std::size_t input) {
    return {.level = plan.program.input_levels()[input]};
}

bool wants(const std::optional<SegmentShare>& share, std::size_t input) {
    return !share || std::ranges::find(share->inputs, input) != share->inputs.end();
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

}  // namespace

ckks::EvaluationKeys read_keys(const OpenJob& job, const fs::path& upload_folder,
                               const std::optional<SegmentShare>& share) {
    const fs::path path = upload_folder / file_names::evaluation_keys;
    require_file(path, "keygen");
    if (!share) return value_at(path, ckks::read_evaluation_keys(path, job.parameters));
    return value_at(path, ckks::read_evaluation_keys(path, job.parameters, share->keys));
}

void check_keys(const OpenJob& job, const ckks::KeyRequest& request, const ckks::EvaluationKeys& keys,
                const fs::path& upload_folder) {
    const auto refuse = [&](const std::string& what) {
        fail(ErrorCode::missing_key,
             "'{}' has no key {}, which the {} circuit needs; run `tacit keygen` for this method",
             (upload_folder / file_names::evaluation_keys).string(), what, to_string(job.record.method));
    };
    if (request.relinearization && keys.relinearization() == nullptr) refuse("for products");
    for (const int steps : request.rotations) {
        const auto element = ring::galois_element(steps, job.parameters.log_ring_dimension());
        if (keys.galois(element) == nullptr) refuse(fmt::format("for rotations by {}", steps));
    }
    const auto conjugation = ring::conjugation_element(job.parameters.log_ring_dimension());
    if (request.conjugation && keys.galois(conjugation) == nullptr) refuse("for conjugation");
}

SegmentInputs read_rows(const OpenJob& job, const TrainingPlan& plan, int segment, const fs::path& upload_folder,
                        const std::optional<SegmentShare>& share) {
    const fs::path path = upload_folder / file_names::segment_inputs(segment);
    require_file(path, "encrypt");
    const MappedFile file = MappedFile::open(path);
    CiphertextReader reader(path, file.bytes(), job.parameters);
    SegmentInputs inputs;
    for (const std::size_t input : row_inputs(plan.training)) {
        if (wants(share, input)) {
            inputs.ciphertexts.emplace(input, reader.next(type_of(plan, input)));
        } else {
            reader.skip();
        }
    }
    reader.expect_end();
    inputs.fingerprint = reader.fingerprint();
    inputs.row_bytes = file.bytes().size();
    return inputs;
}

void add_state(SegmentInputs& inputs, const OpenJob& job, const TrainingPlan& plan, int segment,
               const fs::path& upload_folder, const fs::path& result_folder, const std::optional<SegmentShare>& share) {
    if (segment == 0) return;
    const std::vector<std::size_t> numbers = inputs_of(plan.training, owner_of_state);
    std::vector<ckks::CiphertextType> types;
    for (const std::size_t input : numbers) types.push_back(type_of(plan, input));
    const fs::path path = upload_folder / file_names::refreshed(segment - 1);
    StateFile refreshed = read_state_of(job, segment - 1, path, types);
    check_refreshed(path, refreshed, result_folder / file_names::state(segment - 1));
    inputs.so_far = std::move(refreshed.record.so_far);
    inputs.state_bytes = refreshed.bytes;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        if (wants(share, numbers[i])) inputs.ciphertexts.emplace(numbers[i], std::move(refreshed.ciphertexts[i]));
    }
}

}  // namespace tacit::learn
