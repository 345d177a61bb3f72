#pragma once

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

/// The commit that was built, as the build system knew it.
inline std::string commit() {
#ifdef TACIT_COMMIT
    return TACIT_COMMIT;
#else
    return "unknown";
#endif
}

}  // namespace machine
