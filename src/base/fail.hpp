#pragma once

#include <fmt/format.h>

#include <utility>

#include "tacit/base/error.hpp"

namespace tacit {

/// Throws `Error` with a formatted message: fail(ErrorCode::out_of_levels, "level {} ...", level).
template <class... Args>
[[noreturn]] void fail(ErrorCode code, fmt::format_string<Args...> text, Args&&... args) {
    throw Error(code, fmt::format(text, std::forward<Args>(args)...));
}

}  // namespace tacit
