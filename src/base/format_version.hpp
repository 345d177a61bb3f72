#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>

namespace tacit {

/// Why a file of another version is not read, and what to do.
inline std::string other_version(std::uint64_t found, std::uint64_t known) {
    const char* const remedy = found < known ? "an older Tacit wrote it: use that one, or make the file again"
                                             : "a newer Tacit wrote it: use that one, or update this program";
    return fmt::format("it has version {} and this program reads version {}; {}", found, known, remedy);
}

}  // namespace tacit
