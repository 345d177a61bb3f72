#pragma once

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <string_view>

#include "dp/ledger_calls.hpp"
#include "tacit/dp/ledger.hpp"

/// Processes that spend a ledger, and end or fail at any of its system calls.
namespace tacit::dp {

inline constexpr std::uint64_t tenths = 5;  // budget 5/10, each reservation 1/10

inline LedgerTerms terms(std::uint64_t budget_in_tenths = tenths) {
    return {.data_set = "wages", .budget = {.epsilon = Cost::ratio(budget_in_tenths, 10)}};
}

inline const Loss tenth{.epsilon = Cost::ratio(1, 10)};

/// What the planned fault is; a child process sets it and is alone with it.
struct Plan {
    int at = 0;            ///< the system call that it happens at, from 1
    std::size_t part = 0;  ///< bytes that a write there moves before the process ends; 0: it ends before the call
    int error = 0;         ///< the call fails with this instead, and the process goes on
    int calls = 0;
};
inline Plan plan;

inline int fault(const char* call, std::size_t& bytes) noexcept {
    ++plan.calls;
    if (plan.calls == plan.at && plan.error != 0) return plan.error;
    const bool writes = std::string_view(call) == "write";
    if (plan.calls == plan.at && plan.part != 0 && writes) {
        bytes = std::min(bytes, plan.part);
        plan.at = plan.calls + 1;
        plan.part = 0;
        return 0;
    }
    if (plan.calls == plan.at) kill(getpid(), SIGKILL);
    return 0;
}

/// Runs work(pipe) in a process of its own and returns what it wrote to the pipe: one byte per release.
template <class Work>
std::size_t outputs_of(const Work& work) {
    std::array<int, 2> ends{};
    EXPECT_EQ(pipe(ends.data()), 0);
    const pid_t child = fork();
    if (child == 0) {
        work(ends[1]);
        _exit(0);
    }
    close(ends[1]);
    std::size_t count = 0;
    for (char byte = 0; read(ends[0], &byte, 1) == 1;) ++count;
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    return count;
}

/// Reserves until the budget is spent or the disk fails, and says so after each.
inline void spend_all(const std::filesystem::path& path, int out) {
    try {
        Ledger ledger = Ledger::open(path);
        while (true) {
            ledger.reserve(tenth, "count");
            if (write(out, "x", 1) != 1) _exit(1);
        }
    } catch (const Error&) {
    }
}

inline std::size_t outputs_with(const Plan& planned, const std::filesystem::path& path) {
    return outputs_of([&](int out) {
        plan = planned;
        ledger_fault = fault;
        spend_all(path, out);
    });
}

}  // namespace tacit::dp
