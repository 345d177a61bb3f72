#include "learn/customer_files.hpp"

#include "tacit/base/interrupt.hpp"
#include "tacit/ckks/serialization.hpp"

namespace tacit::learn {

namespace fs = std::filesystem;

void report(const WorkProgress& progress, std::size_t done, std::size_t total) {
    throw_if_interrupted();
    if (progress) progress(done, total);
}

void require_no_key(const fs::path& path, bool overwrite) {
    std::error_code error;
    if (overwrite || !fs::exists(path, error)) return;
    fail(ErrorCode::invalid_argument,
         "'{}' exists, and without it nothing encrypted under it can be read; choose another folder or --overwrite",
         path.string());
}

ckks::SecretKey read_key(const fs::path& private_folder, const ckks::Parameters& parameters, const char* maker) {
    const fs::path path = private_folder / file_names::secret_key;
    require_file(path, maker);
    return value_at(path, ckks::read_secret_key(path, parameters, ckks::insecure_secret_key_access()));
}

PreprocessingRecord read_preprocessing(const fs::path& private_folder, const OpenJob& job) {
    const fs::path path = private_folder / file_names::preprocessing;
    require_file(path, "encrypt");
    auto preprocessing = value_at(path, read_record<PreprocessingRecord>(path));
    if (preprocessing.inputs_fingerprints.size() == job.record.segments.size()) return preprocessing;
    fail(ErrorCode::parameter_mismatch, "'{}' is of {} segments, the program has {}; run `tacit encrypt` again",
         path.string(), preprocessing.inputs_fingerprints.size(), job.segments());
}

void check_same_job(const fs::path& upload_folder, const OpenJob& job) {
    const fs::path path = upload_folder / file_names::program;
    require_file(path, "keygen");
    if (value_at(path, read_record<ProgramRecord>(path)).job != job.record.job) {
        fail(ErrorCode::parameter_mismatch,
             "'{}' belongs to other keys than the private folder; give the folders of one keygen",
             upload_folder.string());
    }
}

void remove_old_inputs(const fs::path& upload_folder) {
    remove_stale(upload_folder / file_names::inputs);
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(upload_folder, error)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with("inputs-") || name.starts_with("refreshed-")) remove_stale(entry.path());
    }
}

}  // namespace tacit::learn
