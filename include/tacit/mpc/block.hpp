#pragma once

#include <cstdint>

namespace tacit::mpc {

/// 128 bits: a key, a wire's label, an element of GF(2)^128. Bit 0 is the lowest of `low`.
struct Block {
    std::uint64_t low = 0;
    std::uint64_t high = 0;

    constexpr Block& operator^=(const Block& other) noexcept {
        low ^= other.low;
        high ^= other.high;
        return *this;
    }
    friend constexpr Block operator^(Block a, const Block& b) noexcept { return a ^= b; }
    friend constexpr bool operator==(const Block&, const Block&) = default;
    /// This if `bit` is 1, zero if it is 0, in the same time.
    [[nodiscard]] constexpr Block masked(std::uint64_t bit) const noexcept { return {low & -bit, high & -bit}; }
};

}  // namespace tacit::mpc
