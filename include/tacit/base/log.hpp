#pragma once

#include <functional>
#include <string_view>

namespace tacit {

/// How much is reported. Nothing that is reported depends on a key, a random number or a value, encrypted or not: lines
/// tell of sizes, levels, operations and lines of the program.
enum class LogLevel {
    quiet,  ///< nothing
    info,   ///< what was compiled and what is run, a line each
    debug,  ///< every pass and every instruction
};

/// Receives one line, without its end, from any thread, one at a time. What it throws ends the work that reports.
using LogSink = std::function<void(LogLevel level, std::string_view line)>;

/// Reports what the compiler and the runtime do while it lives (process-wide, and instead of what was reported before;
/// the last one made counts). Without one there is no report. Make and destroy it while no work runs.
class Log {
public:
    /// To standard error.
    explicit Log(LogLevel level);
    Log(LogLevel level, LogSink sink);
    ~Log();
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;

private:
    LogLevel outer_level_;
    LogSink outer_sink_;
};

/// The level of now.
[[nodiscard]] LogLevel log_level() noexcept;

}  // namespace tacit
