#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "learn/role_files.hpp"
#include "tacit/ckks/keys.hpp"

/// What the service reads of a customer to train one segment; everything is checked as it is read.
namespace tacit::learn {

struct SegmentInputs {
    std::vector<ckks::Ciphertext> ciphertexts{};  ///< in the order of the circuit's inputs, each at its level
    std::string fingerprint{};                    ///< of the file of rows
    std::uint64_t row_bytes = 0;                  ///< of the files
    std::uint64_t state_bytes = 0;                ///< of the refreshed state and, if it is still there, the state
    StatisticsRecord so_far{};                    ///< of the segments before
};

/// Rows and, after the first segment, the refreshed state of the one before. Of the result folder only that state is
/// looked at, and it may be gone.
[[nodiscard]] SegmentInputs read_inputs(const OpenJob& job, const TrainingPlan& plan, int segment,
                                        const std::filesystem::path& upload_folder,
                                        const std::filesystem::path& result_folder);

/// The rows alone, in the order of the circuit's inputs that hold some.
[[nodiscard]] CiphertextFile read_rows(const OpenJob& job, const TrainingPlan& plan, int segment,
                                       const std::filesystem::path& upload_folder);

/// The evaluation keys, which must suffice for the segment.
[[nodiscard]] ckks::EvaluationKeys read_keys(const OpenJob& job, const TrainingPlan& plan,
                                             const std::filesystem::path& upload_folder);

}  // namespace tacit::learn
