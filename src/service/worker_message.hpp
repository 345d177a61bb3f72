#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tacit/learn/training_work.hpp"

namespace tacit::service {

/// What a worker says on its pipe, a line each:
///
///     progress DONE TOTAL SEGMENT SEGMENTS LEVELS_LEFT LEVELS NOISE_BUDGET
///     needs_refresh SEGMENT     a segment ended, its state lies in the result folder
///     failed REASON             for what the customer sent
///     failed_here REASON        for what is the service's own business, a full disk for instance
///     done
///
/// A worker reads what a customer sent; a server trusts its lines as little as those bytes.
struct WorkerMessage {
    enum class Kind { progress, needs_refresh, failed, failed_here, done };
    Kind kind = Kind::progress;
    learn::TrainingWork work{};  ///< numbers below 2^31, or 2^63 the first two; done is at most total
    int segment = 0;             ///< in [0, 2^31)
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
