#pragma once

#include <cstdint>

#include "dp/words.hpp"

namespace tacit::dp {

/// Coins of probability e^(-n / d) for one d and any n, in fixed work but for chance 2^-58, and exact.
///
/// A uniform number is compared with a fixed-point value of e^(-n / d), whose error is known. Only where the two are so
/// near that the error could decide, further digits of both are compared. The value is made of products alone: there is
/// no table, whose place in the cache would say what n is.
class ExponentialCoins {
public:
    /// Precondition: 1 < d < 2^63.
    explicit ExponentialCoins(std::uint64_t d);

    /// The coin for n, where `first` are the first 64 binary digits of its number.
    [[nodiscard]] bool throw_for(std::uint64_t n, std::uint64_t first, Words& source) const {
        const std::uint64_t value = approximate(n);
        const std::uint64_t own = first >> 1;
        const bool stays = own + error < value;
        const bool goes = own > value + error;
        return stays == goes ? slowly(n, first, source) : stays;
    }

    /// e^(-n / d) * 2^63, wrong by less than `error`.
    [[nodiscard]] std::uint64_t approximate(std::uint64_t n) const noexcept;
    static constexpr std::uint64_t error = 8;

private:
    [[nodiscard]] bool slowly(std::uint64_t n, std::uint64_t first, Words& source) const;
    std::uint64_t d_;
    std::uint64_t rate_high_;  ///< log2(e) / d * 2^128, rounded down
    std::uint64_t rate_low_;
};

}  // namespace tacit::dp
