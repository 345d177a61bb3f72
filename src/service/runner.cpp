#include "service/runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "service/job_files.hpp"

namespace tacit::service {

namespace fs = std::filesystem;

namespace {

constexpr int most_deaths = 3;

/// "check" or "training", in log and metrics.
const char* kind_of(const Job& job) { return job.state == JobState::checking ? "check" : "training"; }

/// The segment that a training of it ends with.
int next_segment(const Job& job) { return job.file(job_files::refreshed(job.segment)) ? job.segment + 1 : 0; }

/// What a worker reads of a job. A first check reads everything; one of a refreshed state that alone; a training reads
/// its segment, and while it waits then for a refresh, the rows of the next one. States of earlier segments stay out:
/// the worker may write where they would lie, and needs none.
JobFiles files_read(const Job& job, bool worker_goes_on) {
    const bool checks = job.state == JobState::checking;
    const std::string refreshed = job_files::refreshed(job.segment);
    const int segment = next_segment(job);
    JobFiles files;
    for (const auto& [name, hash] : job.files) {
        const bool head = name == job_files::program() || name == job_files::parameters();
        const bool of_training = name == job_files::evaluation_keys() || name == job_files::inputs(segment);
        bool reads = name == refreshed || (head && !worker_goes_on);
        if (checks && segment == 0) reads = name.starts_with(job_files::uploaded(""));
        if (!checks) reads |= (of_training && !worker_goes_on) || name == job_files::inputs(segment + 1);
        if (reads) files.emplace(name, hash);
    }
    return files;
}

}  // namespace

Runner::Runner(Store& store, Metrics& metrics, Log& log, RunnerOptions options)
    : store_(store), metrics_(metrics), log_(log), options_(std::move(options)) {
    for (Stage* stage : {&checks_, &trainings_}) stage->thread = std::thread([this, stage] { loop(*stage); });
}

Runner::~Runner() {
    {
        const std::lock_guard guard(mutex_);
        stop_ = true;
    }
    wake_.notify_all();
    for (Stage* stage : {&checks_, &trainings_}) stage->thread.join();
}

void Runner::look() {
    {
        const std::lock_guard guard(mutex_);
        checks_.look = trainings_.look = true;
    }
    wake_.notify_all();
}

Runner::Progress Runner::progress(const Job& job) const {
    const std::lock_guard guard(mutex_);
    const std::optional<Job>& running = trainings_.running;
    if (!running || running->id != job.id || running->customer != job.customer) return {};
    const double work_seconds = work_.total > 0 ? seconds_since(work_started_) : 0;
    return {work_, work_begun_, work_seconds, seconds_since(trainings_.started)};
}

/// False once the server stops. A job whose pause ends, and a customer's next day, are found by looking again.
bool Runner::wait_for_work(Stage& stage) {
    const bool soon = store_.count(stage.takes) > 0 || (&stage == &trainings_ && resting_);
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, std::chrono::seconds(soon ? 1 : 60), [&] { return stage.look || stop_; });
    stage.look = false;
    return !stop_;
}

/// If the worker that rests is not needed any more.
void Runner::end_rest() {
    if (!resting_) return;
    const auto lasts = [&] {
        if (seconds_since(resting_->resting_since) > options_.rest_seconds) return false;
        try {
            return !is_final(store_.job(resting_->customer, resting_->id).state);
        } catch (const Error& error) {
            if (error.code() != ErrorCode::invalid_argument) throw;
            return false;  // removed
        }
    };
    if (!lasts()) resting_.reset();
}

void Runner::loop(Stage& stage) {
    while (true) {
        try {
            if (!wait_for_work(stage)) return;
            if (stage.takes == JobState::queued) {
                static_cast<void>(store_.requeue_interrupted());  // the disk may have failed in the middle of one
                end_rest();
            }
            while (const std::optional<Job> job = store_.take(stage.takes, options_.quota)) {
                run(stage, *job);
                const std::lock_guard guard(mutex_);
                if (stop_) return;
            }
            update_gauges();
        } catch (const std::exception& error) {
            log_.write("runner_failed", {{"reason", std::string(error.what())}});
            std::unique_lock lock(mutex_);
            if (wake_.wait_for(lock, std::chrono::seconds(1), [&] { return stop_; })) return;
            stage.look = true;
        }
    }
}

void Runner::update_gauges() {
    for (const JobState state : job_states) metrics_.set_jobs(state, store_.count(state));
}

void Runner::run(Stage& stage, const Job& job) {
    update_gauges();
    log_.write("job_started", {{"job", to_hex(job.id)}, {"kind", std::string(kind_of(job))}});
    {
        const std::lock_guard guard(mutex_);
        stage.running = job;
        stage.started = SteadyClock::now();
        if (&stage == &trainings_) work_ = {};
    }
    const auto end = [&] {
        const std::lock_guard guard(mutex_);
        stage.running.reset();
    };
    try {
        run_in_folder(stage, job);
        end();
    } catch (const std::exception& error) {
        log_.write("job_failed_here", {{"job", to_hex(job.id)}, {"reason", std::string(error.what())}});
        end();
        store_.put_back(job, Interruption::failed_here, seconds_since(stage.started));
    }
}

void Runner::run_in_folder(Stage& stage, const Job& job) {
    std::unique_ptr<Worker> worker = stage.takes == JobState::queued ? wake_worker_of(job) : nullptr;
    const JobFiles files = files_read(job, worker != nullptr);
    const std::vector<Digest> damaged = store_.forget_damaged(job.customer, files);
    for (const Digest& hash : damaged) {
        metrics_.count_damaged_object();
        log_.write("object_damaged", {{"job", to_hex(job.id)}, {"object", to_hex(hash)}});
    }
    if (!damaged.empty()) return;
    if (worker) {
        log_.write("worker_goes_on", {{"job", to_hex(job.id)}});
        worker->folder.add(store_, job.customer, files);  // which is what it waits for
    } else {
        worker = std::make_unique<Worker>(store_, job, files,
                                          [&](const WorkFolder& folder) { return command(job, folder.path()); });
    }
    const Outcome outcome = supervise(stage, job, *worker);
    using Kind = Outcome::Kind;
    if (outcome.kind == Kind::stopped || outcome.kind == Kind::died || outcome.kind == Kind::failed_here) {
        worker->folder.keep();
    }
    record(job, outcome, worker->folder.path(), seconds_since(stage.started));
    if (outcome.kind != Kind::needs_refresh || stage.takes != JobState::queued || options_.rest_seconds <= 0) return;
    worker->resting_since = SteadyClock::now();
    resting_ = std::move(worker);
}

/// The one that rests, if it is this job's and has nothing to say; otherwise it is ended.
std::unique_ptr<Runner::Worker> Runner::wake_worker_of(const Job& job) {
    std::unique_ptr<Worker> worker = std::move(resting_);
    if (!worker || worker->id != job.id || worker->customer != job.customer) return nullptr;
    const bool silent = worker->child.read(std::chrono::milliseconds(0)).empty();
    return silent && !worker->child.ended() ? std::move(worker) : nullptr;
}

void Runner::record(const Job& job, const Outcome& outcome, const fs::path& folder, double seconds) {
    const char* name = "died";
    switch (outcome.kind) {
        case Outcome::Kind::done:
            name = "done";
            if (job.state == JobState::checking) {
                store_.pass(job, seconds);
                look();
            } else {
                store_.finish(job, folder / job_files::weights(), folder / job_files::statistics(), seconds);
            }
            break;
        case Outcome::Kind::needs_refresh:
            name = "needs_refresh";
            suspend(job, outcome.segment, folder, seconds);
            break;
        case Outcome::Kind::failed:
            name = "failed";
            store_.fail_job(job, outcome.reason, seconds);
            break;
        case Outcome::Kind::failed_here:
            name = "failed_here";
            store_.put_back(job, Interruption::failed_here, seconds);
            break;
        case Outcome::Kind::died: record_death(job, outcome.reason, seconds); break;
        case Outcome::Kind::stopped:
            name = "stopped";
            store_.put_back(job, Interruption::stopped, seconds);
            break;
        case Outcome::Kind::cancelled:
            name = "cancelled";
            store_.put_back(job, Interruption::stopped, seconds);  // it is cancelled already: the seconds alone count
            break;
    }
    metrics_.count_run(kind_of(job), name, seconds);
    log_.write("job_ended", {{"job", to_hex(job.id)},
                             {"kind", std::string(kind_of(job))},
                             {"outcome", std::string(name)},
                             {"reason", outcome.reason},
                             {"seconds", seconds}});
}

/// A job that ends workers, by a bug or by malice, must not do so for ever.
void Runner::record_death(const Job& job, const std::string& reason, double seconds) {
    if (job.worker_deaths + 1 < most_deaths) return store_.put_back(job, Interruption::died, seconds);
    store_.fail_job(job, fmt::format("{} ({} times)", reason, most_deaths), seconds);
}

/// A worker counts its segments as its customer told it to, and is believed only if the store counts the same.
void Runner::suspend(const Job& job, int segment, const fs::path& folder, double seconds) {
    const int next = next_segment(job);
    if (segment != next || job.state == JobState::checking) {
        return store_.fail_job(job, fmt::format("its process ended segment {} in the place of {}", segment, next),
                               seconds);
    }
    store_.suspend(job, segment, folder / job_files::state(segment), seconds);
}

std::vector<std::string> Runner::command(const Job& job, const fs::path& folder) const {
    // While a checkpoint is replaced there are two of them, and one may be there already.
    const std::uint64_t used = store_.usage(job.customer).bytes;
    const std::uint64_t left = options_.quota.bytes - std::min(used, options_.quota.bytes);
    std::vector<std::string> command = options_.worker_command;
    command.insert(command.end(),
                   {"--upload", (folder / "upload").string(), "--result", (folder / "result").string(), "--memory",
                    std::to_string(options_.worker_memory_bytes), "--threads", std::to_string(options_.worker_threads),
                    "--checkpoint-seconds", std::to_string(options_.checkpoint_seconds), "--checkpoint-bytes",
                    std::to_string((left + store_.checkpoint_bytes(job)) / 2)});
    if (job.state == JobState::checking) command.emplace_back("--check");
    return command;
}

/// Until the worker ends, or waits for a refresh.
Runner::Outcome Runner::supervise(Stage& stage, const Job& job, Worker& worker) {
    const double seconds_left = options_.quota.seconds - store_.usage(job.customer).seconds;
    const fs::path& folder = worker.folder.path();
    Outcome outcome;
    while (!worker.child.ended() && outcome.kind != Outcome::Kind::needs_refresh) {
        if (auto end = end_wanted(stage, job, seconds_left)) return *std::move(end);
        worker.lines.add(worker.child.read(std::chrono::milliseconds(100)));
        while (const auto line = worker.lines.next()) take_line(without_folder(*line, folder), outcome);
    }
    if (outcome.kind == Outcome::Kind::done && stage.takes == JobState::queued) {
        require_file(folder / job_files::weights(), outcome);
        require_file(folder / job_files::statistics(), outcome);
    }
    if (outcome.kind == Outcome::Kind::needs_refresh && outcome.segment == next_segment(job)) {
        require_file(folder / job_files::state(outcome.segment), outcome);
    }
    if (outcome.kind == Outcome::Kind::needs_refresh) return outcome;
    const int signal = worker.child.end();  // one that closed its output is done, or up to no good
    if (outcome.kind == Outcome::Kind::died && outcome.reason.empty()) {
        outcome.reason = fmt::format(
            "its process was ended by signal {}, perhaps for memory; train fewer or smaller "
            "minibatches, or tell the service's operator",
            signal);
    }
    return outcome;
}

/// A worker that says to have written what is not there is as good as dead.
void Runner::require_file(const fs::path& path, Outcome& outcome) {
    std::error_code error;
    if (fs::is_regular_file(fs::symlink_status(path, error))) return;
    outcome = {.kind = Outcome::Kind::died, .reason = "its process ended without its files"};
}

std::optional<Runner::Outcome> Runner::end_wanted(Stage& stage, const Job& job, double seconds_left) {
    bool looked = false;
    {
        const std::lock_guard guard(mutex_);
        if (stop_) return Outcome{.kind = Outcome::Kind::stopped};
        looked = std::exchange(stage.look, false);
    }
    if (looked) {
        update_gauges();
        try {
            if (store_.job(job.customer, job.id).state != job.state) return Outcome{.kind = Outcome::Kind::cancelled};
        } catch (const Error& error) {
            if (error.code() != ErrorCode::invalid_argument) throw;
            return Outcome{.kind = Outcome::Kind::cancelled};  // and removed
        }
    }
    if (seconds_since(stage.started) < seconds_left) return std::nullopt;
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
        case WorkerMessage::Kind::progress: take_work(message->work); break;
        case WorkerMessage::Kind::failed: outcome = {Outcome::Kind::failed, message->reason}; break;
        case WorkerMessage::Kind::failed_here: outcome = {Outcome::Kind::failed_here, message->reason}; break;
        case WorkerMessage::Kind::needs_refresh:
            outcome = {.kind = Outcome::Kind::needs_refresh, .segment = message->segment};
            break;
        case WorkerMessage::Kind::done: outcome = {.kind = Outcome::Kind::done}; break;
    }
}

void Runner::take_work(const learn::TrainingWork& work) {
    const std::lock_guard guard(mutex_);
    if (work_.total == 0) {
        work_started_ = SteadyClock::now();
        work_begun_ = work.done;
    }
    work_ = work;
}

}  // namespace tacit::service
