#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tacit/identity/identity.hpp"
#include "tacit/identity/pins.hpp"
#include "tacit/service/job.hpp"

namespace tacit::service {

/// What a service says of itself and of our share of it.
struct ServiceInfo {
    std::string version;
    std::string customer;          ///< what it calls us
    std::int64_t clock_ahead = 0;  ///< seconds that its clock is ahead of ours
    std::uint64_t bytes_used = 0;
    std::uint64_t bytes_allowed = 0;
    std::uint64_t object_bytes_allowed = 0;
    std::uint32_t jobs_allowed = 0;
    double seconds_used = 0;  ///< of computing, in the last 24 hours
    double seconds_allowed = 0;
};

/// Bytes that the service has, of all that it needs; what it had before counts from the first call on.
using UploadProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

/// A customer's connection to a service whose key is pinned. Calls throw unreachable, untrusted_peer if the key is
/// another or ours is not known there, and what the service answers: quota_exceeded, invalid_argument. What reads or
/// writes files throws io_failure, and Error(interrupted) after a signal while an InterruptGuard lives.
class Client {
public:
    /// Does not connect yet. Throws invalid_argument if the pin has no address. Keeps nothing of the arguments.
    Client(const identity::Identity& identity, const identity::Pin& service);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    [[nodiscard]] ServiceInfo hello();
    /// Checks that program and parameters of the folder that generate_job and encrypt_data wrote are each other's,
    /// sends what the service does not have yet, and has the job checked there and queued. A cut connection is taken up
    /// again where the service stopped, for a minute without progress. The same folder is the same job.
    [[nodiscard]] JobStatus submit(const std::filesystem::path& upload_folder, const UploadProgress& progress = {});
    /// Waits for the service's check of a job, at most a minute: it may have many to do.
    [[nodiscard]] JobStatus await_check(const JobStatus& job);
    [[nodiscard]] JobStatus status(const JobId& job);
    /// Newest first.
    [[nodiscard]] std::vector<JobStatus> jobs();
    /// Asks twice a second until the job is final and tells what changed; an unreachable service is asked again for a
    /// minute.
    [[nodiscard]] JobStatus watch(const JobId& job, const std::function<void(const JobStatus&)>& changed);
    /// Writes weights.bin and statistics.json, checked against the hashes that the service named. Returns their bytes.
    /// A cut connection is taken up again as above. Throws invalid_argument unless the job is done.
    std::uint64_t fetch(const JobId& job, const std::filesystem::path& result_folder);
    /// Refreshes the state for which a job waits, by learn::refresh_state with the secret key in the private folder,
    /// and hands it in; the job then goes on. A cut connection is taken up again. Throws invalid_argument unless the
    /// job waits, and what refresh_state throws.
    [[nodiscard]] JobStatus refresh(const JobId& job, const std::filesystem::path& private_folder);
    [[nodiscard]] JobStatus cancel(const JobId& job);
    /// Makes the service forget a final job with its result and files that no other job uses; returns bytes freed.
    std::uint64_t remove(const JobId& job);
    /// Makes the service forget files that no job uses, of uploads that were given up for instance; returns bytes
    /// freed.
    std::uint64_t clean();

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace tacit::service
