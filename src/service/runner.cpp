#include "service/runner.hpp"

#include <fmt/format.h>

#include <array>
#include <exception>
#include <system_error>

#include "service/child.hpp"
#include "service/worker_message.hpp"
#include "tacit/base/random.hpp"
#include "tacit/learn/roles.hpp"

namespace tacit::service {

namespace fs = std::filesystem;

namespace {

constexpr int most_deaths = 3;

/// A folder with the names that learn::train wants; its files are links to the store's objects.
class WorkFolder {
public:
    WorkFolder(Store& store, const Job& job) {
        Rng rng = Rng::from_system();
        path_ = store.work_folder() / fmt::format("{:016x}", rng.next());
        fs::create_directories(upload());
        fs::create_directories(result());
        const std::array<std::pair<const char*, const Digest*>, 4> files = {
            {{learn::file_names::program, &job.objects.program},
             {learn::file_names::parameters, &job.objects.parameters},
             {learn::file_names::evaluation_keys, &job.objects.evaluation_keys},
             {learn::file_names::inputs, &job.objects.inputs}}};
        for (const auto& [name, hash] : files) store.link_object(job.customer, *hash, upload() / name);
    }
    ~WorkFolder() {
        std::error_code ignored;  // the store empties its work folder when it is opened
        fs::remove_all(path_, ignored);
    }
    WorkFolder(const WorkFolder&) = delete;
    WorkFolder& operator=(const WorkFolder&) = delete;

    [[nodiscard]] const fs::path& path() const { return path_; }
    [[nodiscard]] fs::path upload() const { return path_ / "upload"; }
    [[nodiscard]] fs::path result() const { return path_ / "result"; }

private:
    fs::path path_;
};

/// Customers learn names of their own files and nothing of the server's folders.
std::string without_folder(std::string text, const fs::path& folder) {
    const std::string prefix = folder.string() + "/";
    for (std::size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix, at)) {
        text.erase(at, prefix.size());
    }
    return text;
}

}  // namespace

Runner::Runner(Store& store, Metrics& metrics, Log& log, RunnerOptions options)
    : store_(store), metrics_(metrics), log_(log), options_(std::move(options)), thread_([this] { loop(); }) {}

Runner::~Runner() {
    {
        const std::lock_guard guard(mutex_);
        stop_ = true;
    }
    wake_.notify_all();
    thread_.join();
}

void Runner::look() {
    {
        const std::lock_guard guard(mutex_);
        look_ = true;
    }
    wake_.notify_all();
}

Runner::Progress Runner::progress(const Job& job) const {
    const std::lock_guard guard(mutex_);
    if (!running_ || running_->id != job.id || running_->customer != job.customer) return {};
    const double work_seconds = progress_.work_total > 0 ? seconds_since(work_started_) : 0;
    return {progress_.work_done, progress_.work_total, work_seconds, seconds_since(started_)};
}

void Runner::loop() {
    while (true) {
        {
            std::unique_lock lock(mutex_);
            wake_.wait_for(lock, std::chrono::minutes(1), [this] { return look_ || stop_; });
            if (stop_) return;
            look_ = false;
        }
        try {
            static_cast<void>(store_.requeue_interrupted());  // the disk may have failed in the middle of one
            while (const std::optional<Job> job = store_.take_job(options_.quota)) {
                run(*job);
                const std::lock_guard guard(mutex_);
                if (stop_) return;
            }
            update_gauges();
        } catch (const std::exception& error) {
            log_.write("runner_failed", {{"reason", std::string(error.what())}});
        }
    }
}

void Runner::update_gauges() {
    for (const JobState state :
         {JobState::queued, JobState::running, JobState::done, JobState::failed, JobState::cancelled}) {
        metrics_.set_jobs(state, store_.count(state));
    }
}

void Runner::run(const Job& job) {
    update_gauges();
    log_.write("job_started", {{"job", to_hex(job.id)}});
    {
        const std::lock_guard guard(mutex_);
        running_ = job;
        progress_ = {};
        started_ = SteadyClock::now();
    }
    try {
        const WorkFolder folder(store_, job);
        const Outcome outcome = supervise(job, folder.path());
        record(job, outcome, folder.result(), seconds_since(started_));
    } catch (const std::exception& error) {
        log_.write("job_failed_here", {{"job", to_hex(job.id)}, {"reason", std::string(error.what())}});
        {
            const std::lock_guard guard(mutex_);
            running_.reset();
        }
        record_death(job, "the service failed on its side; tell its operator, whose log says why",
                     seconds_since(started_));
    }
    const std::lock_guard guard(mutex_);
    running_.reset();
}

void Runner::record(const Job& job, const Outcome& outcome, const fs::path& result, double seconds) {
    const char* name = "died";
    switch (outcome.kind) {
        case Outcome::Kind::done:
            name = "done";
            store_.finish(job, result / learn::file_names::weights, result / learn::file_names::statistics, seconds);
            break;
        case Outcome::Kind::failed:
            name = "failed";
            store_.fail_job(job, outcome.reason, seconds);
            break;
        case Outcome::Kind::died: record_death(job, outcome.reason, seconds); break;
        case Outcome::Kind::stopped:
            name = "stopped";
            store_.requeue(job, seconds, false);
            break;
        case Outcome::Kind::cancelled:
            name = "cancelled";
            store_.fail_job(job, "", seconds);  // it is cancelled already: the seconds alone are noted
            break;
    }
    metrics_.count_run(name, seconds);
    log_.write(
        "job_ended",
        {{"job", to_hex(job.id)}, {"outcome", std::string(name)}, {"reason", outcome.reason}, {"seconds", seconds}});
}

/// A job that ends workers, by a bug or by malice, must not do so for ever.
void Runner::record_death(const Job& job, const std::string& reason, double seconds) {
    if (job.worker_deaths + 1 < most_deaths) return store_.requeue(job, seconds, true);
    store_.fail_job(job, fmt::format("{} ({} times)", reason, most_deaths), seconds);
}

std::vector<std::string> Runner::command(const fs::path& folder) const {
    std::vector<std::string> command = options_.worker_command;
    command.insert(command.end(), {"--upload", (folder / "upload").string(), "--result", (folder / "result").string(),
                                   "--memory", std::to_string(options_.worker_memory_bytes), "--threads",
                                   std::to_string(options_.worker_threads)});
    return command;
}

Runner::Outcome Runner::supervise(const Job& job, const fs::path& folder) {
    const double seconds_left = options_.quota.seconds - store_.usage(job.customer).seconds;
    Child child(command(folder));
    LineReader lines;
    Outcome outcome;
    while (!child.ended()) {
        if (auto end = end_wanted(job, seconds_left)) return *std::move(end);
        lines.add(child.read(std::chrono::milliseconds(100)));
        while (const auto line = lines.next()) take_line(without_folder(*line, folder), outcome);
    }
    const int signal = child.end();  // one that closed its output is done, or up to no good
    if (outcome.kind == Outcome::Kind::died) {
        outcome.reason = fmt::format(
            "its process was ended by signal {}, perhaps for memory; train fewer or smaller "
            "minibatches, or tell the service's operator",
            signal);
    }
    return outcome;
}

std::optional<Runner::Outcome> Runner::end_wanted(const Job& job, double seconds_left) {
    bool looked = false;
    {
        const std::lock_guard guard(mutex_);
        if (stop_) return Outcome{.kind = Outcome::Kind::stopped};
        looked = std::exchange(look_, false);
    }
    if (looked) {
        update_gauges();
        try {
            if (store_.job(job.customer, job.id).state != JobState::running) {
                return Outcome{.kind = Outcome::Kind::cancelled};
            }
        } catch (const Error& error) {
            if (error.code() != ErrorCode::invalid_argument) throw;
            return Outcome{.kind = Outcome::Kind::cancelled};  // and removed
        }
    }
    if (seconds_since(started_) < seconds_left) return std::nullopt;
    return Outcome{
        .kind = Outcome::Kind::failed,
        .reason = fmt::format("it took the rest of your {:.0f} seconds of computing in 24 hours; train fewer "
                              "minibatches, or submit it again tomorrow",
                              options_.quota.seconds)};
}

void Runner::take_line(const std::string& line, Outcome& outcome) {
    const std::optional<WorkerMessage> message = parse_worker_line(line);
    if (!message) {
        log_.write("worker_said", {{"text", line}});
        return;
    }
    switch (message->kind) {
        case WorkerMessage::Kind::progress: {
            const std::lock_guard guard(mutex_);
            if (progress_.work_total == 0) work_started_ = SteadyClock::now();
            progress_.work_done = message->work_done;
            progress_.work_total = message->work_total;
            break;
        }
        case WorkerMessage::Kind::failed: outcome = {Outcome::Kind::failed, message->reason}; break;
        case WorkerMessage::Kind::done: outcome = {Outcome::Kind::done, ""}; break;
    }
}

}  // namespace tacit::service
