// Jobs of the store while they are checked and run.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include "base/fail.hpp"
#include "service/clock.hpp"
#include "service/job_files.hpp"
#include "service/store.hpp"
#include "tacit/base/files.hpp"

namespace tacit::service {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t longest_pause_seconds = 60;

std::int64_t number(CustomerId customer) { return static_cast<std::int64_t>(customer); }
int number(JobState state) { return static_cast<int>(state); }

/// With read() and not by a map: a file that is cut short meanwhile is an error and no signal.
Digest hash_file(const fs::path& path) {
    const Descriptor file = open_to_read(path);
    Hasher hasher;
    std::vector<std::byte> piece(std::size_t{1} << 20);
    while (true) {
        const ssize_t got = read(file.value(), piece.data(), piece.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail_io("read", path, errno);
        if (got == 0) return hasher.finish();
        hasher.update(std::span(piece).first(static_cast<std::size_t>(got)));
    }
}

}  // namespace

std::optional<Job> Store::take(JobState from, const Quota& quota) {
    const std::lock_guard guard(mutex_);
    Transaction all(database_);
    const std::int64_t now = unix_seconds();
    database_.run("DELETE FROM work WHERE finished < ?", now - 2 * day_seconds);
    Statement row = database_.query(
        fmt::format("SELECT {} FROM jobs JOIN customers ON customers.id = jobs.customer WHERE state = ? AND retry <= ?"
                    " AND ? > (SELECT total(work.seconds) FROM work WHERE work.customer = jobs.customer AND"
                    " finished > ?) ORDER BY served, sequence LIMIT 1",
                    job_columns),
        number(from), now, quota.seconds, now - day_seconds);
    if (!row.step()) return std::nullopt;
    Job job = with_files(row);
    if (from == JobState::queued) {
        job.state = JobState::running;
        database_.run("UPDATE jobs SET state = ? WHERE customer = ? AND id = ?", number(job.state),
                      number(job.customer), job.id);
        database_.run("UPDATE customers SET served = (SELECT max(served) + 1 FROM customers) WHERE id = ?",
                      number(job.customer));
    }
    all.commit();
    return job;
}

bool Store::is_intact(CustomerId customer, const Digest& hash) const {
    const fs::path path = path_of("objects", customer, hash);
    return fs::exists(path) && hash_file(path) == hash;
}

std::vector<Digest> Store::forget_damaged(CustomerId customer, const JobFiles& files) {
    std::vector<Digest> damaged;
    for (const auto& [name, hash] : files) {
        if (!is_intact(customer, hash)) damaged.push_back(hash);
    }
    for (const Digest& hash : damaged) forget_damaged(customer, hash);
    return damaged;
}

void Store::forget_damaged(CustomerId customer, const Digest& hash) {
    const std::lock_guard guard(mutex_);
    Transaction all(database_);
    lose(customer, hash);
    all.commit();
}

/// Forgets an object that the disk lost, fails the jobs that cannot do without it, and has them begin again when they
/// are submitted the next time.
void Store::lose(CustomerId customer, const Digest& hash) {
    std::error_code ignored;  // an object without a row is removed when the store is opened
    fs::remove(path_of("objects", customer, hash), ignored);
    database_.run("DELETE FROM objects WHERE customer = ? AND hash = ?", number(customer), hash);
    std::vector<JobId> jobs;
    Statement users = database_.query(
        "SELECT DISTINCT jobs.id FROM jobs JOIN files ON files.customer = jobs.customer AND files.job ="
        " jobs.id WHERE jobs.customer = ? AND hash = ? AND (state != ? OR name GLOB 'result/*')",
        number(customer), hash, number(JobState::done));
    while (users.step()) jobs.push_back(users.bytes<JobId>(0));
    for (const JobId& id : jobs) {
        database_.run(
            "DELETE FROM files WHERE customer = ? AND job = ? AND (name GLOB 'result/*' OR name GLOB"
            " 'upload/refreshed-*')",
            number(customer), id);
        database_.run("UPDATE jobs SET segment = 0, state = ?, reason = ? WHERE customer = ? AND id = ?",
                      number(JobState::failed),
                      "the service's disk lost or damaged a file of it; submit it again, which sends what is missing",
                      number(customer), id);
    }
}

/// From what it was when it was taken to another state, unless it is something else meanwhile: whether it was not. The
/// seconds count in any case.
bool Store::end_run(const Job& job, JobState state, const std::string& reason, double seconds) {
    database_.run("INSERT INTO work VALUES(?, ?, ?)", number(job.customer), unix_seconds(), seconds);
    return database_.run(
               "UPDATE jobs SET state = ?, reason = ?, seconds = seconds + ? WHERE customer = ? AND id = ?"
               " AND state = ?",
               number(state), reason, seconds, number(job.customer), job.id, number(job.state)) > 0;
}

void Store::pass(const Job& job, double seconds) {
    const std::lock_guard guard(mutex_);
    Transaction all(database_);
    if (end_run(job, JobState::queued, "", seconds)) {
        database_.run("UPDATE jobs SET failures = 0, retry = 0 WHERE customer = ? AND id = ?", number(job.customer),
                      job.id);
    }
    all.commit();
}

/// Moves results into the store, by their names; before their rows are committed.
void Store::file_away(const Job& job, const std::map<std::string, fs::path>& results) {
    for (const auto& [name, source] : results) {
        const Digest hash = hash_file(source);
        const std::uint64_t bytes = fs::file_size(source);
        const fs::path object = path_of("objects", job.customer, hash);
        if (std::rename(source.c_str(), object.c_str()) != 0) fail_io("write", object, errno);
        database_.run("INSERT OR IGNORE INTO objects VALUES(?, ?, ?)", number(job.customer), hash, bytes);
        database_.run("INSERT OR REPLACE INTO files VALUES(?, ?, ?, ?)", number(job.customer), job.id, name, hash);
    }
    flush_folder(path_of("objects", job.customer, {}).parent_path());
}

void Store::suspend(const Job& job, int segment, const fs::path& state, double seconds) {
    const std::lock_guard guard(mutex_);
    Transaction all(database_);
    if (end_run(job, JobState::waiting, "", seconds)) {
        database_.run("UPDATE jobs SET segment = ?, deaths = 0 WHERE customer = ? AND id = ?", segment,
                      number(job.customer), job.id);
        file_away(job, {{job_files::state(segment), state}});
    }
    all.commit();
}

void Store::finish(const Job& job, const fs::path& weights, const fs::path& statistics, double seconds) {
    const std::lock_guard guard(mutex_);
    Transaction all(database_);
    if (end_run(job, JobState::done, "", seconds)) {
        file_away(job, {{job_files::weights(), weights}, {job_files::statistics(), statistics}});
    }
    all.commit();
}

void Store::fail_job(const Job& job, const std::string& reason, double seconds) {
    const std::lock_guard guard(mutex_);
    Transaction all(database_);
    const std::string refreshed = job_files::refreshed(job.segment);
    const bool of_refresh = job.state == JobState::checking && job.file(refreshed).has_value();
    if (end_run(job, of_refresh ? JobState::waiting : JobState::failed, reason, seconds) && of_refresh) {
        database_.run("DELETE FROM files WHERE customer = ? AND job = ? AND name = ?", number(job.customer), job.id,
                      refreshed);
    }
    all.commit();
}

void Store::put_back(const Job& job, Interruption why, double seconds) {
    const std::lock_guard guard(mutex_);
    Transaction all(database_);
    const JobState back = job.state == JobState::running ? JobState::queued : job.state;
    if (end_run(job, back, "", seconds) && why != Interruption::stopped) {
        const int died = why == Interruption::died ? 1 : 0;
        const int failed = 1 - died;
        const std::int64_t pause = std::min(longest_pause_seconds, std::int64_t{1} << std::min(job.failures, 6));
        database_.run(
            "UPDATE jobs SET deaths = deaths + ?, failures = failures + ?, retry = ? WHERE customer = ? AND"
            " id = ?",
            died, failed, failed == 1 ? unix_seconds() + pause : 0, number(job.customer), job.id);
    }
    all.commit();
}

std::size_t Store::requeue_interrupted() {
    const std::lock_guard guard(mutex_);
    return static_cast<std::size_t>(database_.run("UPDATE jobs SET state = ? WHERE state = ?", number(JobState::queued),
                                                  number(JobState::running)));
}

}  // namespace tacit::service
