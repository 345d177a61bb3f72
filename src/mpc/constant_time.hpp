#pragma once

#include <cstdint>

namespace tacit::mpc {

/// 1 if equal, 0 if not, for numbers below 2^63, without a branch.
inline std::uint64_t equal(std::uint64_t a, std::uint64_t b) noexcept { return ((a ^ b) - 1) >> 63; }

}  // namespace tacit::mpc
