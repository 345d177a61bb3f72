// The process that runs one job. It has no socket, no identity and no database.
#include "tacit/service/worker.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <new>
#include <string>

#include "base/fail.hpp"
#include "service/confine.hpp"
#include "service/worker_message.hpp"
#include "tacit/learn/roles.hpp"

namespace tacit::service {

namespace {

void say(const WorkerMessage& message) {
    const std::string line = to_line(message);
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fflush(stdout);
}

using Kind = WorkerMessage::Kind;

int say_failed(Kind kind, const std::string& reason) {
    say({.kind = kind, .reason = reason});
    return 2;
}

void limit(__rlimit_resource resource, rlim_t value) {
    rlimit now{};
    getrlimit(resource, &now);
    now.rlim_cur = std::min(value, now.rlim_max);
    setrlimit(resource, &now);
}

/// Dies with the server's thread that made it, even if that was killed. If it is gone already, the pipe has no reader.
void end_with_server() {
    std::signal(SIGPIPE, SIG_DFL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/// Whoever takes this process over by what it reads finds the job's own files and no others.
void confine_to_job(const WorkerOptions& options) {
    const std::filesystem::path readable[] = {"/usr", "/lib", "/lib64", "/sys/devices/system", options.upload_folder};
    const Confinement confinement = confine(readable, options.result_folder);
    if (!confinement.files) std::fputs("unconfined: this kernel has no Landlock (Linux 5.13)\n", stdout);
    if (!confinement.network) std::fputs("TCP is open to the worker: Linux 6.7 could close it\n", stdout);
}

/// A line per thousandth of the work.
learn::TrainingProgress progress_lines() {
    return [last = std::size_t{0}](const learn::TrainingWork& work) mutable {
        if (work.done != work.total && work.done - last < work.total / 1000) return;
        last = work.done;
        say({.work = work});
    };
}

/// The server ends who waits too long for its taste.
constexpr std::chrono::hours for_ever(24 * 365);

WorkerMessage work(const WorkerOptions& options) {
    if (options.check) {
        learn::check_upload(options.upload_folder);
        return {.kind = Kind::done};
    }
    const learn::TrainingRun run{
        .checkpoint_every = std::chrono::milliseconds(static_cast<std::int64_t>(1000 * options.checkpoint_seconds)),
        .checkpoint_bytes = options.checkpoint_bytes,
        .refresh_patience = for_ever,
        .waiting = [](const auto& wait) { say({.kind = Kind::needs_refresh, .segment = wait.segment}); }};
    static_cast<void>(learn::train(options.upload_folder, options.result_folder, progress_lines(), run));
    return {.kind = Kind::done};
}

}  // namespace

int run_worker(const WorkerOptions& options) {
    end_with_server();
    limit(RLIMIT_CORE, 0);
    confine_to_job(options);
#ifndef TACIT_SANITIZED  // sanitizers reserve terabytes, which the limit would count
    limit(RLIMIT_DATA, options.memory_bytes);
#endif
    try {
        say(work(options));
        return 0;
    } catch (const std::bad_alloc&) {
        return say_failed(Kind::failed,
                          fmt::format("it needs more memory than the {} MB that a job may take here; train fewer or "
                                      "smaller minibatches",
                                      options.memory_bytes / 1'000'000));
    } catch (const Error& error) {
        return say_failed(error.code() == ErrorCode::io_failure ? Kind::failed_here : Kind::failed, error.what());
    } catch (const std::exception& error) {
        return say_failed(Kind::failed, error.what());
    }
}

}  // namespace tacit::service
