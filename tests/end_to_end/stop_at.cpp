// A party that is killed or stalls at a given moment, for mpc_faults_test.py: preloaded into a process, it counts the
// moments at which something leaves the process (the first bind or connect; then every write to a socket or file, flush
// of a file, and rename), in the first eight bytes of the file TACIT_STOP_CONTROL, and raises the signal in the third
// eight bytes right before the moment whose number is in the second.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace {

struct Control {
    std::atomic<std::int64_t> moments;
    std::atomic<std::int64_t> stop_at;
    std::atomic<std::int64_t> signal;
};

Control* control() {
    static Control* const mapped = [] {
        const char* const path = std::getenv("TACIT_STOP_CONTROL");
        const int file = path == nullptr ? -1 : open(path, O_RDWR | O_CLOEXEC);
        if (file < 0) return static_cast<Control*>(nullptr);
        void* const memory = mmap(nullptr, sizeof(Control), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        close(file);
        return memory == MAP_FAILED ? nullptr : static_cast<Control*>(memory);
    }();
    return mapped;
}

void moment() {
    if (control() == nullptr) return;
    if (++control()->moments == control()->stop_at) raise(static_cast<int>(control()->signal));
}

/// Parties try to connect until they meet, so the attempts are not counted.
void first_moment() {
    static std::atomic<bool> came = false;
    if (!came.exchange(true)) moment();
}

template <class Function>
Function* real(const char* name) {
    return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

#pragma GCC visibility push(default)
extern "C" {

int bind(int socket, const sockaddr* address, socklen_t size) noexcept {
    static auto* const next = real<int(int, const sockaddr*, socklen_t)>("bind");
    first_moment();
    return next(socket, address, size);
}
int connect(int socket, const sockaddr* address, socklen_t size) {
    static auto* const next = real<int(int, const sockaddr*, socklen_t)>("connect");
    first_moment();
    return next(socket, address, size);
}
ssize_t write(int file, const void* data, size_t size) {
    static auto* const next = real<ssize_t(int, const void*, size_t)>("write");
    moment();
    return next(file, data, size);
}
ssize_t send(int socket, const void* data, size_t size, int flags) {
    static auto* const next = real<ssize_t(int, const void*, size_t, int)>("send");
    moment();
    return next(socket, data, size, flags);
}
int fdatasync(int file) {
    static auto* const next = real<int(int)>("fdatasync");
    moment();
    return next(file);
}
int rename(const char* from, const char* to) noexcept {
    static auto* const next = real<int(const char*, const char*)>("rename");
    moment();
    return next(from, to);
}

}  // extern "C"
#pragma GCC visibility pop
