// Jobs of the store, as their owners see them. What happens when they run is in store_runs.cpp.
#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "base/fail.hpp"
#include "service/clock.hpp"
#include "service/job_files.hpp"
#include "service/store.hpp"

namespace tacit::service {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t most_jobs = 1000;        ///< of a customer, finished ones among them
constexpr std::size_t most_segments = 1000;     ///< of a job
constexpr std::int64_t most_bytes = 1'000'000;  ///< of a program or of parameters

std::int64_t number(CustomerId customer) { return static_cast<std::int64_t>(customer); }
int number(JobState state) { return static_cast<int>(state); }

JobState state_of(std::int64_t number) {
    const auto* const found = std::find(job_states.begin(), job_states.end(), static_cast<JobState>(number));
    if (found != job_states.end()) return *found;
    fail(ErrorCode::io_failure, "the store's database has a job in state {}; restore it from a copy", number);
}

JobFiles files_of(const JobObjects& objects) {
    if (objects.inputs.empty() || objects.inputs.size() > most_segments) {
        fail(ErrorCode::invalid_argument, "a job with inputs of {} segments; it has 1 to {}", objects.inputs.size(),
             most_segments);
    }
    JobFiles files = {{job_files::program(), objects.program},
                      {job_files::parameters(), objects.parameters},
                      {job_files::evaluation_keys(), objects.evaluation_keys}};
    for (std::size_t segment = 0; segment < objects.inputs.size(); ++segment) {
        files.emplace(job_files::inputs(static_cast<int>(segment)), objects.inputs[segment]);
    }
    return files;
}

JobId id_of(const identity::Fingerprint& customer, const JobFiles& files) {
    Hasher hasher;
    hasher.update(customer.bytes);
    for (const auto& [name, hash] : files) {
        hasher.update(std::as_bytes(std::span(name)));
        hasher.update(hash);
    }
    const Digest digest = hasher.finish();
    JobId id{};
    std::copy_n(digest.begin(), id.size(), id.begin());
    return id;
}

}  // namespace

std::optional<Digest> Job::file(const std::string& name) const {
    const auto found = files.find(name);
    return found == files.end() ? std::nullopt : std::optional(found->second);
}

/// Of a row of job_columns.
Job Store::with_files(const Statement& row) {
    Job job{.id = row.bytes<JobId>(0),
            .customer = CustomerId(row.integer(1)),
            .state = state_of(row.integer(2)),
            .submitted = row.integer(3),
            .seconds = row.real(4),
            .worker_deaths = static_cast<int>(row.integer(5)),
            .failures = static_cast<int>(row.integer(6)),
            .reason = row.text(7),
            .segment = static_cast<int>(row.integer(8))};
    Statement files =
        database_.query("SELECT name, hash FROM files WHERE customer = ? AND job = ?", number(job.customer), job.id);
    while (files.step()) job.files.emplace(files.text(0), files.bytes<Digest>(1));
    return job;
}

std::optional<Job> Store::find(CustomerId customer, const JobId& id) {
    Statement row = database_.query(fmt::format("SELECT {} FROM jobs WHERE customer = ? AND id = ?", job_columns),
                                    number(customer), id);
    if (!row.step()) return std::nullopt;
    return with_files(row);
}

Job Store::require_job(CustomerId customer, const JobId& id) {
    std::optional<Job> job = find(customer, id);
    if (!job) fail(ErrorCode::invalid_argument, "you have no job {} here; `tacit job status` lists yours", to_hex(id));
    return *std::move(job);
}

Job Store::job(CustomerId customer, const JobId& id) {
    const std::lock_guard guard(mutex_);
    return require_job(customer, id);
}

std::vector<Job> Store::jobs(CustomerId customer) {
    const std::lock_guard guard(mutex_);
    Statement rows = database_.query(
        fmt::format("SELECT {} FROM jobs WHERE customer = ? ORDER BY sequence DESC", job_columns), number(customer));
    std::vector<Job> jobs;
    while (rows.step()) jobs.push_back(with_files(rows));
    return jobs;
}

void Store::require_objects(CustomerId customer, const JobFiles& files) {
    for (const auto& [name, hash] : files) {
        Statement found =
            database_.query("SELECT bytes FROM objects WHERE customer = ? AND hash = ?", number(customer), hash);
        if (!found.step()) {
            fail(ErrorCode::invalid_argument, "you have no object {} here; send it first", to_hex(hash));
        }
        const bool small = name == job_files::program() || name == job_files::parameters();
        if (small && found.integer(0) > most_bytes) {
            fail(ErrorCode::invalid_argument, "'{}' has {} bytes; the service takes at most {}; run `tacit keygen`",
                 name, found.integer(0), most_bytes);
        }
    }
}

Job Store::submit(CustomerId customer, const identity::Fingerprint& fingerprint, const JobObjects& objects,
                  const Quota& quota) {
    const JobFiles files = files_of(objects);
    const JobId id = id_of(fingerprint, files);
    const std::lock_guard guard(mutex_);
    std::optional<Job> known = find(customer, id);
    if (known && known->state != JobState::failed && known->state != JobState::cancelled) return *std::move(known);
    require_objects(customer, files);
    Transaction all(database_);
    Statement open =
        database_.query("SELECT count(*) FROM jobs WHERE customer = ? AND state NOT IN (?, ?, ?)", number(customer),
                        number(JobState::done), number(JobState::failed), number(JobState::cancelled));
    if (open.step() && open.integer(0) >= quota.jobs) {
        fail(ErrorCode::quota_exceeded, "you have {} unfinished jobs, as many as you may; wait or cancel one",
             open.integer(0));
    }
    if (known) {
        revive(*known);
    } else {
        insert_job(customer, id, files);
    }
    all.commit();
    return require_job(customer, id);
}

void Store::insert_job(CustomerId customer, const JobId& id, const JobFiles& files) {
    if (count_rows("jobs", customer) >= most_jobs) {
        fail(ErrorCode::quota_exceeded,
             "you have {} jobs here, finished ones among them, as many as you may; remove some (`tacit job remove`)",
             most_jobs);
    }
    database_.run("INSERT INTO jobs(id, customer, state, submitted) VALUES(?, ?, ?, ?)", id, number(customer),
                  number(JobState::checking), unix_seconds());
    for (const auto& [name, hash] : files) {
        database_.run("INSERT INTO files VALUES(?, ?, ?, ?)", number(customer), id, name, hash);
    }
}

/// It goes on from the last state that it has.
void Store::revive(const Job& job) {
    const bool waits = job.file(job_files::state(job.segment)) && !job.file(job_files::refreshed(job.segment));
    database_.run(
        "UPDATE jobs SET state = ?, submitted = ?, deaths = 0, failures = 0, retry = 0, reason = '' WHERE customer = ?"
        " AND id = ?",
        number(waits ? JobState::waiting : JobState::checking), unix_seconds(), number(job.customer), job.id);
}

Job Store::hand_in(CustomerId customer, const JobId& id, int segment, const Digest& hash) {
    const std::lock_guard guard(mutex_);
    Job job = require_job(customer, id);
    const std::string name = job_files::refreshed(segment);
    if (job.file(name) == hash) return job;
    if (job.state != JobState::waiting || job.segment != segment) {
        fail(ErrorCode::invalid_argument, "job {} is {} and waits for no refresh of segment {}; see `tacit job status`",
             to_hex(id), to_string(job.state), segment);
    }
    require_objects(customer, {{name, hash}});
    Transaction all(database_);
    database_.run("INSERT INTO files VALUES(?, ?, ?, ?)", number(customer), id, name, hash);
    database_.run("UPDATE jobs SET state = ?, reason = '' WHERE customer = ? AND id = ?", number(JobState::checking),
                  number(customer), id);
    all.commit();
    return require_job(customer, id);
}

std::uint32_t Store::jobs_before(const Job& job) {
    if (job.state != JobState::queued) return 0;
    const std::lock_guard guard(mutex_);
    Statement count = database_.query(
        "SELECT count(*) FROM jobs WHERE state = ? OR (state = ? AND sequence <"
        " (SELECT sequence FROM jobs WHERE customer = ? AND id = ?))",
        number(JobState::running), number(JobState::queued), number(job.customer), job.id);
    static_cast<void>(count.step());
    return static_cast<std::uint32_t>(count.integer(0));
}

std::size_t Store::count(JobState state) {
    const std::lock_guard guard(mutex_);
    Statement count = database_.query("SELECT count(*) FROM jobs WHERE state = ?", number(state));
    static_cast<void>(count.step());
    return static_cast<std::size_t>(count.integer(0));
}

void Store::cancel(CustomerId customer, const JobId& id) {
    const std::lock_guard guard(mutex_);
    const Job job = require_job(customer, id);
    if (is_final(job.state)) return;
    database_.run("UPDATE jobs SET state = ? WHERE customer = ? AND id = ?", number(JobState::cancelled),
                  number(customer), id);
    std::error_code ignored;  // what remains is removed when the store is opened
    if (job.state == JobState::queued) fs::remove_all(work_folder(job), ignored);
}

std::uint64_t Store::remove(CustomerId customer, const JobId& id) {
    const std::lock_guard guard(mutex_);
    const Job job = require_job(customer, id);
    if (!is_final(job.state)) {
        fail(ErrorCode::invalid_argument, "job {} is {}; cancel it first", to_hex(id), to_string(job.state));
    }
    Transaction all(database_);
    const std::uint64_t before = bytes_used(customer);
    database_.run("DELETE FROM jobs WHERE customer = ? AND id = ?", number(customer), id);
    database_.run("DELETE FROM files WHERE customer = ? AND job = ?", number(customer), id);
    std::vector<fs::path> unused;
    for (const auto& [name, hash] : job.files) {
        const int deleted = database_.run(
            "DELETE FROM objects WHERE customer = ?1 AND hash = ?2 AND NOT EXISTS (SELECT 1 FROM files WHERE"
            " customer = ?1 AND hash = ?2)",
            number(customer), hash);
        if (deleted > 0) unused.push_back(path_of("objects", customer, hash));
    }
    const std::uint64_t after = bytes_used(customer);
    all.commit();
    std::error_code ignored;  // what remains is removed when the store is opened
    for (const fs::path& file : unused) fs::remove(file, ignored);
    return before - after;
}

}  // namespace tacit::service
