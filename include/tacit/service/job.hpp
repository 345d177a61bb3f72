#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tacit/base/expected.hpp"

namespace tacit::service {

/// Names a job: the first 16 bytes of BLAKE2b-256 over the customer's fingerprint and the hashes of what is computed
/// from, so that a request that was sent twice is one job. Knowing another customer's is of no use.
using JobId = std::array<std::byte, 16>;

/// 32 lower-case hex digits; malformed_input otherwise.
[[nodiscard]] Expected<JobId> parse_job_id(std::string_view text);

enum class JobState { queued, running, done, failed, cancelled };
[[nodiscard]] const char* to_string(JobState state) noexcept;

/// Whether nothing more will happen to it.
[[nodiscard]] bool is_final(JobState state) noexcept;

/// What the service tells about a job.
struct JobStatus {
    JobId id{};
    JobState state = JobState::queued;
    std::uint32_t jobs_before = 0;  ///< running or queued earlier, other customers' among them
    std::uint64_t work_done = 0;    ///< of work_total units, while it runs; both 0 before the first
    std::uint64_t work_total = 0;
    double work_seconds = 0;     ///< that they took, without loading
    double seconds = 0;          ///< in all, so far
    std::int64_t submitted = 0;  ///< Unix time by the service's clock
    std::string reason{};        ///< why it failed
};

}  // namespace tacit::service
