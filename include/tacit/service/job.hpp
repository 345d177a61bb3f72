#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tacit/base/expected.hpp"
#include "tacit/learn/training_work.hpp"

namespace tacit::service {

/// Names a job: the first 16 bytes of BLAKE2b-256 over the customer's fingerprint and the hashes of what is computed
/// from, so that a request that was sent twice is one job. Knowing another customer's is of no use.
using JobId = std::array<std::byte, 16>;

/// 32 lower-case hex digits; malformed_input otherwise.
[[nodiscard]] Expected<JobId> parse_job_id(std::string_view text);

/// The numbers are those of the store.
enum class JobState {
    checking = 6,  ///< to be queued, if its objects are in order
    queued = 0,
    running = 1,
    waiting = 5,  ///< for its owner to refresh the state at the end of a segment
    done = 2,
    failed = 3,
    cancelled = 4,
};
inline constexpr std::array job_states = {JobState::checking, JobState::queued, JobState::running,  JobState::waiting,
                                          JobState::done,     JobState::failed, JobState::cancelled};
[[nodiscard]] const char* to_string(JobState state) noexcept;

/// Whether nothing more will happen to it.
[[nodiscard]] bool is_final(JobState state) noexcept;

/// What the service tells about a job.
struct JobStatus {
    JobId id{};
    JobState state = JobState::queued;
    std::uint32_t jobs_before = 0;  ///< running or queued earlier, other customers' among them
    learn::TrainingWork work{};     ///< while it runs; all 0 before the first unit
    std::uint64_t work_begun = 0;   ///< work.done when this run began
    double work_seconds = 0;        ///< since then, without loading
    int segment = 0;                ///< whose state it waits for
    double seconds = 0;             ///< in all, so far
    std::int64_t submitted = 0;     ///< Unix time by the service's clock
    std::string reason{};           ///< why it failed, or why a refreshed state was refused
};

}  // namespace tacit::service
