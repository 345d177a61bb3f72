#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

#include "base/posix_file.hpp"

namespace tacit::service {

/// A process whose output is read here. Killed at the latest by the destructor.
class Child {
public:
    /// Throws io_failure if the program cannot be started. It inherits the environment and nothing else: stdin is
    /// empty, stdout and stderr are the pipe, all other files are closed.
    explicit Child(const std::vector<std::string>& command);
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    /// What it wrote meanwhile, perhaps nothing; waits at most so long.
    [[nodiscard]] std::string read(std::chrono::milliseconds patience);
    /// Whether its output has ended.
    [[nodiscard]] bool ended() const noexcept { return ended_; }
    /// Kills it, unless it has ended by itself, and whatever it started; gives the signal that ended it, or 0.
    int end() noexcept;

private:
    pid_t process_ = -1;
    Descriptor output_;
    bool ended_ = false;
};

}  // namespace tacit::service
