#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "diagnosis.hpp"
#include "output.hpp"
#include "service_commands.hpp"
#include "tacit/base/hash.hpp"
#include "tacit/base/progress.hpp"
#include "tacit/service/client.hpp"
#include "tacit/service/doctor.hpp"

namespace tacit::app {

namespace {

using service::JobState;
using service::JobStatus;

identity::Pin server_pin(const JobOptions& options) {
    const identity::Pins pins = identity::read_pins(options.identity_folder);
    if (!options.server.empty()) {
        if (const identity::Pin* pin = pins.find(options.server)) return *pin;
        throw Error(ErrorCode::invalid_argument,
                    fmt::format("no service is pinned as '{}'; pin it with `tacit identity pin`", options.server));
    }
    const auto listens = [](const identity::Pin& pin) { return !pin.address.empty(); };
    if (std::count_if(pins.all().begin(), pins.all().end(), listens) != 1) {
        throw Error(ErrorCode::invalid_argument,
                    "there is not exactly one pinned service; name one with --server, or pin one with an --address");
    }
    return *std::find_if(pins.all().begin(), pins.all().end(), listens);
}

service::Client connect(const JobOptions& options) {
    return {identity::Identity::open(options.identity_folder), server_pin(options)};
}

service::JobId job_id(const JobOptions& options) { return service::parse_job_id(options.job).value(); }

std::string line_of(const JobStatus& job) {
    std::string line = fmt::format("{}  {}", to_hex(job.id), to_string(job.state));
    if (job.state == JobState::queued) line += fmt::format(", {} jobs before it", job.jobs_before);
    if (job.state == JobState::waiting) {
        line += fmt::format(
            " for a refresh at the end of segment {}: `tacit job refresh` or `tacit job watch`, with "
            "--private",
            job.segment + 1);
    }
    if (job.state == JobState::running && job.work.total > 0) {
        line +=
            fmt::format(", {}", percent_text(static_cast<double>(job.work.done) / static_cast<double>(job.work.total)));
        line += fmt::format(", {}", work_text(job.work));
    }
    if (job.seconds > 0) line += fmt::format(", {}", seconds_text(job.seconds));
    if (!job.reason.empty()) line += fmt::format(": {}", job.reason);
    return line;
}

/// The bar of a job's work; a job that begins again begins a new bar.
class JobBar {
public:
    explicit JobBar(bool quiet) : quiet_(quiet) {}
    void show(const JobStatus& job) {
        if (quiet_ || job.state != JobState::running || job.work.total == 0) return;
        if (!bar_ || job.work.done < shown_) {
            bar_ = std::make_unique<ProgressBar>("Training", job.work.total);
            bar_->resume_at(job.work_begun);
            shown_ = job.work_begun;
        }
        bar_->set_elapsed(job.work_seconds);
        bar_->set_suffix(work_text(job.work));
        bar_->advance(job.work.done - shown_);
        shown_ = job.work.done;
    }
    void finish() {
        if (bar_) bar_->finish();
    }

private:
    bool quiet_;
    std::unique_ptr<ProgressBar> bar_;
    std::uint64_t shown_ = 0;
};

/// What was refused once would be refused again.
void refresh_for(service::Client& client, const JobStatus& job, const JobOptions& options) {
    if (!job.reason.empty()) throw Error(ErrorCode::invalid_argument, fmt::format("job {}", line_of(job)));
    static_cast<void>(client.refresh(job.id, options.private_folder));
    print_step("refresh", fmt::format("the state after segment {} has new levels", job.segment + 1));
}

}  // namespace

void submit_job(const JobOptions& options, const CommonOptions& common) {
    const learn::WorkProgress bar = progress_bar("Sending", common);
    service::Client client = connect(options);
    JobStatus job = client.submit(options.folder, bar ? service::UploadProgress(bar) : nullptr);
    job = client.await_check(job);
    if (job.state == JobState::failed) throw Error(ErrorCode::interrupted, fmt::format("job {}", line_of(job)));
    print_step("submit", line_of(job));
}

void show_jobs(const JobOptions& options) {
    if (!options.job.empty()) return print_step("status", line_of(connect(options).status(job_id(options))));
    std::string lines;
    for (const JobStatus& job : connect(options).jobs()) {
        if (!lines.empty()) lines += '\n';
        lines += line_of(job);
    }
    print_step("status", lines.empty() ? "no jobs" : lines);
}

void watch_job(const JobOptions& options, const CommonOptions& common) {
    JobBar bar(common.quiet);
    service::Client client = connect(options);
    int waited_for = -1;  // the segment whose refresh the user was told of
    const JobStatus job = client.watch(job_id(options), [&](const JobStatus& now) {
        bar.show(now);
        if (now.state != JobState::waiting) return;
        if (!options.private_folder.empty()) return refresh_for(client, now, options);
        if (std::exchange(waited_for, now.segment) != now.segment) print_step("watch", line_of(now));
    });
    if (job.state != JobState::done) {
        throw Error(ErrorCode::interrupted, fmt::format("job {}; mend it and submit it again", line_of(job)));
    }
    bar.finish();
    print_step("watch", line_of(job));
}

void refresh_job(const JobOptions& options) {
    service::Client client = connect(options);
    const JobStatus job = client.await_check(client.refresh(job_id(options), options.private_folder));
    if (job.state == JobState::waiting) throw Error(ErrorCode::invalid_argument, fmt::format("job {}", line_of(job)));
    print_step("refresh", line_of(job));
}

void fetch_job(const JobOptions& options) {
    const std::uint64_t bytes = connect(options).fetch(job_id(options), options.folder);
    print_step("fetch",
               fmt::format("encrypted weights and statistics, {} -> {}", bytes_text(bytes), options.folder.string()));
}

void cancel_job(const JobOptions& options) { print_step("cancel", line_of(connect(options).cancel(job_id(options)))); }

void remove_job(const JobOptions& options) {
    print_step("remove", fmt::format("{} freed", bytes_text(connect(options).remove(job_id(options)))));
}

void clean_jobs(const JobOptions& options) {
    print_step("clean", fmt::format("{} freed", bytes_text(connect(options).clean())));
}

void doctor(const JobOptions& options) {
    const auto identity = identity::Identity::open(options.identity_folder);
    const Diagnosis diagnosis(service::diagnose(identity, server_pin(options)));
    print_step("doctor", diagnosis.text);
    if (!diagnosis.wrong.empty()) throw Error(ErrorCode::unreachable, diagnosis.wrong);
}

}  // namespace tacit::app
