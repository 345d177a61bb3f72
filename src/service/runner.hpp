#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/stopwatch.hpp"
#include "service/log.hpp"
#include "service/metrics.hpp"
#include "service/store.hpp"

namespace tacit::service {

struct RunnerOptions {
    std::vector<std::string> worker_command;
    std::uint64_t worker_memory_bytes = 0;
    int worker_threads = 0;
    Quota quota{};
};

/// Runs the store's jobs one after the other, each in a worker process, on a thread of its own.
class Runner {
public:
    Runner(Store& store, Metrics& metrics, Log& log, RunnerOptions options);
    /// Kills the worker; its job starts again next time.
    ~Runner();
    Runner(const Runner&) = delete;
    Runner& operator=(const Runner&) = delete;

    /// There may be new jobs, or the running one may have been cancelled.
    void look();
    struct Progress {
        std::uint64_t work_done = 0;
        std::uint64_t work_total = 0;
        double work_seconds = 0;
        double seconds = 0;
    };
    /// Of a job, if it is the one that runs.
    [[nodiscard]] Progress progress(const Job& job) const;

private:
    /// How a run ended.
    struct Outcome {
        enum class Kind { done, failed, died, cancelled, stopped };
        Kind kind = Kind::died;
        std::string reason{};
    };

    void loop();
    void run(const Job& job);
    void record(const Job& job, const Outcome& outcome, const std::filesystem::path& result, double seconds);
    void record_death(const Job& job, const std::string& reason, double seconds);
    [[nodiscard]] Outcome supervise(const Job& job, const std::filesystem::path& folder);
    [[nodiscard]] std::vector<std::string> command(const std::filesystem::path& folder) const;
    /// Why the running job must end now, if it must.
    [[nodiscard]] std::optional<Outcome> end_wanted(const Job& job, double seconds_left);
    void take_line(const std::string& line, Outcome& outcome);
    void update_gauges();

    Store& store_;
    Metrics& metrics_;
    Log& log_;
    const RunnerOptions options_;
    mutable std::mutex mutex_;  ///< over what follows
    std::condition_variable wake_;
    bool look_ = true;
    bool stop_ = false;
    std::optional<Job> running_;
    Progress progress_;
    SteadyClock::time_point started_;
    SteadyClock::time_point work_started_;
    std::thread thread_;  ///< last, so that it sees the rest whole
};

}  // namespace tacit::service
