#pragma once

#include <filesystem>
#include <span>

namespace tacit::service {

/// What the kernel took away.
struct Confinement {
    bool files = false;    ///< Linux 5.13 and later
    bool network = false;  ///< Linux 6.7 and later
};

/// Takes from this process and its children, for good: to read files other than those below `readable` and `writable`,
/// to write other than below `writable`, to open TCP connections, and to gain privileges by running programs. Files
/// that are open stay so. By Landlock; before any thread is made. Paths that do not exist are passed over.
[[nodiscard]] Confinement confine(std::span<const std::filesystem::path> readable,
                                  const std::filesystem::path& writable);

}  // namespace tacit::service
