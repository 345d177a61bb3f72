#include "base/posix_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "base/fail.hpp"

namespace tacit {

namespace {

/// Linux writes at most 2 GiB - 4 KiB at once.
constexpr std::size_t largest_write = std::size_t{1} << 30;

const char* remedy(int error_number) {
    switch (error_number) {
        case ENOSPC:
        case EDQUOT: return "free some space or choose a folder on another disk";
        case EFBIG: return "raise the file size limit (ulimit -f) or choose another file system";
        case EACCES:
        case EPERM: return "check the permissions or choose another folder";
        case EROFS: return "the file system is read-only; choose another folder";
        case ENOENT: return "check the name; folders are not created";
        case ENOTDIR: return "a part of the path is a file, not a folder; check the name";
        case EISDIR: return "this is a folder; name a file";
        case EMFILE:
        case ENFILE: return "too many files are open; close some or raise ulimit -n";
        case ENAMETOOLONG: return "choose a shorter name";
        default: return "check the disk and the path, then try again";
    }
}

}  // namespace

Descriptor::~Descriptor() {
    if (value_ >= 0) close(value_);
}

void fail_io(std::string_view action, const std::filesystem::path& path, int error_number) {
    fail(ErrorCode::io_failure, "cannot {} '{}': {}; {}", action, path.string(),
         std::generic_category().message(error_number), remedy(error_number));
}

void write_all(int descriptor, std::span<const std::byte> bytes, const std::filesystem::path& path) {
    while (!bytes.empty()) {
        const ssize_t written = write(descriptor, bytes.data(), std::min(bytes.size(), largest_write));
        if (written < 0) {
            if (errno == EINTR) continue;
            fail_io("write", path, errno);
        }
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

void flush_folder(const std::filesystem::path& folder) {
    const Descriptor descriptor(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (descriptor.value() < 0) fail_io("flush folder", folder, errno);
    if (fsync(descriptor.value()) != 0 && errno != EINVAL) fail_io("flush folder", folder, errno);
}

Descriptor open_to_read(const std::filesystem::path& path) {
    Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.value() < 0) fail_io("open", path, errno);
    return file;
}

}  // namespace tacit
