#pragma once

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>

/// What a benchmark's JSON says about where it ran.
namespace machine {

/// The processor's model name, or "unknown".
inline std::string name() {
    std::ifstream info("/proc/cpuinfo");
    for (std::string line; std::getline(info, line);) {
        if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
    }
    return "unknown";
}

/// The commit that tools/bench.sh states, or "unknown".
inline std::string commit() {
    const char* stated = std::getenv("TACIT_COMMIT");
    return stated == nullptr ? "unknown" : stated;
}

/// Processor time of all threads of this process until now.
inline double processor_seconds() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace machine
