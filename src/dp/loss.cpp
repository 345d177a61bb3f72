#include "tacit/dp/loss.hpp"

#include <algorithm>
#include <cmath>

#include "base/fail.hpp"
#include "dp/real.hpp"
#include "dp/round_up.hpp"

namespace tacit::dp {

namespace {

constexpr mpfr_prec_t precision = 192;

void set_ratio(Real& out, const Cost& cost, mpfr_rnd_t rounding) {
    mpfr_set_ui(out, cost.numerator(), rounding);
    mpfr_div_ui(out, out, cost.denominator(), rounding);
}

/// epsilon for one alpha > 1, in doubles: to choose alpha, whose every value gives a valid epsilon.
double rough_epsilon(double rho, double delta, double alpha) {
    return rho * alpha + (-std::log(delta) - std::log(alpha)) / (alpha - 1) + std::log1p(-1 / alpha);
}

double best_alpha(double rho, double delta) {
    double low = 1e-9;
    double high = 1e9;  // of log-spaced alpha - 1
    for (int step = 0; step < 200; ++step) {
        const double ratio = std::pow(high / low, 1.0 / 3);
        const double a = low * ratio;
        const double b = a * ratio;
        if (rough_epsilon(rho, delta, 1 + a) < rough_epsilon(rho, delta, 1 + b)) {
            high = b;
        } else {
            low = a;
        }
    }
    return 1 + low;
}

}  // namespace

Cost round_up(Real& number) {
    const auto shift = std::clamp<long>(61 - mpfr_get_exp(number), 0, 61);
    mpfr_mul_2si(number, number, shift, MPFR_RNDU);
    mpfr_ceil(number, number);
    return Cost::ratio(mpfr_get_ui(number, MPFR_RNDU), std::uint64_t{1} << shift);
}

const char* to_string(Measure measure) noexcept {
    switch (measure) {
        case Measure::pure: return "pure";
        case Measure::approximate: return "approximate";
        case Measure::zcdp: return "zcdp";
    }
    return "unknown";
}

std::string to_string(Measure measure, const Loss& loss) {
    if (measure == Measure::zcdp) return "rho " + to_string(loss.rho);
    if (measure == Measure::pure) return "epsilon " + to_string(loss.epsilon);
    return fmt::format("epsilon {}, delta {}", to_string(loss.epsilon), to_string(loss.delta));
}

Loss group_loss(Measure measure, const Loss& loss, std::uint64_t size) {
    if (size == 0) fail(ErrorCode::invalid_argument, "the loss of a group needs a size of at least 1");
    if (size == 1) return loss;
    if (measure == Measure::zcdp) return {.rho = loss.rho * size * size};
    if (measure == Measure::pure || loss.delta.is_zero()) return {.epsilon = loss.epsilon * size};
    Real growth(precision);
    set_ratio(growth, loss.epsilon * (size - 1), MPFR_RNDU);
    mpfr_exp(growth, growth, MPFR_RNDU);
    if (mpfr_cmp_ui(growth, 1UL << 21) > 0) return {.epsilon = loss.epsilon * size, .delta = Cost::ratio(1, 1)};
    return {.epsilon = loss.epsilon * size, .delta = std::min(loss.delta * size * round_up(growth), Cost::ratio(1, 1))};
}

Cost epsilon_of_zcdp(const Cost& rho, const Cost& delta) {
    if (delta.is_zero() || delta >= Cost::ratio(1, 1)) {
        fail(ErrorCode::invalid_argument, "delta is {} and must be above 0 and below 1; 1e-6 is usual",
             to_string(delta));
    }
    if (rho.is_zero()) return {};
    const double alpha = best_alpha(rho.approximate(), delta.approximate());
    Real sum(precision), term(precision), order(precision);
    mpfr_set_d(order, alpha, MPFR_RNDN);  // exact
    set_ratio(term, delta, MPFR_RNDD);
    mpfr_mul(term, term, order, MPFR_RNDD);
    mpfr_log(term, term, MPFR_RNDD);
    mpfr_neg(term, term, MPFR_RNDU);  // ln(1/delta) - ln(alpha)
    Real below(precision);
    mpfr_sub_ui(below, order, 1, MPFR_RNDD);
    mpfr_div(sum, term, below, MPFR_RNDU);
    set_ratio(term, rho, MPFR_RNDU);
    mpfr_mul(term, term, order, MPFR_RNDU);
    mpfr_add(sum, sum, term, MPFR_RNDU);
    mpfr_div(term, below, order, MPFR_RNDU);
    mpfr_log(term, term, MPFR_RNDU);
    mpfr_add(sum, sum, term, MPFR_RNDU);
    if (mpfr_cmp_ui(sum, 0) <= 0) return {};
    return round_up(sum);
}

Cost rho_within(const Cost& epsilon, const Cost& delta) {
    constexpr std::uint64_t units = std::uint64_t{1} << 40;
    if (epsilon.is_zero() || epsilon > Cost::ratio(1000, 1)) {
        fail(ErrorCode::invalid_argument, "epsilon is {} and must be above 0 and up to 1000", to_string(epsilon));
    }
    std::uint64_t low = 0;
    std::uint64_t high = 1001 * units;  // rho <= epsilon
    while (high - low > 1) {
        const std::uint64_t middle = low + (high - low) / 2;
        (epsilon_of_zcdp(Cost::ratio(middle, units), delta) <= epsilon ? low : high) = middle;
    }
    return Cost::ratio(low, units);
}

Cost rho_of_pure(const Cost& epsilon) { return epsilon * epsilon * Cost::ratio(1, 2); }

}  // namespace tacit::dp
