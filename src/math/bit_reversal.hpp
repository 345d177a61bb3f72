#pragma once

#include <cstddef>

namespace tacit::math {

/// The lowest `bits` bits of i in reverse order.
[[nodiscard]] constexpr std::size_t reverse_bits(std::size_t i, int bits) noexcept {
    std::size_t reversed = 0;
    for (int b = 0; b < bits; ++b) reversed |= (i >> b & 1) << (bits - 1 - b);
    return reversed;
}

}  // namespace tacit::math
