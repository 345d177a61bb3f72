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
#include "service/worker_message.hpp"

namespace tacit::service {

struct RunnerOptions {
    std::vector<std::string> worker_command;
    std::uint64_t worker_memory_bytes = 0;
    int worker_threads = 0;
    double checkpoint_seconds = 60;
    Quota quota{};
};

/// Runs the store's jobs in worker processes: on one thread checks, one after the other, and on another trainings.
class Runner {
public:
    Runner(Store& store, Metrics& metrics, Log& log, RunnerOptions options);
    /// Kills the workers; their jobs start again next time.
    ~Runner();
    Runner(const Runner&) = delete;
    Runner& operator=(const Runner&) = delete;

    /// There may be new jobs, or a running one may have been cancelled.
    void look();
    struct Progress {
        learn::TrainingWork work{};
        std::uint64_t work_begun = 0;
        double work_seconds = 0;
        double seconds = 0;
    };
    /// Of a job, if it is the one that is trained.
    [[nodiscard]] Progress progress(const Job& job) const;

private:
    /// How a run ended.
    struct Outcome {
        enum class Kind { done, needs_refresh, failed, failed_here, died, cancelled, stopped };
        Kind kind = Kind::died;
        std::string reason{};
        int segment = 0;  ///< whose state needs a refresh
    };
    /// What one thread does.
    struct Stage {
        JobState takes;  ///< checking or queued
        bool look = true;
        std::optional<Job> running{};
        SteadyClock::time_point started{};
        std::thread thread{};
    };

    void loop(Stage& stage);
    [[nodiscard]] bool wait_for_work(Stage& stage);
    void run(Stage& stage, const Job& job);
    void run_in_folder(Stage& stage, const Job& job);
    void record(const Job& job, const Outcome& outcome, const std::filesystem::path& folder, double seconds);
    void record_death(const Job& job, const std::string& reason, double seconds);
    void suspend(const Job& job, int segment, const std::filesystem::path& folder, double seconds);
    [[nodiscard]] Outcome supervise(Stage& stage, const Job& job, const std::filesystem::path& folder);
    [[nodiscard]] std::vector<std::string> command(const Stage& stage, const std::filesystem::path& folder) const;
    /// Why the run must end now, if it must.
    [[nodiscard]] std::optional<Outcome> end_wanted(Stage& stage, const Job& job, double seconds_left);
    static void require_file(const std::filesystem::path& path, Outcome& outcome);
    void take_line(const std::string& line, Outcome& outcome);
    void take_work(const learn::TrainingWork& work);
    void update_gauges();

    Store& store_;
    Metrics& metrics_;
    Log& log_;
    const RunnerOptions options_;
    mutable std::mutex mutex_;  ///< over what follows
    std::condition_variable wake_;
    bool stop_ = false;
    learn::TrainingWork work_;
    std::uint64_t work_begun_ = 0;
    SteadyClock::time_point work_started_;
    Stage checks_{.takes = JobState::checking};
    Stage trainings_{.takes = JobState::queued};
};

}  // namespace tacit::service
