#include "tacit/mpc/run_budget.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <span>
#include <string_view>

#include "base/fail.hpp"
#include "base/posix_file.hpp"
#include "tacit/base/files.hpp"

namespace tacit::mpc {

namespace {

constexpr std::uint64_t largest_file = 64u << 20;

/// "who<TAB>what"
std::string key_of(const std::string& who, const std::string& what) {
    TACIT_ASSERT((who + what).find_first_of("\t\r\n") == std::string::npos);
    return who + '\t' + what;
}

/// Lines are "unix seconds<TAB>who<TAB>what<LF>".
std::uint64_t count_in(std::string_view text, std::string_view key, const std::filesystem::path& file) {
    std::uint64_t count = 0;
    for (std::size_t line = 1; !text.empty(); ++line) {
        const std::size_t end = text.find('\n');
        const std::size_t tab = text.find('\t');
        if (end == std::string_view::npos || tab > end || text.find('\t', tab + 1) > end) {
            fail(ErrorCode::malformed_input,
                 "'{}', line {} is no run; mend the file from a copy: without it, runs that were made are not counted",
                 file.string(), line);
        }
        if (text.substr(tab + 1, end - tab - 1) == key) ++count;
        text.remove_prefix(end + 1);
    }
    return count;
}

std::uint64_t count_runs(const std::filesystem::path& file, std::string_view key) {
    if (!std::filesystem::exists(file)) return 0;
    const auto bytes = read_file(file, largest_file);
    return count_in({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, key, file);
}

}  // namespace

std::uint64_t RunBudget::spent(const std::string& who, const std::string& what) const {
    return count_runs(file_, key_of(who, what));
}

void RunBudget::spend(const std::string& who, const std::string& what, std::uint64_t allowed) {
    const Descriptor file(open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    if (file.value() < 0) fail_io("open", file_, errno);
    if (flock(file.value(), LOCK_EX) != 0) fail_io("lock", file_, errno);
    const std::string key = key_of(who, what);
    const std::uint64_t before = count_runs(file_, key);
    if (before >= allowed) {
        fail(ErrorCode::budget_exceeded,
             "{} runs with '{}' on '{}' were made and {} are allowed ('{}'): answers on lists that differ by one entry "
             "tell that entry; allow more only if both agree",
             before, who, what, allowed, file_.string());
    }
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const std::string line =
        fmt::format("{}\t{}\n", std::chrono::duration_cast<std::chrono::seconds>(now).count(), key);
    write_all(file.value(), std::as_bytes(std::span(line)), file_);
    if (fdatasync(file.value()) != 0) fail_io("flush", file_, errno);
    const auto folder = file_.has_parent_path() ? file_.parent_path() : std::filesystem::path(".");
    if (before == 0) flush_folder(folder);
}

}  // namespace tacit::mpc
