// A disk that is full, for the tests of `tacit serve`: preloaded into a process, it counts the calls that write below
// the folder TACIT_DISK, in the first eight bytes of the file TACIT_DISK_CONTROL, and lets those fail with ENOSPC
// whose number is at least what the next eight bytes say, unless they are 0.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace {

struct Control {
    std::atomic<std::int64_t> calls;
    std::atomic<std::int64_t> full_from;
};

Control* control() {
    static Control* const mapped = [] {
        const char* const path = std::getenv("TACIT_DISK_CONTROL");
        const int file =
            path == nullptr ? -1 : static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0));
        if (file < 0) return static_cast<Control*>(nullptr);
        void* const memory = mmap(nullptr, sizeof(Control), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        close(file);
        return memory == MAP_FAILED ? nullptr : static_cast<Control*>(memory);
    }();
    return mapped;
}

bool is_below_folder(std::string_view path) {
    static const char* const folder = std::getenv("TACIT_DISK");
    return folder != nullptr && path.starts_with(folder);
}

/// Counts a call that writes, and says whether the disk is full by now.
bool is_full(std::string_view path) {
    if (control() == nullptr || !is_below_folder(path)) return false;
    const std::int64_t call = ++control()->calls;
    const std::int64_t from = control()->full_from;
    if (from == 0 || call < from) return false;
    errno = ENOSPC;
    return true;
}

bool is_full(int file) {
    std::array<char, 40> link{};
    std::array<char, 4096> path{};
    std::snprintf(link.data(), link.size(), "/proc/self/fd/%d", file);
    const ssize_t size = readlink(link.data(), path.data(), path.size());
    return size > 0 && is_full(std::string_view(path.data(), static_cast<std::size_t>(size)));
}

template <class Function>
Function* real(const char* name) {
    return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

/// The library is mapped before a worker gives up its rights to other files.
[[maybe_unused]] Control* const mapped_early = control();

}  // namespace

#pragma GCC visibility push(default)
extern "C" {

ssize_t write(int file, const void* data, size_t size) {
    static auto* const next = real<ssize_t(int, const void*, size_t)>("write");
    return is_full(file) ? -1 : next(file, data, size);
}
ssize_t pwrite64(int file, const void* data, size_t size, off64_t offset) {
    static auto* const next = real<ssize_t(int, const void*, size_t, off64_t)>("pwrite64");
    return is_full(file) ? -1 : next(file, data, size, offset);
}
ssize_t pwrite(int file, const void* data, size_t size, off_t offset) { return pwrite64(file, data, size, offset); }
int ftruncate(int file, off_t size) noexcept {
    static auto* const next = real<int(int, off_t)>("ftruncate");
    return is_full(file) ? -1 : next(file, size);
}
int fsync(int file) {
    static auto* const next = real<int(int)>("fsync");
    return is_full(file) ? -1 : next(file);
}
int fdatasync(int file) {
    static auto* const next = real<int(int)>("fdatasync");
    return is_full(file) ? -1 : next(file);
}
int rename(const char* from, const char* to) noexcept {
    static auto* const next = real<int(const char*, const char*)>("rename");
    return is_full(std::string_view(to)) ? -1 : next(from, to);
}
int link(const char* from, const char* to) noexcept {
    static auto* const next = real<int(const char*, const char*)>("link");
    return is_full(std::string_view(to)) ? -1 : next(from, to);
}
int mkdir(const char* path, mode_t mode) noexcept {
    static auto* const next = real<int(const char*, mode_t)>("mkdir");
    return is_full(std::string_view(path)) ? -1 : next(path, mode);
}
int open64(const char* path, int flags, ...) {
    static auto* const next = real<int(const char*, int, ...)>("open64");
    va_list more;
    va_start(more, flags);
    const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;
    va_end(more);
    return (flags & O_CREAT) != 0 && is_full(std::string_view(path)) ? -1 : next(path, flags, mode);
}
int open(const char* path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;
    va_end(more);
    return open64(path, flags, mode);
}

}  // extern "C"
#pragma GCC visibility pop
