#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/fail.hpp"
#include "learn/ciphertext_reader.hpp"
#include "learn/state_file.hpp"
#include "tacit/base/expected.hpp"
#include "tacit/base/hash.hpp"
#include "tacit/ckks/ciphertext.hpp"
#include "tacit/learn/roles.hpp"

namespace tacit::learn {

/// The most memory this process ever held.
[[nodiscard]] std::uint64_t peak_memory_bytes();

/// Makes a folder, with its parents. A private one is readable by its owner alone. Throws io_failure.
void make_folder(const std::filesystem::path& folder, FileMode mode = FileMode::shared);

/// Throws io_failure if a file of an earlier step is missing; `maker` is the command that makes it.
void require_file(const std::filesystem::path& path, const char* maker);

/// Removes a file that is about to be made again, if it is there. Throws io_failure.
void remove_stale(const std::filesystem::path& path);

/// The value; an error is thrown on with the path before its message.
template <class T>
T value_at(const std::filesystem::path& path, Expected<T> parsed) {
    if (parsed) return *std::move(parsed);
    const std::string message = parsed.error().what();
    if (message.find(path.string()) != std::string::npos) throw Error(parsed.error());
    fail(parsed.error().code(), "'{}': {}", path.string(), message);
}

void write_parameters(const std::filesystem::path& path, const ckks::Parameters& parameters, FileMode mode);
[[nodiscard]] ckks::Parameters read_parameters(const std::filesystem::path& path);

/// A folder's program and parameters, which must be each other's.
class OpenJob {
public:
    ProgramRecord record{};
    ckks::Parameters parameters;

    [[nodiscard]] int segments() const noexcept { return static_cast<int>(record.segments.size()); }
    /// Rebuilds a segment's circuit and compares it with the one that the customer meant.
    [[nodiscard]] TrainingPlan plan(int segment) const;

private:
    friend OpenJob open_job(const std::filesystem::path& folder);
    OpenJob(ProgramRecord program, const ckks::Parameters& read, const std::filesystem::path& folder)
        : record(std::move(program)), parameters(read), folder_(folder) {}
    std::filesystem::path folder_;
};
[[nodiscard]] OpenJob open_job(const std::filesystem::path& folder);

/// The file of the newest segment that has one: `name` is file_names::state or file_names::refreshed.
[[nodiscard]] std::optional<int> newest(const std::filesystem::path& folder, std::string (*name)(int), int segments);

/// The last segment whose state the customer has refreshed.
[[nodiscard]] std::optional<int> last_refreshed(const std::filesystem::path& upload_folder, int segments);

/// What the inputs up to a segment are called, by what those before it are (empty for the first) and its own file.
[[nodiscard]] std::string inputs_fingerprint(const std::string& before, const std::string& file);

/// The state of a segment of this job, whoever wrote it; types as the circuits say.
[[nodiscard]] StateFile read_state_of(const OpenJob& job, int segment, const std::filesystem::path& path,
                                      std::span<const ckks::CiphertextType> types);

/// The data of a job, read again. Throws parameter_mismatch if they have changed.
[[nodiscard]] DataSplit load_same_data(const DataRecord& data);

/// Several ciphertexts one after the other in one file.
class CiphertextFileWriter {
public:
    explicit CiphertextFileWriter(const std::filesystem::path& path) : file_(AtomicFile::open(path)) {}
    void write(const ckks::Ciphertext& ciphertext);
    void commit() { file_.commit(); }
    /// What another file holds.
    void write_copy_of(const std::filesystem::path& path);
    [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }
    /// Of everything written, in hex. Once, after the last write.
    [[nodiscard]] std::string fingerprint() { return fingerprint_.finish(); }

private:
    void write(std::span<const std::byte> object);
    AtomicFile file_;
    CiphertextFingerprint fingerprint_{};
    std::uint64_t bytes_ = 0;
};

/// Bytes of the file at `path` that must be a ciphertext of each of these types and nothing else.
[[nodiscard]] std::vector<ckks::Ciphertext> parse_ciphertexts(const std::filesystem::path& path,
                                                              std::span<const std::byte> bytes,
                                                              const ckks::Parameters& parameters,
                                                              std::span<const ckks::CiphertextType> types);

/// Reads such a file.
[[nodiscard]] std::vector<ckks::Ciphertext> read_ciphertexts(const std::filesystem::path& path,
                                                             const ckks::Parameters& parameters,
                                                             std::span<const ckks::CiphertextType> types);

}  // namespace tacit::learn
