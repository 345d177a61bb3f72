#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/fail.hpp"
#include "tacit/base/expected.hpp"
#include "tacit/base/hash.hpp"
#include "tacit/ckks/ciphertext.hpp"
#include "tacit/learn/roles.hpp"

namespace tacit::learn {

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
struct OpenJob {
    ProgramRecord record{};
    ckks::Parameters parameters;
    TrainingPlan plan;
};
/// Rebuilds the circuit and compares it with the one that the customer meant.
[[nodiscard]] OpenJob open_job(const std::filesystem::path& folder);

/// The data of a job, read again. Throws parameter_mismatch if they have changed.
[[nodiscard]] DataSplit load_same_data(const DataRecord& data);

/// Several ciphertexts one after the other in one file.
class CiphertextFileWriter {
public:
    explicit CiphertextFileWriter(const std::filesystem::path& path) : file_(AtomicFile::open(path)) {}
    void write(const ckks::Ciphertext& ciphertext);
    void commit() { file_.commit(); }
    [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }
    /// Of everything written, in hex. Once, after the last write.
    [[nodiscard]] std::string fingerprint() { return to_hex(hasher_.finish()); }

private:
    AtomicFile file_;
    Hasher hasher_;
    std::uint64_t bytes_ = 0;
};

struct CiphertextFile {
    std::vector<ckks::Ciphertext> ciphertexts;
    std::string fingerprint;
};
/// Reads a file that must hold a ciphertext of each of these types.
[[nodiscard]] CiphertextFile read_ciphertexts(const std::filesystem::path& path, const ckks::Parameters& parameters,
                                              std::span<const ckks::CiphertextType> types);

}  // namespace tacit::learn
