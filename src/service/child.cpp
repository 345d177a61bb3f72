#include "service/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>

#include "base/fail.hpp"

namespace tacit::service {

namespace {

class FileActions {
public:
    FileActions() { posix_spawn_file_actions_init(&actions_); }
    ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }
    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;
    posix_spawn_file_actions_t* get() { return &actions_; }

private:
    posix_spawn_file_actions_t actions_{};
};

/// A process group of its own: Ctrl-C at the server's terminal is for the server.
class Attributes {
public:
    Attributes() {
        posix_spawnattr_init(&attributes_);
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP);
        posix_spawnattr_setpgroup(&attributes_, 0);
    }
    ~Attributes() { posix_spawnattr_destroy(&attributes_); }
    Attributes(const Attributes&) = delete;
    Attributes& operator=(const Attributes&) = delete;
    posix_spawnattr_t* get() { return &attributes_; }

private:
    posix_spawnattr_t attributes_{};
};

}  // namespace

Child::Child(const std::vector<std::string>& command) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) fail_io("make a pipe to", command.front(), errno);
    output_ = Descriptor(ends[0]);
    const Descriptor input(ends[1]);
    FileActions actions;
    posix_spawn_file_actions_addopen(actions.get(), 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(actions.get(), input.value(), 1);
    posix_spawn_file_actions_adddup2(actions.get(), input.value(), 2);
    posix_spawn_file_actions_addclosefrom_np(actions.get(), 3);
    std::vector<char*> arguments;
    for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    Attributes attributes;
    const int error =
        posix_spawn(&process_, command.front().c_str(), actions.get(), attributes.get(), arguments.data(), environ);
    if (error != 0) fail_io("start", command.front(), error);
}

Child::~Child() { end(); }

std::string Child::read(std::chrono::milliseconds patience) {
    pollfd wanted{.fd = output_.value(), .events = POLLIN, .revents = 0};
    if (poll(&wanted, 1, static_cast<int>(patience.count())) <= 0) return {};
    std::array<char, 4096> bytes{};
    const ssize_t got = ::read(output_.value(), bytes.data(), bytes.size());
    if (got < 0 && errno == EINTR) return {};
    if (got <= 0) ended_ = true;
    return {bytes.data(), static_cast<std::size_t>(got > 0 ? got : 0)};
}

int Child::end() noexcept {
    if (process_ <= 0) return 0;
    kill(-process_, SIGKILL);  // its group; nothing to one that has ended, whose status is kept
    int status = 0;
    while (waitpid(process_, &status, 0) < 0 && errno == EINTR) {
    }
    process_ = -1;
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

}  // namespace tacit::service
