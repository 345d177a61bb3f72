#include "tacit/service/job.hpp"

#include <fmt/format.h>

#include "base/from_hex.hpp"

namespace tacit::service {

Expected<JobId> parse_job_id(std::string_view text) {
    if (const auto id = from_hex<std::tuple_size_v<JobId>>(text)) return *id;
    return Error(
        ErrorCode::malformed_input,
        fmt::format("'{}' names no job, which has 32 hex digits; `tacit job status` lists yours", text.substr(0, 80)));
}

const char* to_string(JobState state) noexcept {
    switch (state) {
        case JobState::checking: return "checking";
        case JobState::waiting: return "waiting";
        case JobState::queued: return "queued";
        case JobState::running: return "running";
        case JobState::done: return "done";
        case JobState::failed: return "failed";
        case JobState::cancelled: return "cancelled";
    }
    return "unknown";
}

bool is_final(JobState state) noexcept {
    return state == JobState::done || state == JobState::failed || state == JobState::cancelled;
}

}  // namespace tacit::service
