#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "learn/role_files.hpp"
#include "tacit/ckks/keys.hpp"

/// What the service reads of a customer to train one segment; everything is checked as it is read.
namespace tacit::learn {

struct SegmentInputs {
    std::map<std::size_t, ckks::Ciphertext> ciphertexts{};  ///< by the number of the circuit's input
    std::string fingerprint{};                              ///< of the file of rows
    std::uint64_t row_bytes = 0;                            ///< of the files
    std::uint64_t state_bytes = 0;  ///< of the refreshed state and, if it is still there, the state
    StatisticsRecord so_far{};      ///< of the segments before
};

/// The rows, or of them those of a share.
[[nodiscard]] SegmentInputs read_rows(const OpenJob& job, const TrainingPlan& plan, int segment,
                                      const std::filesystem::path& upload_folder,
                                      const std::optional<SegmentShare>& share = {});

/// Adds, after the first segment, the refreshed state of the one before, or of it what is in the share. Of the result
/// folder only the state that was refreshed is looked at, and it may be gone.
void add_state(SegmentInputs& inputs, const OpenJob& job, const TrainingPlan& plan, int segment,
               const std::filesystem::path& upload_folder, const std::filesystem::path& result_folder,
               const std::optional<SegmentShare>& share = {});

/// The evaluation keys, or those of a share.
[[nodiscard]] ckks::EvaluationKeys read_keys(const OpenJob& job, const std::filesystem::path& upload_folder,
                                             const std::optional<SegmentShare>& share = {});

/// Throws missing_key unless the keys suffice; the executor would notice too, but does not know the file.
void check_keys(const OpenJob& job, const ckks::KeyRequest& request, const ckks::EvaluationKeys& keys,
                const std::filesystem::path& upload_folder);

}  // namespace tacit::learn
