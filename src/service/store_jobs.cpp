// Jobs of the store.
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include "base/fail.hpp"
#include "service/clock.hpp"
#include "service/store.hpp"
#include "tacit/base/files.hpp"

namespace tacit::service {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t most_jobs = 1000;  ///< of a customer, finished ones among them

constexpr const char* columns =
    "SELECT jobs.id, customer, program, parameters, evaluation_keys, inputs, state, submitted, jobs.seconds, deaths, "
    "reason,"
    " weights, statistics FROM jobs ";

std::int64_t number(CustomerId customer) { return static_cast<std::int64_t>(customer); }
int number(JobState state) { return static_cast<int>(state); }

std::string select(const char* rest) { return std::string(columns) + rest; }

std::optional<Digest> optional_digest(const Statement& row, int column) {
    if (row.is_null(column)) return std::nullopt;
    return row.bytes<Digest>(column);
}

Job job_of(const Statement& row) {
    return {.id = row.bytes<JobId>(0),
            .customer = CustomerId(row.integer(1)),
            .objects = {row.bytes<Digest>(2), row.bytes<Digest>(3), row.bytes<Digest>(4), row.bytes<Digest>(5)},
            .state = static_cast<JobState>(row.integer(6)),
            .submitted = row.integer(7),
            .seconds = row.real(8),
            .worker_deaths = static_cast<int>(row.integer(9)),
            .reason = row.text(10),
            .weights = optional_digest(row, 11),
            .statistics = optional_digest(row, 12)};
}

JobId id_of(const identity::Fingerprint& customer, const JobObjects& objects) {
    Hasher hasher;
    hasher.update(customer.bytes);
    for (const Digest& hash : {objects.program, objects.parameters, objects.evaluation_keys, objects.inputs}) {
        hasher.update(hash);
    }
    const Digest digest = hasher.finish();
    JobId id{};
    std::copy_n(digest.begin(), id.size(), id.begin());
    return id;
}

/// Everything that a job needs or made.
std::vector<Digest> digests_of(const Job& job) {
    const JobObjects& o = job.objects;
    std::vector<Digest> all = {o.program, o.parameters, o.evaluation_keys, o.inputs};
    if (job.weights) all.push_back(*job.weights);
    if (job.statistics) all.push_back(*job.statistics);
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
}

struct Result {
    Digest hash{};
    std::uint64_t bytes = 0;
};

Result hash_file(const fs::path& path) {
    const MappedFile file = MappedFile::open(path);
    Hasher hasher;
    hasher.update(file.bytes());
    return {hasher.finish(), file.bytes().size()};
}

}  // namespace

std::optional<Job> Store::find(CustomerId customer, const JobId& id) {
    Statement row = database_.query(select("WHERE customer = ? AND id = ?").c_str(), number(customer), id);
    if (!row.step()) return std::nullopt;
    return job_of(row);
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
    Statement rows = database_.query(select("WHERE customer = ? ORDER BY sequence DESC").c_str(), number(customer));
    std::vector<Job> jobs;
    while (rows.step()) jobs.push_back(job_of(rows));
    return jobs;
}

Job Store::submit(CustomerId customer, const identity::Fingerprint& fingerprint, const JobObjects& objects,
                  const Quota& quota) {
    const std::lock_guard guard(mutex_);
    const JobId id = id_of(fingerprint, objects);
    if (auto known = find(customer, id);
        known && known->state != JobState::failed && known->state != JobState::cancelled) {
        return *std::move(known);
    }
    for (const Digest& hash : {objects.program, objects.parameters, objects.evaluation_keys, objects.inputs}) {
        if (has_object(customer, hash)) continue;
        fail(ErrorCode::invalid_argument, "you have no object {} here; send it first", to_hex(hash));
    }
    Transaction all(database_);
    Statement open = database_.query("SELECT count(*) FROM jobs WHERE customer = ? AND state IN (?, ?)",
                                     number(customer), number(JobState::queued), number(JobState::running));
    if (open.step() && open.integer(0) >= quota.jobs) {
        fail(ErrorCode::quota_exceeded, "you have {} unfinished jobs, as many as you may; wait or cancel one",
             open.integer(0));
    }
    database_.run("DELETE FROM jobs WHERE customer = ? AND id = ?", number(customer), id);
    if (count_rows("jobs", customer) >= most_jobs) {
        fail(ErrorCode::quota_exceeded,
             "you have {} jobs here, finished ones among them, as many as you may; remove some "
             "(`tacit job remove`)",
             most_jobs);
    }
    database_.run(
        "INSERT INTO jobs(id, customer, program, parameters, evaluation_keys, inputs, state, submitted)"
        " VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
        id, number(customer), objects.program, objects.parameters, objects.evaluation_keys, objects.inputs,
        number(JobState::queued), unix_seconds());
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
    static_cast<void>(require_job(customer, id));
    database_.run("UPDATE jobs SET state = ? WHERE customer = ? AND id = ? AND state IN (?, ?)",
                  number(JobState::cancelled), number(customer), id, number(JobState::queued),
                  number(JobState::running));
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
    std::vector<fs::path> files;
    for (const Digest& hash : digests_of(job)) {
        const int deleted = database_.run(
            "DELETE FROM objects WHERE customer = ?1 AND hash = ?2 AND NOT EXISTS (SELECT 1 FROM jobs WHERE"
            " customer = ?1 AND ?2 IN (program, parameters, evaluation_keys, inputs, weights, statistics))",
            number(customer), hash);
        if (deleted > 0) files.push_back(path_of("objects", customer, hash));
    }
    const std::uint64_t after = bytes_used(customer);
    all.commit();
    std::error_code ignored;  // what remains is removed when the store is opened
    for (const fs::path& file : files) fs::remove(file, ignored);
    return before - after;
}

std::optional<Job> Store::take_job(const Quota& quota) {
    const std::lock_guard guard(mutex_);
    Transaction all(database_);
    database_.run("DELETE FROM work WHERE finished < ?", unix_seconds() - 2 * day_seconds);
    Statement row = database_.query(
        select("JOIN customers ON customers.id = jobs.customer WHERE state = ? AND ? > (SELECT total(work.seconds) FROM"
               " work WHERE work.customer = jobs.customer AND finished > ?) ORDER BY served, sequence LIMIT 1")
            .c_str(),
        number(JobState::queued), quota.seconds, unix_seconds() - day_seconds);
    if (!row.step()) return std::nullopt;
    Job job = job_of(row);
    job.state = JobState::running;
    database_.run("UPDATE jobs SET state = ? WHERE customer = ? AND id = ?", number(job.state), number(job.customer),
                  job.id);
    database_.run("UPDATE customers SET served = (SELECT max(served) + 1 FROM customers) WHERE id = ?",
                  number(job.customer));
    all.commit();
    return job;
}

/// From running to another state, unless the job was cancelled meanwhile; the seconds count in any case.
void Store::end_run(const Job& job, JobState state, const std::string& reason, double seconds) {
    database_.run("INSERT INTO work VALUES(?, ?, ?)", number(job.customer), unix_seconds(), seconds);
    database_.run(
        "UPDATE jobs SET state = ?, reason = ?, seconds = ?, deaths = ? WHERE customer = ? AND id = ? AND state = ?",
        number(state), reason, seconds, job.worker_deaths, number(job.customer), job.id, number(JobState::running));
}

void Store::finish(const Job& job, const fs::path& weights, const fs::path& statistics, double seconds) {
    const Result results[] = {hash_file(weights), hash_file(statistics)};
    const std::lock_guard guard(mutex_);
    const fs::path* source = &weights;
    for (const Result& result : results) {
        const fs::path object = path_of("objects", job.customer, result.hash);
        if (std::rename(source->c_str(), object.c_str()) != 0) fail_io("write", object, errno);
        source = &statistics;
    }
    flush_folder(path_of("objects", job.customer, {}).parent_path());
    Transaction all(database_);
    end_run(job, JobState::done, "", seconds);
    const int finished =
        database_.run("UPDATE jobs SET weights = ?, statistics = ? WHERE customer = ? AND id = ? AND state = ?",
                      results[0].hash, results[1].hash, number(job.customer), job.id, number(JobState::done));
    for (const Result& result : results) {
        if (finished == 0) break;  // cancelled: the files go when the store is opened
        database_.run("INSERT OR IGNORE INTO objects VALUES(?, ?, ?)", number(job.customer), result.hash, result.bytes);
    }
    all.commit();
}

void Store::fail_job(const Job& job, const std::string& reason, double seconds) {
    const std::lock_guard guard(mutex_);
    Transaction all(database_);
    end_run(job, JobState::failed, reason, seconds);
    all.commit();
}

std::size_t Store::requeue_interrupted() {
    const std::lock_guard guard(mutex_);
    return static_cast<std::size_t>(database_.run("UPDATE jobs SET state = ? WHERE state = ?", number(JobState::queued),
                                                  number(JobState::running)));
}

void Store::requeue(const Job& job, double seconds, bool worker_died) {
    const std::lock_guard guard(mutex_);
    Transaction all(database_);
    Job changed = job;
    changed.worker_deaths += worker_died ? 1 : 0;
    end_run(changed, JobState::queued, "", seconds);
    all.commit();
}

}  // namespace tacit::service
