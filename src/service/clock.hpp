#pragma once

#include <chrono>
#include <cstdint>

namespace tacit::service {

inline constexpr std::int64_t day_seconds = 86'400;

inline std::int64_t unix_seconds() {
    return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

}  // namespace tacit::service
