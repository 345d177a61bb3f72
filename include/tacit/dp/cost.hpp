#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "tacit/base/expected.hpp"

namespace tacit::dp {

/// What a release costs: an exact rational, not negative, with numerator and denominator up to 2^62.
///
/// A sum or product whose fraction does not fit is rounded up to a multiple of 2^-40, so that what is
/// charged is never less than what was lost. There is no way in from floating point: 0.1 is no binary
/// fraction, and which one stands for it is not the caller's to guess. Write ratio(1, 10) or "0.1".
class Cost {
public:
    Cost() = default;
    Cost(double) = delete;
    /// numerator / denominator. Throws invalid_argument if the denominator is 0 or either exceeds 2^62.
    [[nodiscard]] static Cost ratio(std::uint64_t numerator, std::uint64_t denominator);

    [[nodiscard]] std::uint64_t numerator() const noexcept { return numerator_; }
    [[nodiscard]] std::uint64_t denominator() const noexcept { return denominator_; }
    [[nodiscard]] bool is_zero() const noexcept { return numerator_ == 0; }
    /// The nearest double, for display and error bars alone.
    [[nodiscard]] double approximate() const noexcept;

    /// Exact comparison.
    friend std::strong_ordering operator<=>(const Cost& a, const Cost& b) noexcept;
    friend bool operator==(const Cost& a, const Cost& b) noexcept = default;
    /// Rounded up as above; throws invalid_argument from 2^22 on where the fraction does not fit.
    friend Cost operator+(const Cost& a, const Cost& b);
    friend Cost operator*(const Cost& a, const Cost& b);
    friend Cost operator*(const Cost& a, std::uint64_t factor) { return a * ratio(factor, 1); }
    /// An equal part of it, rounded down: all parts together cost no more than this. Throws invalid_argument for 0
    /// parts.
    [[nodiscard]] Cost split(std::uint64_t parts) const;
    /// 1 / *this. Throws invalid_argument for 0.
    [[nodiscard]] Cost inverse() const;
    /// What is left of this after `spent`: never more than the truth, 0 if all of it is spent.
    [[nodiscard]] Cost left_after(const Cost& spent) const;

private:
    std::uint64_t numerator_ = 0;
    std::uint64_t denominator_ = 1;
};

/// "3", "0.25", "1e-6", "1/3": exact. An error for anything else, or if the fraction does not fit 2^62.
[[nodiscard]] Expected<Cost> parse_cost(std::string_view text);

/// The shortest exact form: "0.25" where a decimal ends within 12 digits, otherwise "1/3".
[[nodiscard]] std::string to_string(const Cost& cost);

}  // namespace tacit::dp
