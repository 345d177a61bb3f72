#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tacit::service {

/// What a worker says on its pipe, a line each:
///
///     progress DONE TOTAL
///     failed REASON
///     done
///
/// A worker reads what a customer sent; a server trusts its lines as little as those bytes.
struct WorkerMessage {
    enum class Kind { progress, failed, done };
    Kind kind = Kind::progress;
    std::uint64_t work_done = 0;
    std::uint64_t work_total = 0;
    std::string reason{};
};

[[nodiscard]] std::string to_line(const WorkerMessage& message);

/// None if it is no message. Reasons lose what cannot be printed and are cut at 2000 bytes.
[[nodiscard]] std::optional<WorkerMessage> parse_worker_line(std::string_view line);

/// Cuts bytes, as they come, into lines; longer ones than 4096 bytes are cut.
class LineReader {
public:
    void add(std::string_view bytes) { rest_ += bytes; }
    [[nodiscard]] std::optional<std::string> next();

private:
    std::string rest_;
};

}  // namespace tacit::service
