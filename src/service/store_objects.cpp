// Objects and uploads of the store.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include "base/fail.hpp"
#include "service/store.hpp"
#include "tacit/base/files.hpp"

namespace tacit::service {

namespace fs = std::filesystem;

namespace {

/// Small objects take room too, in the database and the file system.
constexpr std::int64_t most_objects = 10'000;

std::int64_t number(CustomerId customer) { return static_cast<std::int64_t>(customer); }

}  // namespace

bool Store::has_object(CustomerId customer, const Digest& hash) {
    return database_.query("SELECT 1 FROM objects WHERE customer = ? AND hash = ?", number(customer), hash).step();
}

ObjectState Store::object_state(CustomerId customer, const Digest& hash) {
    const std::lock_guard guard(mutex_);
    Statement found =
        database_.query("SELECT bytes FROM objects WHERE customer = ? AND hash = ?", number(customer), hash);
    if (found.step()) return {static_cast<std::uint64_t>(found.integer(0)), true};
    std::error_code none;
    const std::uint64_t bytes = fs::file_size(path_of("uploads", customer, hash), none);
    return {none ? 0 : bytes, false};
}

/// Sets the bytes of an upload aside.
void Store::promise(CustomerId customer, const Digest& hash, std::uint64_t bytes, const Quota& quota) {
    if (bytes == 0 || bytes > quota.object_bytes) {
        fail(ErrorCode::quota_exceeded,
             "an object of {} bytes; the service takes 1 to {}; train fewer or smaller "
             "minibatches",
             bytes, quota.object_bytes);
    }
    Transaction all(database_);
    database_.run("DELETE FROM uploads WHERE customer = ? AND hash = ?", number(customer), hash);
    if (const std::uint64_t used = bytes_used(customer); used > quota.bytes || bytes > quota.bytes - used) {
        fail(ErrorCode::quota_exceeded,
             "{} more bytes; {} of your {} are in use; remove a job that you no longer need (`tacit job "
             "remove`), or what no job uses (`tacit job clean`)",
             bytes, used, quota.bytes);
    }
    if (count_rows("objects", customer) + count_rows("uploads", customer) >= most_objects) {
        fail(ErrorCode::quota_exceeded,
             "you have {} objects here, as many as you may; remove jobs that you no longer need", most_objects);
    }
    database_.run("INSERT INTO uploads VALUES(?, ?, ?)", number(customer), hash, bytes);
    all.commit();
}

Upload Store::begin_upload(CustomerId customer, const Digest& hash, std::uint64_t bytes, const Quota& quota) {
    const ObjectKey key{customer, hash};
    std::shared_ptr<UploadSlot> slot;
    {
        const std::lock_guard guard(mutex_);
        promise(customer, hash, bytes, quota);
        std::erase_if(uploads_, [](const auto& entry) { return entry.second.use_count() == 1; });
        std::shared_ptr<UploadSlot>& known = uploads_[key];
        if (!known) known = std::make_shared<UploadSlot>();
        slot = known;
    }
    return {*this, key, bytes, std::move(slot)};
}

std::uint64_t Store::clean(CustomerId customer) {
    const std::lock_guard guard(mutex_);
    const std::uint64_t before = bytes_used(customer);
    std::vector<fs::path> files;
    Transaction all(database_);
    const auto note_files = [&](const char* kind, Statement rows) {
        while (rows.step()) files.push_back(path_of(kind, customer, rows.bytes<Digest>(0)));
    };
    note_files("uploads", database_.query("DELETE FROM uploads WHERE customer = ? RETURNING hash", number(customer)));
    note_files("objects",
               database_.query("DELETE FROM objects WHERE customer = ? AND NOT EXISTS (SELECT 1 FROM files WHERE"
                               " files.customer = objects.customer AND files.hash = objects.hash) RETURNING hash",
                               number(customer)));
    const std::uint64_t after = bytes_used(customer);
    all.commit();
    for (const auto& [key, slot] : uploads_) {
        if (key.first == customer) ++slot->turn;
    }
    std::error_code ignored;  // what remains is removed when the store is opened
    for (const fs::path& file : files) fs::remove(file, ignored);
    return before - after;
}

Descriptor Store::open_object(CustomerId customer, const Digest& hash) {
    const std::lock_guard guard(mutex_);
    if (!has_object(customer, hash)) {
        fail(ErrorCode::invalid_argument, "you have no object {} here; see `tacit job status`", to_hex(hash));
    }
    return open_to_read(path_of("objects", customer, hash));
}

void Store::link_object(CustomerId customer, const Digest& hash, const fs::path& name) {
    const fs::path path = path_of("objects", customer, hash);
    std::error_code error;
    fs::create_hard_link(path, name, error);
    if (error) fail_io("link", path, error.value());
}

void Store::accept(CustomerId customer, const Digest& hash, std::uint64_t bytes) {
    const std::lock_guard guard(mutex_);
    Transaction all(database_);
    database_.run("DELETE FROM uploads WHERE customer = ? AND hash = ?", number(customer), hash);
    database_.run("INSERT OR IGNORE INTO objects VALUES(?, ?, ?)", number(customer), hash, bytes);
    all.commit();
}

void Store::drop_upload(CustomerId customer, const Digest& hash) {
    const std::lock_guard guard(mutex_);
    std::error_code ignored;
    fs::remove(path_of("uploads", customer, hash), ignored);
    database_.run("DELETE FROM uploads WHERE customer = ? AND hash = ?", number(customer), hash);
}

Upload::Upload(Store& store, Store::ObjectKey key, std::uint64_t bytes, std::shared_ptr<Store::UploadSlot> slot)
    : store_(store),
      key_(std::move(key)),
      bytes_(bytes),
      slot_(std::move(slot)),
      path_(store.path_of("uploads", key_.first, key_.second)) {
    const std::lock_guard guard(slot_->mutex);
    turn_ = ++slot_->turn;
    file_ = Descriptor(open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (file_.value() < 0) fail_io("open", path_, errno);
    std::vector<std::byte> piece(std::size_t{1} << 20);
    while (true) {
        const ssize_t got = read(file_.value(), piece.data(), piece.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail_io("read", path_, errno);
        if (got == 0) break;
        hasher_.update(std::span(piece).first(static_cast<std::size_t>(got)));
        offset_ += static_cast<std::uint64_t>(got);
    }
}

void Upload::check_turn() const {
    if (turn_ == slot_->turn) return;
    fail(ErrorCode::invalid_argument, "a newer upload of this object took over, or it was cleaned away; send it again");
}

void Upload::append(std::span<const std::byte> bytes) {
    const std::lock_guard guard(slot_->mutex);
    check_turn();
    if (offset_ > bytes_ || bytes.size() > bytes_ - offset_) {
        fail(ErrorCode::invalid_argument, "the upload goes on after the {} bytes that were announced; send it again",
             bytes_);
    }
    write_all(file_.value(), bytes, path_);
    hasher_.update(bytes);
    offset_ += bytes.size();
}

bool Upload::finish() {
    const std::lock_guard guard(slot_->mutex);
    check_turn();
    if (offset_ < bytes_) return false;
    const auto& [customer, hash] = key_;
    if (offset_ > bytes_ || hasher_.finish() != hash) {
        ++slot_->turn;
        store_.drop_upload(customer, hash);
        fail(ErrorCode::malformed_input, "the bytes that came are not those of object {}; send it again", to_hex(hash));
    }
    const fs::path object = store_.path_of("objects", customer, hash);
    if (fsync(file_.value()) != 0) fail_io("write", path_, errno);
    if (std::rename(path_.c_str(), object.c_str()) != 0) fail_io("write", object, errno);
    flush_folder(object.parent_path());
    store_.accept(customer, hash, bytes_);
    ++slot_->turn;
    return true;
}

}  // namespace tacit::service
