#include "learn/role_files.hpp"

#include <sys/resource.h>

#include <system_error>

#include "learn/ciphertext_reader.hpp"
#include "tacit/ckks/serialization.hpp"

namespace tacit::learn {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t largest_parameters_bytes = std::uint64_t{1} << 20;

}  // namespace

namespace file_names {

std::string segment_inputs(int segment) { return segment == 0 ? inputs : fmt::format("inputs-{}.bin", segment); }
std::string state(int segment) { return fmt::format("state-{}.bin", segment); }
std::string refreshed(int segment) { return fmt::format("refreshed-{}.bin", segment); }

}  // namespace file_names

std::uint64_t peak_memory_bytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

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
    return {std::move(record), read, folder};
}

TrainingPlan OpenJob::plan(int segment) const {
    const fs::path program = folder_ / file_names::program;
    Segment steps;
    for (int s = 0; s <= segment; ++s) {
        steps = {steps.first + steps.steps, record.segments[static_cast<std::size_t>(s)].steps};
    }
    TrainingPlan made = make_training_plan(record.method, record.recipe, record.slots, steps);
    if (to_hex(made.fingerprint()) != record.segments[static_cast<std::size_t>(segment)].circuit_fingerprint) {
        fail(ErrorCode::parameter_mismatch,
             "'{}' was written for another circuit than this program builds; use one version of Tacit on both sides",
             program.string());
    }
    if (made.program.depth() > parameters.depth()) {
        fail(ErrorCode::out_of_levels, "'{}' have {} levels and the circuit needs {}; run `tacit keygen`",
             (folder_ / file_names::parameters).string(), parameters.depth(), made.program.depth());
    }
    return made;
}

std::optional<int> newest(const fs::path& folder, std::string (*name)(int), int segments) {
    std::error_code error;
    for (int segment = segments - 2; segment >= 0; --segment) {  // the last one leaves weights
        if (fs::exists(folder / name(segment), error)) return segment;
    }
    return std::nullopt;
}

std::optional<int> last_refreshed(const fs::path& upload_folder, int segments) {
    return newest(upload_folder, file_names::refreshed, segments);
}

std::string inputs_fingerprint(const std::string& before, const std::string& file) {
    if (before.empty()) return file;
    Hasher hasher;
    hasher.update(std::as_bytes(std::span(before)));
    hasher.update(std::as_bytes(std::span(file)));
    return to_hex(hasher.finish());
}

StateFile read_state_of(const OpenJob& job, int segment, const fs::path& path,
                        std::span<const ckks::CiphertextType> types) {
    const StateRecord record = read_state_record(path).record;
    if (record.job != job.record.job) {
        fail(ErrorCode::parameter_mismatch,
             "'{}' is a state of another job; give the folders of one keygen, and an empty folder for results",
             path.string());
    }
    if (record.segment != segment) {
        fail(ErrorCode::parameter_mismatch,
             "'{}' holds the state after segment {} and not {}; was it renamed? Run `tacit refresh` again",
             path.string(), record.segment, segment);
    }
    return read_state(path, job.parameters, types);
}

void CiphertextFileWriter::write(const ckks::Ciphertext& ciphertext) { write(ckks::serialize(ciphertext)); }

void CiphertextFileWriter::write_copy_of(const fs::path& path) {
    const MappedFile file = MappedFile::open(path);
    for (auto rest = file.bytes(); !rest.empty();) write(next_object(rest));
}

void CiphertextFileWriter::write(std::span<const std::byte> object) {
    file_.write(object);
    fingerprint_.add(object);
    bytes_ += object.size();
}

std::vector<ckks::Ciphertext> parse_ciphertexts(const fs::path& path, std::span<const std::byte> bytes,
                                                const ckks::Parameters& parameters,
                                                std::span<const ckks::CiphertextType> types) {
    CiphertextReader reader(path, bytes, parameters);
    std::vector<ckks::Ciphertext> ciphertexts;
    for (const ckks::CiphertextType& type : types) ciphertexts.push_back(reader.next(type));
    reader.expect_end();
    return ciphertexts;
}

std::vector<ckks::Ciphertext> read_ciphertexts(const fs::path& path, const ckks::Parameters& parameters,
                                               std::span<const ckks::CiphertextType> types) {
    return parse_ciphertexts(path, MappedFile::open(path).bytes(), parameters, types);
}

}  // namespace tacit::learn
