#include "dp/probability.hpp"

#include <cmath>
#include <optional>

#include "dp/real.hpp"
#include "tacit/base/error.hpp"

namespace tacit::dp {

namespace {

static_assert(sizeof(unsigned long) == sizeof(std::uint64_t));

mpfr_rnd_t opposite(mpfr_rnd_t rounding) { return rounding == MPFR_RNDD ? MPFR_RNDU : MPFR_RNDD; }

/// p rounded in that direction. Both forms fall with x, so x is rounded the other way.
void evaluate(Real& p, const Probability& of, mpfr_rnd_t rounding) {
    const mpfr_rnd_t other = opposite(rounding);
    mpfr_set_ui(p, of.rate.numerator, other);
    mpfr_div_ui(p, p, of.rate.denominator, other);
    mpfr_mul_2si(p, p, of.shift, other);
    if (of.form == Probability::Form::logistic) {
        mpfr_exp(p, p, other);
        mpfr_add_ui(p, p, 1, other);
        mpfr_ui_div(p, 1, p, rounding);
    } else {
        mpfr_neg(p, p, rounding);
        mpfr_exp(p, p, rounding);
    }
}

/// floor(p * 2^last) into `whole`.
void cut(Real& whole, Real& p, int last) {
    mpfr_mul_2si(whole, p, last, MPFR_RNDD);
    mpfr_floor(whole, whole);
}

std::optional<std::uint64_t> digits_at(const Probability& of, mpfr_prec_t precision, int bits, int last) {
    Real low(precision), high(precision), p(precision);
    evaluate(p, of, MPFR_RNDD);
    cut(low, p, last);
    evaluate(p, of, MPFR_RNDU);
    cut(high, p, last);
    if (mpfr_equal_p(low, high) == 0) return std::nullopt;
    Real modulus(precision);
    mpfr_set_ui_2exp(modulus, 1, bits, MPFR_RNDN);
    mpfr_fmod(low, low, modulus, MPFR_RNDN);
    return mpfr_get_ui(low, MPFR_RNDN);
}

}  // namespace

std::uint64_t Probability::digits(int bits, int index) const {
    TACIT_ASSERT(bits >= 1 && bits <= 64 && index >= 0 && rate.numerator > 0 && rate.denominator > 0);
    const int last = bits * (index + 1);
    for (mpfr_prec_t precision = last + 192;; precision *= 2) {
        if (const auto found = digits_at(*this, precision, bits, last)) return *found;
    }
}

double decay(const Rate& rate) noexcept {
    return std::exp(-static_cast<double>(rate.numerator) / static_cast<double>(rate.denominator));
}

}  // namespace tacit::dp
