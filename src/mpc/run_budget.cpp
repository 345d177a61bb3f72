#include "tacit/mpc/run_budget.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <optional>
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

/// A line is "unix seconds<TAB>who<TAB>what", with "<TAB>answers" behind it if they are not one.
struct Run {
    std::string_view key;
    std::uint64_t answers = 1;
};

std::optional<Run> parse(std::string_view line) {
    const std::size_t who = line.find('\t');
    if (who == std::string_view::npos) return std::nullopt;
    const std::size_t what = line.find('\t', who + 1);
    if (what == std::string_view::npos) return std::nullopt;
    const std::size_t answers = line.find('\t', what + 1);
    Run run{.key = line.substr(who + 1, answers == std::string_view::npos ? answers : answers - who - 1)};
    if (answers == std::string_view::npos) return run;
    const std::string_view digits = line.substr(answers + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), run.answers);
    if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return run;
}

std::uint64_t count_in(std::string_view text, std::string_view key, const std::filesystem::path& file) {
    std::uint64_t count = 0;
    for (std::size_t line = 1; !text.empty(); ++line) {
        const std::size_t end = text.find('\n');
        const auto run = end == std::string_view::npos ? std::nullopt : parse(text.substr(0, end));
        if (!run) {
            fail(ErrorCode::malformed_input,
                 "'{}', line {} is no run; mend the file from a copy: without it, runs that were made are not counted",
                 file.string(), line);
        }
        if (run->key == key) count += std::min(run->answers, ~count);
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

void RunBudget::spend(const std::string& who, const std::string& what, std::uint64_t allowed, std::uint64_t answers) {
    const Descriptor file(open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    if (file.value() < 0) fail_io("open", file_, errno);
    if (flock(file.value(), LOCK_EX) != 0) fail_io("lock", file_, errno);
    const std::string key = key_of(who, what);
    const std::uint64_t before = count_runs(file_, key);
    if (answers > allowed || before > allowed - answers) {
        fail(ErrorCode::budget_exceeded,
             "{} runs with '{}' on '{}' were made and {} are allowed ('{}'): answers on lists that differ by one entry "
             "tell that entry; allow more only if both agree",
             before, who, what, allowed, file_.string());
    }
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const std::string line = fmt::format("{}\t{}{}\n", std::chrono::duration_cast<std::chrono::seconds>(now).count(),
                                         key, answers == 1 ? std::string() : fmt::format("\t{}", answers));
    write_all(file.value(), std::as_bytes(std::span(line)), file_);
    if (fdatasync(file.value()) != 0) fail_io("flush", file_, errno);
    const auto folder = file_.has_parent_path() ? file_.parent_path() : std::filesystem::path(".");
    if (before == 0) flush_folder(folder);
}

}  // namespace tacit::mpc
