// Opening, mending, customers and what they use. Uploads and objects are in store_objects.cpp, jobs in store_jobs.cpp.
#include "service/store.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <chrono>
#include <set>
#include <system_error>

#include "base/fail.hpp"
#include "base/from_hex.hpp"
#include "service/clock.hpp"
#include "service/job_files.hpp"

namespace tacit::service {

namespace fs = std::filesystem;

namespace {

constexpr int version = 2;

constexpr const char* tables = R"(
CREATE TABLE IF NOT EXISTS customers(
    id INTEGER PRIMARY KEY, fingerprint BLOB NOT NULL UNIQUE, served INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS objects(
    customer INTEGER NOT NULL REFERENCES customers, hash BLOB NOT NULL, bytes INTEGER NOT NULL,
    PRIMARY KEY(customer, hash)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS uploads(
    customer INTEGER NOT NULL REFERENCES customers, hash BLOB NOT NULL, bytes INTEGER NOT NULL,
    PRIMARY KEY(customer, hash)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS jobs(
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL, customer INTEGER NOT NULL REFERENCES customers,
    state INTEGER NOT NULL, submitted INTEGER NOT NULL, seconds REAL NOT NULL DEFAULT 0,
    deaths INTEGER NOT NULL DEFAULT 0, failures INTEGER NOT NULL DEFAULT 0, retry INTEGER NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT '', segment INTEGER NOT NULL DEFAULT 0,
    UNIQUE(customer, id));
CREATE INDEX IF NOT EXISTS jobs_by_state ON jobs(state);
CREATE TABLE IF NOT EXISTS files(
    customer INTEGER NOT NULL REFERENCES customers, job BLOB NOT NULL, name TEXT NOT NULL, hash BLOB NOT NULL,
    PRIMARY KEY(customer, job, name)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS files_by_object ON files(customer, hash);
CREATE TABLE IF NOT EXISTS work(
    customer INTEGER NOT NULL REFERENCES customers, finished INTEGER NOT NULL, seconds REAL NOT NULL);
)";

fs::path private_folder(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (!error) fs::permissions(folder, fs::perms::owner_all, error);
    if (error) {
        fail(ErrorCode::io_failure, "cannot make the store's folder '{}': {}; choose one that you may write to",
             folder.string(), error.message());
    }
    return folder;
}

Descriptor lock(const fs::path& path) {
    Descriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (file.value() < 0) fail_io("open", path, errno);
    if (flock(file.value(), LOCK_EX | LOCK_NB) != 0) {
        fail(ErrorCode::io_failure,
             "'{}' is locked: another server has this store open; stop it or choose another folder", path.string());
    }
    return file;
}

std::uint64_t size_of_checkpoint(const fs::path& work_folder) {
    std::error_code error;
    const std::uintmax_t bytes = fs::file_size(work_folder / job_files::checkpoint(), error);
    return error ? 0 : bytes;
}

}  // namespace

Store::Store(const fs::path& folder)
    : folder_(private_folder(folder)), lock_(lock(folder / "lock")), database_(folder / "store.sqlite") {
    Statement found = database_.query("PRAGMA user_version");
    static_cast<void>(found.step());
    if (const auto number = found.integer(0); number != 0 && number != version) {
        fail(ErrorCode::io_failure,
             "the store '{}' has version {} and this program reads {}; run the program that made it, or choose another "
             "folder",
             folder.string(), number, version);
    }
    database_.script(tables);
    database_.script("PRAGMA user_version = 2");
    static_assert(version == 2);
    recover();
}

void Store::recover() {
    std::error_code ignored;
    recover_work();
    recover_files("objects", "SELECT 1 FROM objects WHERE customer = ? AND hash = ?");
    recover_files("uploads", "SELECT 1 FROM uploads WHERE customer = ? AND hash = ?");
    Transaction all(database_);
    Statement rows = database_.query("SELECT customer, hash, bytes FROM objects");
    std::vector<ObjectKey> lost;
    while (rows.step()) {
        const ObjectKey key{CustomerId(rows.integer(0)), rows.bytes<Digest>(1)};
        const fs::path path = path_of("objects", key.first, key.second);
        const std::uintmax_t bytes = fs::file_size(path, ignored);
        if (bytes != static_cast<std::uintmax_t>(rows.integer(2))) lost.push_back(key);
    }
    for (const auto& [customer, hash] : lost) lose(customer, hash);
    all.commit();
    recovery_.objects_lost = lost.size();
    recovery_.jobs_requeued = requeue_interrupted();
}

/// Keeps the folders of trainings that go on.
void Store::recover_work() {
    std::set<fs::path> wanted;
    Statement rows = database_.query(fmt::format("SELECT {} FROM jobs WHERE state IN (?, ?)", job_columns),
                                     static_cast<int>(JobState::queued), static_cast<int>(JobState::running));
    while (rows.step()) wanted.insert(work_folder(with_files(rows)));
    for (const auto& folder : fs::directory_iterator(private_folder(folder_ / "work"))) {
        if (!wanted.contains(folder.path())) fs::remove_all(folder.path());
    }
}

fs::path Store::work_folder(const Job& job) const {
    return folder_ / "work" /
           fmt::format("{}-{}{}", static_cast<std::int64_t>(job.customer), to_hex(job.id),
                       job.state == JobState::checking ? "-check" : "");
}

/// Removes files that no row speaks of: their row was not committed, or was deleted.
void Store::recover_files(const char* kind, const char* row_query) {
    const fs::path root = private_folder(folder_ / kind);
    for (const auto& customer : fs::directory_iterator(root)) {
        if (!customer.is_directory()) continue;
        const std::int64_t id = std::strtoll(customer.path().filename().c_str(), nullptr, 10);
        for (const auto& file : fs::directory_iterator(customer.path())) {
            const auto hash = from_hex<std::tuple_size_v<Digest>>(file.path().filename().string());
            if (hash && database_.query(row_query, id, *hash).step()) continue;
            recovery_.files_removed += fs::remove(file.path()) ? 1 : 0;
        }
    }
}

fs::path Store::path_of(const char* kind, CustomerId customer, const Digest& hash) const {
    return folder_ / kind / std::to_string(static_cast<std::int64_t>(customer)) / to_hex(hash);
}

void Store::make_folders(CustomerId customer) const {
    for (const char* kind : {"objects", "uploads"}) {
        private_folder(folder_ / kind / std::to_string(static_cast<std::int64_t>(customer)));
        flush_folder(folder_ / kind);
    }
}

CustomerId Store::customer(const identity::Fingerprint& fingerprint) {
    const std::lock_guard guard(mutex_);
    Statement found = database_.query("SELECT id FROM customers WHERE fingerprint = ?", fingerprint.bytes);
    if (found.step()) return CustomerId(found.integer(0));
    database_.run("INSERT INTO customers(fingerprint) VALUES(?)", fingerprint.bytes);
    Statement made = database_.query("SELECT id FROM customers WHERE fingerprint = ?", fingerprint.bytes);
    static_cast<void>(made.step());
    const CustomerId id{made.integer(0)};
    make_folders(id);
    return id;
}

std::uint64_t Store::bytes_used(CustomerId customer) {
    const auto id = static_cast<std::int64_t>(customer);
    Statement sum = database_.query(
        "SELECT (SELECT coalesce(sum(bytes), 0) FROM objects WHERE customer = ?) +"
        "       (SELECT coalesce(sum(bytes), 0) FROM uploads WHERE customer = ?)",
        id, id);
    static_cast<void>(sum.step());
    return static_cast<std::uint64_t>(sum.integer(0)) + checkpoint_bytes_of(customer);
}

/// Of all jobs: what lies in their folders now.
std::uint64_t Store::checkpoint_bytes_of(CustomerId customer) const {
    const std::string prefix = std::to_string(static_cast<std::int64_t>(customer)) + "-";
    std::uint64_t bytes = 0;
    std::error_code error;  // folders come and go
    for (fs::directory_iterator entry(folder_ / "work", error), end; entry != end && !error; entry.increment(error)) {
        if (entry->path().filename().string().starts_with(prefix)) bytes += size_of_checkpoint(entry->path());
    }
    return bytes;
}

std::uint64_t Store::checkpoint_bytes(const Job& job) const { return size_of_checkpoint(work_folder(job)); }

/// Of one of our tables, whose name is no customer's.
std::int64_t Store::count_rows(const char* table, CustomerId customer) {
    Statement count = database_.query(fmt::format("SELECT count(*) FROM {} WHERE customer = ?", table).c_str(),
                                      static_cast<std::int64_t>(customer));
    static_cast<void>(count.step());
    return count.integer(0);
}

double Store::seconds_used(CustomerId customer) {
    Statement sum = database_.query("SELECT total(seconds) FROM work WHERE customer = ? AND finished > ?",
                                    static_cast<std::int64_t>(customer), unix_seconds() - day_seconds);
    static_cast<void>(sum.step());
    return sum.real(0);
}

Usage Store::usage(CustomerId customer) {
    const std::lock_guard guard(mutex_);
    return {bytes_used(customer), seconds_used(customer)};
}

}  // namespace tacit::service
