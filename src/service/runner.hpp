#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/stopwatch.hpp"
#include "service/child.hpp"
#include "service/log.hpp"
#include "service/metrics.hpp"
#include "service/store.hpp"
#include "service/work_folder.hpp"
#include "service/worker_message.hpp"

namespace tacit::service {

struct RunnerOptions {
    std::vector<std::string> worker_command;
    std::uint64_t worker_memory_bytes = 0;
    int worker_threads = 0;
    double checkpoint_seconds = 60;
    double rest_seconds = 600;  ///< see Runner
    Quota quota{};
};

/// Runs the store's jobs in worker processes: on one thread checks, one after the other, and on another trainings.
///
/// The worker of a training that waits for its owner rests, with the keys in memory, and goes on with the next segment,
/// unless another training comes before, the job ends otherwise, or rest_seconds pass: then it is ended, and the next
/// segment gets a new one. So there is never more than one worker for trainings.
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
    /// The process of a job, and the folder that it works in.
    struct Worker {
        Worker(Store& store, const Job& job, const JobFiles& files,
               const std::function<std::vector<std::string>(const WorkFolder&)>& command)
            : folder(store, job, files), child(command(folder)), customer(job.customer), id(job.id) {}
        WorkFolder folder;
        Child child;  // ends before its folder is removed
        LineReader lines{};
        CustomerId customer;
        JobId id;
        SteadyClock::time_point resting_since{};
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
    [[nodiscard]] std::unique_ptr<Worker> wake_worker_of(const Job& job);
    void end_rest();
    [[nodiscard]] Outcome supervise(Stage& stage, const Job& job, Worker& worker);
    [[nodiscard]] std::vector<std::string> command(const Job& job, const std::filesystem::path& folder) const;
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
    std::unique_ptr<Worker> resting_;  ///< of the thread of trainings alone
};

}  // namespace tacit::service
