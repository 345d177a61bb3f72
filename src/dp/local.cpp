#include "tacit/dp/local.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/fail.hpp"
#include "dp/real.hpp"
#include "dp/round_up.hpp"
#include "dp/uniform.hpp"

namespace tacit::dp {

namespace {

/// P[Bin(n, p) = k] for all k, from the most likely one outwards, so that nothing underflows that matters.
std::vector<double> binomial(std::uint64_t n, double p) {
    std::vector<double> pmf(n + 1);
    const auto size = static_cast<double>(n);
    const auto log_factorial = [](double x) { return std::lgamma(x + 1); };
    const auto mode = std::min(n, static_cast<std::uint64_t>((size + 1) * p));
    const auto m = static_cast<double>(mode);
    pmf[mode] = std::exp(log_factorial(size) - log_factorial(m) - log_factorial(size - m) + m * std::log(p) +
                         (size - m) * std::log1p(-p));
    const double odds = p / (1 - p);
    for (std::uint64_t k = mode; k < n; ++k) {
        pmf[k + 1] = pmf[k] * odds * static_cast<double>(n - k) / static_cast<double>(k + 1);
    }
    for (std::uint64_t k = mode; k > 0; --k) {
        pmf[k - 1] = pmf[k] / odds * static_cast<double>(k) / static_cast<double>(n - k + 1);
    }
    return pmf;
}

/// P[Bin(mine, p) + Bin(others, q) >= said].
double upper_tail(std::uint64_t mine, double p, std::uint64_t others, double q, std::uint64_t said) {
    const auto first = binomial(mine, p);
    auto tail = binomial(others, q);
    for (std::size_t k = tail.size() - 1; k > 0; --k) tail[k - 1] += tail[k];  // tail[k] = P[Bin(others, q) >= k]
    double sum = 0;
    for (std::uint64_t a = 0; a <= mine; ++a) {
        const std::uint64_t missing = said > a ? said - a : 0;
        if (missing <= others) sum += first[a] * tail[missing];
    }
    return sum;
}

/// The smallest m in 0 .. people for which holds(m), which stays true from there on; people if none.
template <class Holds>
std::uint64_t first_that(std::uint64_t people, const Holds& holds) {
    std::uint64_t low = 0;
    std::uint64_t high = people;
    while (low < high) {
        const std::uint64_t middle = (low + high) / 2;
        if (holds(middle)) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

}  // namespace

RandomisedResponse RandomisedResponse::with_truth(std::uint64_t choices, const Cost& truth) {
    if (choices < 2 || choices > std::uint64_t{1} << 32 || truth <= Cost::ratio(1, choices) ||
        truth >= Cost::ratio(1, 1)) {
        fail(ErrorCode::invalid_argument,
             "the truth comes out with probability {} among {} choices; it must be above 1/{} and below 1",
             to_string(truth), choices, choices);
    }
    return {choices, truth};
}

double RandomisedResponse::other() const noexcept {
    return (1 - truth_.approximate()) / static_cast<double>(choices_ - 1);
}

Cost RandomisedResponse::epsilon() const {
    Real ratio(192);
    mpfr_set_ui(ratio, truth_.numerator(), MPFR_RNDU);
    mpfr_mul_ui(ratio, ratio, choices_ - 1, MPFR_RNDU);
    mpfr_div_ui(ratio, ratio, truth_.denominator() - truth_.numerator(), MPFR_RNDU);
    mpfr_log(ratio, ratio, MPFR_RNDU);
    return round_up(ratio);
}

std::uint64_t RandomisedResponse::answer(std::uint64_t own) const {
    if (own >= choices_) {
        fail(ErrorCode::invalid_argument, "the own answer must be below {}, the number of choices", choices_);
    }
    SystemWords words;
    const bool truth = uniform(words, truth_.denominator()) < truth_.numerator();
    const std::uint64_t shift = 1 + uniform(words, choices_ - 1);
    const std::uint64_t moved = own + shift;
    const std::uint64_t lie = moved - (choices_ & (0 - std::uint64_t{moved >= choices_}));
    const std::uint64_t mask = 0 - std::uint64_t{truth};
    return (own & mask) | (lie & ~mask);
}

Estimate RandomisedResponse::estimate(std::uint64_t said, std::uint64_t people) const {
    if (said > people || people == 0 || people > std::uint64_t{1} << 24) {
        fail(ErrorCode::invalid_argument,
             "{} of {} people said so; 1 to 2^24 people can be counted, and no more said "
             "so than there are",
             said, people);
    }
    const double p = truth_.approximate();
    const double q = other();
    const auto size = static_cast<double>(people);
    constexpr double doubt = 0.025;
    const auto least = first_that(people, [&](auto m) { return upper_tail(m, p, people - m, q, said) > doubt; });
    const auto beyond = first_that(
        people + 1, [&](auto m) { return m > people || 1 - upper_tail(m, p, people - m, q, said + 1) <= doubt; });
    return {(static_cast<double>(said) / size - q) / (p - q), static_cast<double>(least) / size,
            static_cast<double>(std::max(beyond, least + 1) - 1) / size};
}

double RandomisedResponse::standard_error(std::uint64_t people) const {
    const double p = truth_.approximate();
    const double q = other();
    return std::sqrt(std::max(p * (1 - p), q * (1 - q)) / static_cast<double>(people)) / (p - q);
}

}  // namespace tacit::dp
