#include "dp/exponential_coins.hpp"

#include <algorithm>
#include <array>

#include "dp/biased_bits.hpp"
#include "dp/real.hpp"
#include "tacit/base/error.hpp"

namespace tacit::dp {

namespace {

__extension__ using Wide = unsigned __int128;

std::uint64_t high_half(std::uint64_t a, std::uint64_t b) noexcept {
    return static_cast<std::uint64_t>(Wide{a} * b >> 64);
}

constexpr std::uint64_t ln_2 = 0xB17217F7D1CF79AB;  ///< * 2^64, rounded down

/// 2^63 / k!, rounded down. What is left out of e^-z, z < ln 2, is below z^21 / 21! < 2^-76.
constexpr std::array<std::uint64_t, 21> coefficients = [] {
    std::array<std::uint64_t, 21> all{};
    std::uint64_t left = std::uint64_t{1} << 63;
    for (std::uint64_t k = 0; k < all.size(); ++k) all[k] = left /= std::max<std::uint64_t>(k, 1);
    return all;
}();

}  // namespace

ExponentialCoins::ExponentialCoins(std::uint64_t d) : d_(d) {
    TACIT_ASSERT(d > 1 && d < std::uint64_t{1} << 63);
    static_assert(sizeof(unsigned long) == sizeof(std::uint64_t));
    constexpr mpfr_prec_t precision = 320;
    Real rate(precision), part(precision);
    mpfr_const_log2(rate, MPFR_RNDU);
    mpfr_ui_div(rate, 1, rate, MPFR_RNDD);
    mpfr_div_ui(rate, rate, d, MPFR_RNDD);
    mpfr_mul_2ui(rate, rate, 64, MPFR_RNDD);
    mpfr_floor(part, rate);
    rate_high_ = mpfr_get_ui(part, MPFR_RNDD);
    mpfr_sub(rate, rate, part, MPFR_RNDD);
    mpfr_mul_2ui(rate, rate, 64, MPFR_RNDD);
    mpfr_floor(part, rate);
    rate_low_ = mpfr_get_ui(part, MPFR_RNDD);
}

/// With n / d * log2(e) = whole + f, f < 1: 2^-whole e^(-f ln 2). In units of 2^-63, f is wrong by 1 at most (the rate
/// and its product are rounded down), z by 1 more; each step of the polynomial adds less than 1 in either direction and
/// shrinks what was before by z < ln 2, less than 3.3 in all; the shift rounds down, 1.
std::uint64_t ExponentialCoins::approximate(std::uint64_t n) const noexcept {
    const Wide exponent = Wide{n} * rate_high_ + high_half(n, rate_low_);
    const auto whole = static_cast<std::uint64_t>(exponent >> 64);
    const std::uint64_t z = high_half(static_cast<std::uint64_t>(exponent), ln_2);
    std::uint64_t value = coefficients.back();
    for (std::size_t k = coefficients.size() - 1; k > 0; --k) value = coefficients[k - 1] - high_half(z, value);
    const std::uint64_t small = whole > 63 ? 0 : value;
    return small >> (whole & 63);
}

bool ExponentialCoins::slowly(std::uint64_t n, std::uint64_t first, Words& source) const {
    if (n == 0) return true;
    const BiasedBits<std::uint64_t> coin({{Probability::Form::exponential, {n, d_}, 0}});
    return coin.settle(0, first, source);
}

}  // namespace tacit::dp
