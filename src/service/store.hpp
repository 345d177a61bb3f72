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
    Digest inputs{};
};

/// A job as it lies in the store.
struct Job {
    JobId id{};
    CustomerId customer{};
    JobObjects objects{};
    JobState state = JobState::queued;
    std::int64_t submitted = 0;
    double seconds = 0;
    int worker_deaths = 0;
    std::string reason{};
    std::optional<Digest> weights{};
    std::optional<Digest> statistics{};
};

struct Usage {
    std::uint64_t bytes = 0;  ///< stored or promised to an upload
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

    /// Queues a job, or finds it; a failed or cancelled one is queued again. Throws invalid_argument if an object is
    /// missing, quota_exceeded.
    [[nodiscard]] Job submit(CustomerId customer, const identity::Fingerprint& fingerprint, const JobObjects& objects,
                             const Quota& quota);
    /// Throws invalid_argument if the customer has no such job.
    [[nodiscard]] Job job(CustomerId customer, const JobId& id);
    /// Newest first.
    [[nodiscard]] std::vector<Job> jobs(CustomerId customer);
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

    /// Marks the next job as running: customers take turns, and those whose seconds are used up wait.
    [[nodiscard]] std::optional<Job> take_job(const Quota& quota);
    /// Files away the two results, which must be on the disk; nothing if the job was cancelled meanwhile.
    void finish(const Job& job, const std::filesystem::path& weights, const std::filesystem::path& statistics,
                double seconds);
    void fail_job(const Job& job, const std::string& reason, double seconds);
    /// Puts back what is marked as running; nothing may run. Returns how many there were.
    std::size_t requeue_interrupted();
    /// Puts a running job back, without blame (the server stops) or with (its worker died).
    void requeue(const Job& job, double seconds, bool worker_died);

    /// For folders of jobs that run; emptied on opening.
    [[nodiscard]] std::filesystem::path work_folder() const { return folder_ / "work"; }

private:
    friend class Upload;
    struct UploadSlot {
        std::mutex mutex;                     ///< taken before the store's, never after
        std::atomic<std::uint64_t> turn = 0;  ///< of the upload that may write
    };
    using ObjectKey = std::pair<CustomerId, Digest>;

    void recover();
    void recover_files(const char* kind, const char* row_query);
    [[nodiscard]] std::filesystem::path path_of(const char* kind, CustomerId customer, const Digest& hash) const;
    void make_folders(CustomerId customer) const;
    [[nodiscard]] std::uint64_t bytes_used(CustomerId customer);
    [[nodiscard]] double seconds_used(CustomerId customer);
    [[nodiscard]] std::int64_t count_rows(const char* table, CustomerId customer);
    [[nodiscard]] bool has_object(CustomerId customer, const Digest& hash);
    void promise(CustomerId customer, const Digest& hash, std::uint64_t bytes, const Quota& quota);
    void accept(CustomerId customer, const Digest& hash, std::uint64_t bytes);
    void drop_upload(CustomerId customer, const Digest& hash);
    [[nodiscard]] std::optional<Job> find(CustomerId customer, const JobId& id);
    [[nodiscard]] Job require_job(CustomerId customer, const JobId& id);
    void end_run(const Job& job, JobState state, const std::string& reason, double seconds);

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
