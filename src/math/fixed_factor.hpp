#pragma once

#include <cstdint>

namespace tacit::math {

/// Products with one factor modulo p < 2^49, without a division: for tables of powers.
class FixedFactor {
public:
    /// Precondition: factor < p < 2^49.
    FixedFactor(std::uint64_t factor, std::uint64_t p) noexcept
        : factor_(factor), p_(p), ratio_(static_cast<double>(factor) / static_cast<double>(p)) {}

    /// a * factor mod p, for a < p.
    [[nodiscard]] std::uint64_t operator()(std::uint64_t a) const noexcept {
        // The quotient is below 2^49 and off by less than 1 before it is cut off, so r lies in (-p, 2p).
        const auto quotient = static_cast<std::uint64_t>(static_cast<double>(a) * ratio_);
        auto r = static_cast<std::int64_t>(a * factor_ - quotient * p_);
        const auto p = static_cast<std::int64_t>(p_);
        r += p & (r >> 63);
        return static_cast<std::uint64_t>(r >= p ? r - p : r);
    }

private:
    std::uint64_t factor_;
    std::uint64_t p_;
    double ratio_;
};

}  // namespace tacit::math
