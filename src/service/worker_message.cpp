#include "service/worker_message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <system_error>

#include "base/printable.hpp"

namespace tacit::service {

namespace {

constexpr std::size_t longest_line = 4096;
constexpr std::size_t longest_reason = 2000;

/// The rest behind a word and a space.
std::optional<std::string_view> behind(std::string_view word, std::string_view line) {
    if (!line.starts_with(word) || line.size() <= word.size() || line[word.size()] != ' ') return std::nullopt;
    return line.substr(word.size() + 1);
}

std::string shortened(std::string_view text) { return printable(text, longest_reason); }

/// Fills all of them from decimal numbers between single spaces; false if that is not what the text is.
template <class... Numbers>
bool parse_numbers(std::string_view text, Numbers&... numbers) {
    bool good = true;
    const auto parse_next = [&](auto& number) {
        const std::size_t size = std::min(text.find(' '), text.size());
        const auto [end, error] = std::from_chars(text.data(), text.data() + size, number);
        good = good && size > 0 && error == std::errc() && end == text.data() + size && number >= 0;
        text.remove_prefix(std::min(size + 1, text.size()));
    };
    const auto spaces = std::count(text.begin(), text.end(), ' ');
    (parse_next(numbers), ...);
    return good && static_cast<std::size_t>(spaces) + 1 == sizeof...(numbers);
}

std::optional<WorkerMessage> parse_progress(std::string_view numbers) {
    WorkerMessage message;
    learn::TrainingWork& w = message.work;
    if (!parse_numbers(numbers, w.done, w.total, w.segment, w.segments, w.levels_left, w.levels, w.noise_budget)) {
        return std::nullopt;
    }
    if (w.done > w.total) return std::nullopt;
    return message;
}

}  // namespace

std::string to_line(const WorkerMessage& message) {
    switch (message.kind) {
        case WorkerMessage::Kind::progress:
            return fmt::format("progress {} {} {} {} {} {} {}\n", message.work.done, message.work.total,
                               message.work.segment, message.work.segments, message.work.levels_left,
                               message.work.levels, message.work.noise_budget);
        case WorkerMessage::Kind::needs_refresh: return fmt::format("needs_refresh {}\n", message.segment);
        case WorkerMessage::Kind::failed: return fmt::format("failed {}\n", shortened(message.reason));
        case WorkerMessage::Kind::failed_here: return fmt::format("failed_here {}\n", shortened(message.reason));
        case WorkerMessage::Kind::done: return "done\n";
    }
    return {};
}

std::optional<WorkerMessage> parse_worker_line(std::string_view line) {
    if (line == "done") return WorkerMessage{.kind = WorkerMessage::Kind::done};
    if (const auto numbers = behind("progress", line)) return parse_progress(*numbers);
    if (const auto number = behind("needs_refresh", line)) {
        WorkerMessage message{.kind = WorkerMessage::Kind::needs_refresh};
        return parse_numbers(*number, message.segment) ? std::optional(message) : std::nullopt;
    }
    if (const auto reason = behind("failed", line)) {
        return WorkerMessage{.kind = WorkerMessage::Kind::failed, .reason = shortened(*reason)};
    }
    if (const auto reason = behind("failed_here", line)) {
        return WorkerMessage{.kind = WorkerMessage::Kind::failed_here, .reason = shortened(*reason)};
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
