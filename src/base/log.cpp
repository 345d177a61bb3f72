#include "tacit/base/log.hpp"

#include <atomic>
#include <cstdio>
#include <mutex>
#include <utility>

#include "base/log_line.hpp"

namespace tacit {

namespace {

struct State {
    std::atomic<LogLevel> level = LogLevel::quiet;
    std::mutex mutex;
    LogSink sink;
};

State& state() {
    static State the_one;
    return the_one;
}

void to_standard_error(LogLevel, std::string_view line) {
    // Losing the report is no error.
    static_cast<void>(std::fprintf(stderr, "tacit: %.*s\n", static_cast<int>(line.size()), line.data()));
}

}  // namespace

Log::Log(LogLevel level) : Log(level, to_standard_error) {}

Log::Log(LogLevel level, LogSink sink) : outer_level_(log_level()) {
    const std::lock_guard lock(state().mutex);
    outer_sink_ = std::exchange(state().sink, std::move(sink));
    state().level = level;
}

Log::~Log() {
    const std::lock_guard lock(state().mutex);
    state().sink = std::move(outer_sink_);
    state().level = outer_level_;
}

LogLevel log_level() noexcept { return state().level.load(std::memory_order_relaxed); }

void write_log(LogLevel level, std::string_view line) {
    const std::lock_guard lock(state().mutex);
    if (state().sink) state().sink(level, line);
}

}  // namespace tacit
