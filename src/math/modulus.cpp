#include "tacit/math/modulus.hpp"

#include <cmath>

#include "base/fail.hpp"

namespace tacit::math {

namespace {
constexpr double rounder = 0x1.8p52;  // adding it rounds |x| < 2^51 to the nearest integer
}

Modulus::Modulus(std::uint64_t value)
    : value_(value), p_(static_cast<double>(value)), inverse_p_(1.0 / static_cast<double>(value)) {
    if (value < 2 || value >> max_modulus_bits != 0) {
        fail(ErrorCode::invalid_argument, "modulus {} is out of range; choose one in [2, 2^{})", value,
             max_modulus_bits);
    }
}

std::uint64_t Modulus::canonical(double x) const noexcept {
    // |x/p| < 2^51 since p >= 2, so the quotient is off by at most 1/2 + 2^-2 and r lies in (-p, p).
    const double quotient = std::fma(x, inverse_p_, rounder) - rounder;
    const auto r =
        static_cast<std::int64_t>(x) - static_cast<std::int64_t>(quotient) * static_cast<std::int64_t>(value_);
    return static_cast<std::uint64_t>(r + (static_cast<std::int64_t>(value_) & (r >> 63)));
}

double Modulus::balanced(std::uint64_t x) const noexcept {
    const auto r = static_cast<std::int64_t>(x % value_);
    const auto p = static_cast<std::int64_t>(value_);
    return static_cast<double>(r > p / 2 ? r - p : r);
}

double Modulus::balanced(std::int64_t x) const noexcept {
    // 0 - x in unsigned arithmetic is |x| even for the most negative integer.
    return x < 0 ? -balanced(std::uint64_t{0} - static_cast<std::uint64_t>(x))
                 : balanced(static_cast<std::uint64_t>(x));
}

}  // namespace tacit::math
