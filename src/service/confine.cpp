#include "service/confine.hpp"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

#include "base/posix_file.hpp"

namespace tacit::service {

namespace {

/// The kernel's structure, which Debian 12's header knows without its second member.
struct Ruleset {
    std::uint64_t files;
    std::uint64_t network;
};

constexpr std::uint64_t all_of_network = 3;               // to bind and to connect, TCP
constexpr std::uint64_t all_of_files = (1ULL << 13) - 1;  // every right of the first version
constexpr std::uint64_t reading =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t writing = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR |
                                  LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE |
                                  LANDLOCK_ACCESS_FS_MAKE_REG;

void allow(const Descriptor& rules, const std::filesystem::path& path, std::uint64_t rights) {
    const Descriptor folder(open(path.c_str(), O_PATH | O_CLOEXEC));
    landlock_path_beneath_attr rule{};
    rule.allowed_access = rights;
    rule.parent_fd = folder.value();
    syscall(SYS_landlock_add_rule, rules.value(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

}  // namespace

Confinement confine(std::span<const std::filesystem::path> readable, const std::filesystem::path& writable) {
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    const long version = syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 1) return {};
    const bool network = version >= 4;
    const Ruleset wanted{all_of_files, network ? all_of_network : 0};
    const std::size_t size = network ? sizeof wanted : sizeof wanted.files;
    const Descriptor rules(static_cast<int>(syscall(SYS_landlock_create_ruleset, &wanted, size, 0)));
    if (rules.value() < 0) return {};
    for (const auto& path : readable) allow(rules, path, reading);
    allow(rules, writable, writing);
    const bool done = syscall(SYS_landlock_restrict_self, rules.value(), 0) == 0;
    return {.files = done, .network = done && network};
}

}  // namespace tacit::service
