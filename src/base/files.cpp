// Whole files: read at once, mapped, or written so that they are complete or absent.

#include "tacit/base/files.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "base/fail.hpp"
#include "base/posix_file.hpp"

namespace tacit {

namespace fs = std::filesystem;

namespace {

struct stat status_of(int descriptor, const fs::path& path) {
    struct stat status {};
    if (fstat(descriptor, &status) != 0) fail_io("read", path, errno);
    return status;
}

[[noreturn]] void fail_too_long(const fs::path& path, std::uint64_t max_bytes) {
    fail(ErrorCode::io_failure, "cannot read '{}': it is longer than the {} bytes accepted here; is it the right file?",
         path.string(), max_bytes);
}

/// The length of a regular file; 0 for pipes and the like, whose length shows only while reading.
std::uint64_t bounded_length(int descriptor, const fs::path& path, std::uint64_t max_bytes) {
    const struct stat status = status_of(descriptor, path);
    if (S_ISDIR(status.st_mode)) fail_io("read", path, EISDIR);
    if (!S_ISREG(status.st_mode)) return 0;
    const auto length = static_cast<std::uint64_t>(status.st_size);
    if (length > max_bytes) fail_too_long(path, max_bytes);
    return length;
}

fs::path folder_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

void check_target(const fs::path& path) {
    if (!path.has_filename()) {
        fail(ErrorCode::io_failure, "cannot write '{}': it names no file; add a file name", path.string());
    }
    struct stat status {};
    if (lstat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode) || S_ISLNK(status.st_mode)) return;
    if (S_ISDIR(status.st_mode)) fail_io("write", path, EISDIR);
    fail(ErrorCode::io_failure, "cannot write '{}': it is a device or a pipe and would be replaced; name a file",
         path.string());
}

}  // namespace

std::vector<std::byte> read_file(const fs::path& path, std::uint64_t max_bytes) {
    const Descriptor file = open_to_read(path);
    const std::uint64_t expected = bounded_length(file.value(), path, max_bytes);
    constexpr std::size_t step = std::size_t{1} << 16;
    std::vector<std::byte> bytes(static_cast<std::size_t>(expected) + 1);  // the extra byte meets the end of file
    std::size_t length = 0;
    while (true) {
        if (length == bytes.size()) bytes.resize(bytes.size() + std::max(bytes.size() / 2, step));
        const ssize_t got = read(file.value(), bytes.data() + length, bytes.size() - length);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail_io("read", path, errno);
        if (got == 0) break;
        length += static_cast<std::size_t>(got);
        if (length > max_bytes) fail_too_long(path, max_bytes);
    }
    bytes.resize(length);
    return bytes;
}

void write_file_atomically(const fs::path& path, std::span<const std::byte> bytes, FileMode mode) {
    AtomicFile file = AtomicFile::open(path, mode);
    file.write(bytes);
    file.commit();
}

AtomicFile AtomicFile::open(const fs::path& path, FileMode mode) {
    check_target(path);
    if (sodium_init() < 0) fail(ErrorCode::internal, "libsodium cannot be initialised");
    const fs::path temporary =
        folder_of(path) / fmt::format(".tacit-{:08x}{:08x}.tmp", randombytes_random(), randombytes_random());
    const mode_t permissions = mode == FileMode::owner_only ? 0600 : 0666;
    const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, permissions);
    if (descriptor < 0) fail_io("write", path, errno);
    return AtomicFile(path, temporary, descriptor);
}

AtomicFile::AtomicFile(fs::path path, fs::path temporary, int descriptor)
    : path_(std::move(path)), temporary_(std::move(temporary)), descriptor_(descriptor) {}

AtomicFile::~AtomicFile() { discard(); }

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::move(other.temporary_)),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

AtomicFile& AtomicFile::operator=(AtomicFile&& other) noexcept {
    if (this == &other) return *this;
    discard();
    path_ = std::move(other.path_);
    temporary_ = std::move(other.temporary_);
    descriptor_ = std::exchange(other.descriptor_, -1);
    return *this;
}

void AtomicFile::discard() noexcept {
    if (descriptor_ < 0) return;
    close(std::exchange(descriptor_, -1));
    unlink(temporary_.c_str());
}

void AtomicFile::write(std::span<const std::byte> bytes) {
    if (descriptor_ < 0) {
        fail(ErrorCode::invalid_argument, "writing '{}' after its commit; open it again", path_.string());
    }
    try {
        write_all(descriptor_, bytes, path_);
    } catch (...) {
        discard();
        throw;
    }
}

void AtomicFile::commit() {
    if (descriptor_ < 0) {
        fail(ErrorCode::invalid_argument, "committing '{}' twice; open it again", path_.string());
    }
    const auto check = [this](int result) {
        if (result == 0) return;
        const int reason = errno;
        discard();
        fail_io("write", path_, reason);
    };
    check(fsync(descriptor_));
    check(std::rename(temporary_.c_str(), path_.c_str()));
    const int closed = close(std::exchange(descriptor_, -1));  // the data are on the disk already
    static_cast<void>(closed);
    flush_folder(folder_of(path_));
}

MappedFile MappedFile::open(const fs::path& path, std::uint64_t max_bytes) {
    const Descriptor file = open_to_read(path);
    const auto length = static_cast<std::size_t>(bounded_length(file.value(), path, max_bytes));
    if (!S_ISREG(status_of(file.value(), path).st_mode)) {
        fail(ErrorCode::io_failure, "cannot map '{}': it is not a regular file; copy it to one first", path.string());
    }
    if (length == 0) return MappedFile({});
    void* const start = mmap(nullptr, length, PROT_READ, MAP_PRIVATE, file.value(), 0);
    if (start == MAP_FAILED) fail_io("map", path, errno);
    return MappedFile({static_cast<const std::byte*>(start), length});
}

MappedFile::~MappedFile() {
    if (!bytes_.empty()) munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

MappedFile::MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
}

}  // namespace tacit
