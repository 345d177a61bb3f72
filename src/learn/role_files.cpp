#include "learn/role_files.hpp"

#include <system_error>

#include "learn/ciphertext_reader.hpp"
#include "tacit/ckks/serialization.hpp"

namespace tacit::learn {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t largest_parameters_bytes = std::uint64_t{1} << 20;

}  // namespace

void make_folder(const fs::path& folder, FileMode mode) {
    std::error_code error;
    if (fs::is_directory(folder, error)) return;
    fs::create_directories(folder, error);
    if (error) {
        fail(ErrorCode::io_failure, "cannot make folder '{}': {}; choose a folder that you may write to",
             folder.string(), error.message());
    }
    if (mode == FileMode::owner_only) fs::permissions(folder, fs::perms::owner_all, error);
}

void require_file(const fs::path& path, const char* maker) {
    std::error_code error;
    if (fs::exists(path, error)) return;
    fail(ErrorCode::io_failure, "there is no '{}'; run `tacit {}` first, or mend the folder's name", path.string(),
         maker);
}

void remove_stale(const fs::path& path) {
    std::error_code error;
    fs::remove(path, error);
    if (error) {
        fail(ErrorCode::io_failure, "cannot replace '{}': {}; choose a folder that you may write to", path.string(),
             error.message());
    }
}

DataSplit load_same_data(const DataRecord& data) {
    DataSplit split = load_data(data.choice);
    if (fingerprint(split) != data.fingerprint) {
        fail(ErrorCode::parameter_mismatch,
             "the data in '{}' are not those that the keys were made for; bring them back, or begin again with keygen",
             data.choice.source);
    }
    return split;
}

void write_parameters(const fs::path& path, const ckks::Parameters& parameters, FileMode mode) {
    write_file_atomically(path, ckks::serialize(parameters), mode);
}

ckks::Parameters read_parameters(const fs::path& path) {
    return value_at(path, ckks::parse_parameters(read_file(path, largest_parameters_bytes)));
}

OpenJob open_job(const fs::path& folder) {
    const fs::path program = folder / file_names::program;
    const fs::path parameters = folder / file_names::parameters;
    require_file(program, "keygen");
    require_file(parameters, "keygen");
    ProgramRecord record = value_at(program, read_record<ProgramRecord>(program));
    const ckks::Parameters read = read_parameters(parameters);
    if (to_hex(read.fingerprint()) != record.parameters_fingerprint || read.slots() != record.slots) {
        fail(ErrorCode::parameter_mismatch, "'{}' are not the parameters that '{}' was written for; run `tacit keygen`",
             parameters.string(), program.string());
    }
    TrainingPlan plan = make_training_plan(record.method, record.recipe, record.slots);
    if (to_hex(plan.fingerprint()) != record.circuit_fingerprint) {
        fail(ErrorCode::parameter_mismatch,
             "'{}' was written for another circuit than this program builds; use one version of Tacit on both sides",
             program.string());
    }
    if (plan.program.depth() > read.depth()) {
        fail(ErrorCode::out_of_levels, "'{}' have {} levels and the circuit needs {}; run `tacit keygen`",
             parameters.string(), read.depth(), plan.program.depth());
    }
    return {std::move(record), read, std::move(plan)};
}

void CiphertextFileWriter::write(const ckks::Ciphertext& ciphertext) {
    const std::vector<std::byte> bytes = ckks::serialize(ciphertext);
    file_.write(bytes);
    hasher_.update(bytes);
    bytes_ += bytes.size();
}

CiphertextFile read_ciphertexts(const fs::path& path, const ckks::Parameters& parameters,
                                std::span<const ckks::CiphertextType> types) {
    CiphertextReader file(path, parameters);
    std::vector<ckks::Ciphertext> ciphertexts;
    for (const ckks::CiphertextType& type : types) ciphertexts.push_back(file.next(type));
    file.expect_end();
    return {std::move(ciphertexts), file.fingerprint()};
}

}  // namespace tacit::learn
