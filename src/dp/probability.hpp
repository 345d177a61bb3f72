#pragma once

#include <cstdint>

namespace tacit::dp {

/// A positive rational of 64-bit parts, the rate of a sampler.
struct Rate {
    std::uint64_t numerator = 1;
    std::uint64_t denominator = 1;
};

/// One irrational probability, known to as many binary digits as anybody asks for:
/// 1 / (1 + e^x) or e^-x, where x = rate * 2^shift > 0 is rational.
struct Probability {
    enum class Form { logistic, exponential };
    Form form = Form::logistic;
    Rate rate{};
    int shift = 0;

    /// Binary digits bits*index + 1 ... bits*(index + 1) after the point, as an integer. Computed by MPFR between
    /// bounds rounded down and up, with more precision until both have these digits; e to a rational power other than 0
    /// is irrational, so that ends. bits is 1..64.
    [[nodiscard]] std::uint64_t digits(int bits, int index) const;
};

/// e^-x of that rate as a double, for error bars alone.
[[nodiscard]] double decay(const Rate& rate) noexcept;

}  // namespace tacit::dp
