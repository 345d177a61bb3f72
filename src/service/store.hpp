#pragma once

#include <atomic>
#include <compare>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/posix_file.hpp"
#include "service/database.hpp"
#include "tacit/base/hash.hpp"
#include "tacit/identity/fingerprint.hpp"
#include "tacit/service/job.hpp"
#include "tacit/service/server.hpp"

namespace tacit::service {

/// A number that the store gave; the only part of a customer that becomes part of a path.
enum class CustomerId : std::int64_t {};

struct ObjectState {
    std::uint64_t bytes = 0;  ///< here
    bool complete = false;
};

/// What a job is computed from, by hash.
struct JobObjects {
    Digest program{};
    Digest parameters{};
    Digest evaluation_keys{};
    std::vector<Digest> inputs{};  ///< of each segment
};

/// The files of a job, by where learn::train looks for them: "upload/program.json", "result/state-0.bin". None of these
/// names is a customer's choice.
using JobFiles = std::map<std::string, Digest>;

/// A job as it lies in the store.
struct Job {
    JobId id{};
    CustomerId customer{};
    JobState state = JobState::checking;
    std::int64_t submitted = 0;
    double seconds = 0;
    int worker_deaths = 0;
    int failures = 0;  ///< of the service's own, since it was queued
    std::string reason{};
    int segment = 0;  ///< the newest one whose state is here
    JobFiles files{};

    /// None if it has no file of this name.
    [[nodiscard]] std::optional<Digest> file(const std::string& name) const;
};

/// What a query must select for a row to become a Job.
inline constexpr const char* job_columns =
    "jobs.id, jobs.customer, jobs.state, submitted, jobs.seconds, deaths, failures, reason, segment";

/// Why a run of a job ended without a result.
enum class Interruption {
    stopped,     ///< the server was
    died,        ///< the worker did
    failed_here  ///< the disk was full, for instance; tried again after a pause that grows to a minute
};

struct Usage {
    std::uint64_t bytes = 0;  ///< stored, checkpoints among them, or promised to an upload
    double seconds = 0;       ///< computed in the last 24 hours
};

/// What opening found and mended after a machine or process stopped at any moment.
struct Recovery {
    std::size_t jobs_requeued = 0;
    std::size_t files_removed = 0;  ///< that no row spoke of
    std::size_t objects_lost = 0;   ///< rows without their file: the disk lost data that it had confirmed
};

class Upload;

/// Customers, their objects and their jobs, in one folder: `store.sqlite` and a file per object. A row is committed
/// after its file is on the disk, so whoever was told of a row finds its file. Every function of one customer takes its
/// id and finds nothing of others'. All functions may be called from any thread; all throw Error(io_failure).
class Store {
public:
    /// Makes the folder if need be. Throws io_failure if another process has it open.
    explicit Store(const std::filesystem::path& folder);
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    [[nodiscard]] const Recovery& recovery() const noexcept { return recovery_; }
    /// The same key is the same customer, for ever.
    [[nodiscard]] CustomerId customer(const identity::Fingerprint& fingerprint);
    [[nodiscard]] Usage usage(CustomerId customer);

    [[nodiscard]] ObjectState object_state(CustomerId customer, const Digest& hash);
    /// Goes on where an upload of the same object was cut; one that is still going on elsewhere ends. Throws
    /// quota_exceeded, naming the quota.
    [[nodiscard]] Upload begin_upload(CustomerId customer, const Digest& hash, std::uint64_t bytes, const Quota& quota);
    /// Throws invalid_argument if the customer has no such object.
    [[nodiscard]] Descriptor open_object(CustomerId customer, const Digest& hash);
    /// Gives an object another name, without copying.
    void link_object(CustomerId customer, const Digest& hash, const std::filesystem::path& name);

    /// Makes a job to be checked, or finds it; a failed or cancelled one goes on from the last state that it has.
    /// Throws invalid_argument if an object is missing or too large for what it should be, quota_exceeded.
    [[nodiscard]] Job submit(CustomerId customer, const identity::Fingerprint& fingerprint, const JobObjects& objects,
                             const Quota& quota);
    /// Throws invalid_argument if the customer has no such job.
    [[nodiscard]] Job job(CustomerId customer, const JobId& id);
    /// Newest first.
    [[nodiscard]] std::vector<Job> jobs(CustomerId customer);
    /// Takes the refreshed state for which the job waits; the job is checked again. The same twice is once. Throws
    /// invalid_argument if the job does not wait for this segment or the object is missing.
    Job hand_in(CustomerId customer, const JobId& id, int segment, const Digest& hash);
    /// How many jobs run or were queued before this one; as customers take turns, others may still pass it.
    [[nodiscard]] std::uint32_t jobs_before(const Job& job);
    [[nodiscard]] std::size_t count(JobState state);
    /// Marks it cancelled if it is not final. Whoever runs it has to stop by itself.
    void cancel(CustomerId customer, const JobId& id);
    /// Forgets a final job, its result, and the objects that no other job of the customer's names; returns the bytes
    /// freed. Throws invalid_argument if it is not final.
    std::uint64_t remove(CustomerId customer, const JobId& id);

    /// Forgets objects that no job names, and uploads, which end; returns the bytes freed.
    std::uint64_t clean(CustomerId customer);

    /// The next job that is checking or queued; a queued one is marked as running. Customers take turns, and those
    /// whose seconds are used up wait.
    [[nodiscard]] std::optional<Job> take(JobState from, const Quota& quota);
    /// Reads objects of a job again. Those that are no longer what was confirmed are forgotten and their jobs failed,
    /// so that they can be sent again; returns them.
    [[nodiscard]] std::vector<Digest> forget_damaged(CustomerId customer, const JobFiles& files);
    /// The same for one object, of which the bytes were found to be others.
    void forget_damaged(CustomerId customer, const Digest& hash);

    // What ended: each of these is for a job from take(), and does nothing but count the seconds if the job was
    // cancelled meanwhile.
    /// A check that found nothing: the job is queued.
    void pass(const Job& job, double seconds);
    /// Files away the state at the end of a segment, which must be on the disk; the job waits for its refresh.
    void suspend(const Job& job, int segment, const std::filesystem::path& state, double seconds);
    /// Files away the two results, which must be on the disk.
    void finish(const Job& job, const std::filesystem::path& weights, const std::filesystem::path& statistics,
                double seconds);
    /// The job failed; or waits again, if the check was one of its refreshed state.
    void fail_job(const Job& job, const std::string& reason, double seconds);
    /// Puts it back to where it was taken from.
    void put_back(const Job& job, Interruption why, double seconds);
    /// Puts back what is marked as running; nothing may run. Returns how many there were.
    std::size_t requeue_interrupted();

    /// Where a job's worker works; for checks another one than for trainings. Those of jobs that are neither queued nor
    /// running are removed on opening.
    [[nodiscard]] std::filesystem::path work_folder(const Job& job) const;
    /// Of the checkpoint that a run of it left, or 0.
    [[nodiscard]] std::uint64_t checkpoint_bytes(const Job& job) const;

private:
    friend class Upload;
    struct UploadSlot {
        std::mutex mutex;                     ///< taken before the store's, never after
        std::atomic<std::uint64_t> turn = 0;  ///< of the upload that may write
    };
    using ObjectKey = std::pair<CustomerId, Digest>;

    void recover();
    void recover_files(const char* kind, const char* row_query);
    void recover_work();
    [[nodiscard]] std::filesystem::path path_of(const char* kind, CustomerId customer, const Digest& hash) const;
    void make_folders(CustomerId customer) const;
    [[nodiscard]] std::uint64_t bytes_used(CustomerId customer);
    [[nodiscard]] std::uint64_t checkpoint_bytes_of(CustomerId customer) const;
    [[nodiscard]] double seconds_used(CustomerId customer);
    [[nodiscard]] std::int64_t count_rows(const char* table, CustomerId customer);
    [[nodiscard]] bool has_object(CustomerId customer, const Digest& hash);
    void promise(CustomerId customer, const Digest& hash, std::uint64_t bytes, const Quota& quota);
    void accept(CustomerId customer, const Digest& hash, std::uint64_t bytes);
    void drop_upload(CustomerId customer, const Digest& hash);
    [[nodiscard]] Job with_files(const Statement& row);
    [[nodiscard]] std::optional<Job> find(CustomerId customer, const JobId& id);
    [[nodiscard]] Job require_job(CustomerId customer, const JobId& id);
    void require_objects(CustomerId customer, const JobFiles& files);
    void insert_job(CustomerId customer, const JobId& id, const JobFiles& files);
    void revive(const Job& job);
    [[nodiscard]] bool is_intact(CustomerId customer, const Digest& hash) const;
    void lose(CustomerId customer, const Digest& hash);
    bool end_run(const Job& job, JobState state, const std::string& reason, double seconds);
    void file_away(const Job& job, const std::map<std::string, std::filesystem::path>& results);

    std::filesystem::path folder_;
    Descriptor lock_;
    std::mutex mutex_;  ///< over everything below
    Database database_;
    std::map<ObjectKey, std::shared_ptr<UploadSlot>> uploads_;
    Recovery recovery_;
};

/// An object on its way in.
class Upload {
public:
    /// How much is here already.
    [[nodiscard]] std::uint64_t offset() const noexcept { return offset_; }
    /// Throws invalid_argument for more bytes than announced, or if a newer upload of the object took over.
    void append(std::span<const std::byte> bytes);
    /// Whether all bytes came; then the object is checked, on the disk and in the store. Throws malformed_input, and
    /// forgets the bytes, if they do not have the hash.
    [[nodiscard]] bool finish();

private:
    friend class Store;
    Upload(Store& store, Store::ObjectKey key, std::uint64_t bytes, std::shared_ptr<Store::UploadSlot> slot);
    void check_turn() const;

    Store& store_;
    Store::ObjectKey key_;
    std::uint64_t bytes_;
    std::shared_ptr<Store::UploadSlot> slot_;
    std::uint64_t turn_ = 0;
    std::uint64_t offset_ = 0;
    std::filesystem::path path_;
    Descriptor file_;
    Hasher hasher_;
};

}  // namespace tacit::service
