#pragma once

#include <fmt/format.h>

#include <utility>

#include "tacit/base/log.hpp"

namespace tacit {

/// Hands a line to the sink.
void write_log(LogLevel level, std::string_view line);

/// Reports at a level, formatted only if somebody listens. Arguments must not depend on secrets; see LogLevel.
template <class... Args>
void log(LogLevel level, fmt::format_string<Args...> text, Args&&... args) {
    if (level <= log_level()) write_log(level, fmt::format(text, std::forward<Args>(args)...));
}

}  // namespace tacit
