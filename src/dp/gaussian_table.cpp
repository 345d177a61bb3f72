#include "dp/gaussian_table.hpp"

#include <cmath>
#include <deque>
#include <optional>

#include "dp/real.hpp"
#include "tacit/base/error.hpp"

namespace tacit::dp {

namespace {

/// e^(-k^2 / (2 variance)) rounded that way.
void weight(Real& out, std::uint64_t k, std::uint64_t variance, mpfr_rnd_t rounding) {
    const mpfr_rnd_t other = rounding == MPFR_RNDD ? MPFR_RNDU : MPFR_RNDD;
    mpfr_set_ui(out, k * k, other);
    mpfr_div_ui(out, out, 2 * variance, other);
    mpfr_neg(out, out, rounding);
    mpfr_exp(out, out, rounding);
}

/// Sums of weights from m on, m = 0 .. last, as bounds on the infinite sums. What is beyond `last` is at most
/// (1 + 2 variance) times the next weight: each weight is the one before times e^(-1 / (2 variance)) or less.
std::deque<Real> sums(std::uint64_t variance, std::uint64_t last, mpfr_prec_t precision, mpfr_rnd_t rounding) {
    std::deque<Real> from;
    Real term(precision);
    Real sum(precision);
    mpfr_set_ui(sum, 0, rounding);
    if (rounding == MPFR_RNDU) {
        weight(term, last + 1, variance, rounding);
        mpfr_mul_ui(sum, term, 1 + 2 * variance, rounding);
    }
    for (std::uint64_t k = last + 1; k-- > 0;) {
        weight(term, k, variance, rounding);
        mpfr_add(sum, sum, term, rounding);
        mpfr_set(from.emplace_front(precision), sum, rounding);
    }
    return from;
}

/// floor(2^shift 2 tail / (1 + 2 rest)), rounded that way before the floor; `rest` is rounded the other way.
void cut(Real& out, Real& tail, Real& rest, int shift, mpfr_prec_t precision, mpfr_rnd_t rounding) {
    const mpfr_rnd_t other = rounding == MPFR_RNDD ? MPFR_RNDU : MPFR_RNDD;
    Real all(precision);
    mpfr_mul_ui(all, rest, 2, other);
    mpfr_add_ui(all, all, 1, other);
    mpfr_div(out, tail, all, rounding);
    mpfr_mul_2si(out, out, shift + 1, rounding);
    mpfr_floor(out, out);
}

std::optional<std::vector<std::uint64_t>> try_digits(std::uint64_t variance, std::size_t first, std::size_t count,
                                                     int bits, int shift, mpfr_prec_t precision) {
    const double reach = std::sqrt(2 * static_cast<double>(variance) * static_cast<double>(precision));
    const std::uint64_t last = first + count + static_cast<std::uint64_t>(reach);
    auto low = sums(variance, last, precision, MPFR_RNDD);
    auto high = sums(variance, last, precision, MPFR_RNDU);
    std::vector<std::uint64_t> digits;
    Real modulus(precision), least(precision), most(precision);
    mpfr_set_ui_2exp(modulus, 1, bits, MPFR_RNDN);
    for (std::size_t m = first; m < first + count; ++m) {
        cut(least, low[m], high[1], shift, precision, MPFR_RNDD);
        cut(most, high[m], low[1], shift, precision, MPFR_RNDU);
        if (mpfr_equal_p(least, most) == 0) return std::nullopt;
        mpfr_fmod(least, least, modulus, MPFR_RNDN);
        digits.push_back(mpfr_get_ui(least, MPFR_RNDN));
    }
    return digits;
}

}  // namespace

std::vector<std::uint64_t> gaussian_tail_digits(std::uint64_t variance, std::size_t first, std::size_t count, int bits,
                                                int index) {
    TACIT_ASSERT(variance >= 1 && first >= 1 && bits >= 1 && bits <= 64 && index >= 0);
    const int shift = bits * (index + 1);
    for (mpfr_prec_t precision = shift + 128;; precision *= 2) {
        if (auto found = try_digits(variance, first, count, bits, shift, precision)) return *found;
    }
}

}  // namespace tacit::dp
