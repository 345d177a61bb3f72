#include "service/worker_message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <system_error>

#include "service/printable.hpp"

namespace tacit::service {

namespace {

constexpr std::size_t longest_line = 4096;
constexpr std::size_t longest_reason = 2000;

/// The rest behind a word and a space.
std::optional<std::string_view> behind(std::string_view word, std::string_view line) {
    if (!line.starts_with(word) || line.size() <= word.size() || line[word.size()] != ' ') return std::nullopt;
    return line.substr(word.size() + 1);
}

std::string shortened(std::string_view text) { return printable(std::string(text.substr(0, longest_reason))); }

std::optional<WorkerMessage> parse_progress(std::string_view numbers) {
    WorkerMessage message;
    const char* const end = numbers.data() + numbers.size();
    const auto first = std::from_chars(numbers.data(), end, message.work_done);
    if (first.ec != std::errc() || first.ptr == end || *first.ptr != ' ') return std::nullopt;
    const auto second = std::from_chars(first.ptr + 1, end, message.work_total);
    if (second.ec != std::errc() || second.ptr != end || message.work_done > message.work_total) return std::nullopt;
    return message;
}

}  // namespace

std::string to_line(const WorkerMessage& message) {
    switch (message.kind) {
        case WorkerMessage::Kind::progress:
            return fmt::format("progress {} {}\n", message.work_done, message.work_total);
        case WorkerMessage::Kind::failed: return fmt::format("failed {}\n", shortened(message.reason));
        case WorkerMessage::Kind::done: return "done\n";
    }
    return {};
}

std::optional<WorkerMessage> parse_worker_line(std::string_view line) {
    if (line == "done") return WorkerMessage{.kind = WorkerMessage::Kind::done};
    if (const auto numbers = behind("progress", line)) return parse_progress(*numbers);
    if (const auto reason = behind("failed", line)) {
        return WorkerMessage{.kind = WorkerMessage::Kind::failed, .reason = shortened(*reason)};
    }
    return std::nullopt;
}

std::optional<std::string> LineReader::next() {
    const std::size_t end = rest_.find('\n');
    if (end == std::string::npos && rest_.size() < longest_line) return std::nullopt;
    const std::size_t length = std::min(end, longest_line);
    std::string line = rest_.substr(0, length);
    rest_.erase(0, length + (length == end ? 1 : 0));
    return line;
}

}  // namespace tacit::service
