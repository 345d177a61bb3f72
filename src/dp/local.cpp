#include "tacit/dp/local.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/fail.hpp"
#include "dp/real.hpp"
#include "dp/round_up.hpp"
#include "dp/uniform.hpp"

namespace tacit::dp {

namespace {

constexpr int probability_digits = 48;
constexpr std::uint64_t hash_prime = (std::uint64_t{1} << 61) - 1;

void check_own(std::uint64_t own, std::uint64_t choices) {
    if (own < choices) return;
    fail(ErrorCode::invalid_argument, "the own answer must be below {}, the number of choices", choices);
}

void check_choices(std::uint64_t choices, std::uint64_t most) {
    if (choices >= 2 && choices <= most) return;
    fail(ErrorCode::invalid_argument, "{} choices; this mechanism takes 2 to {}", choices, most);
}

/// The largest multiple of 2^-48 that is at most e^(epsilon / parts) / (e^(epsilon / parts) + others).
Cost truth_within(const Cost& epsilon, unsigned parts, std::uint64_t others) {
    if (epsilon < Cost::ratio(1, 256) || epsilon > Cost::ratio(16, 1)) {
        fail(ErrorCode::invalid_argument, "a poll with epsilon {}; take one from 2^-8 to 16", to_string(epsilon));
    }
    Real lie(192);
    mpfr_set_ui(lie, epsilon.numerator(), MPFR_RNDD);
    mpfr_div_ui(lie, lie, epsilon.denominator(), MPFR_RNDD);
    mpfr_div_ui(lie, lie, parts, MPFR_RNDD);
    mpfr_neg(lie, lie, MPFR_RNDU);
    mpfr_exp(lie, lie, MPFR_RNDU);
    mpfr_mul_ui(lie, lie, others, MPFR_RNDU);
    mpfr_add_ui(lie, lie, 1, MPFR_RNDU);
    mpfr_ui_div(lie, 1, lie, MPFR_RNDD);
    mpfr_mul_2si(lie, lie, probability_digits, MPFR_RNDD);
    mpfr_floor(lie, lie);
    return Cost::ratio(mpfr_get_ui(lie, MPFR_RNDD), std::uint64_t{1} << probability_digits);
}

Cost rest_of(const Cost& probability) {
    return Cost::ratio(probability.denominator() - probability.numerator(), probability.denominator());
}

/// ratio *= a / b, up.
void scale_up(Real& ratio, std::uint64_t a, std::uint64_t b) {
    mpfr_mul_ui(ratio, ratio, a, MPFR_RNDU);
    mpfr_div_ui(ratio, ratio, b, MPFR_RNDU);
}

bool toss(Words& words, const Cost& probability) {
    return uniform(words, probability.denominator()) < probability.numerator();
}

/// The part of [0, 2^61) into which (a v + b) mod 2^61 - 1 falls, of as many equal parts as buckets; no division, whose
/// time could say something about v.
std::uint64_t bucket_of(const LocalHashing::Report& report, std::uint64_t v, std::uint64_t buckets) noexcept {
    __extension__ using Wide = unsigned __int128;
    const Wide product = Wide{report.a} * v + report.b;
    const auto folded = static_cast<std::uint64_t>(product & hash_prime) + static_cast<std::uint64_t>(product >> 61);
    const std::uint64_t hash = folded - (hash_prime & (0 - std::uint64_t{folded >= hash_prime}));
    return static_cast<std::uint64_t>((Wide{hash} * buckets) >> 61);
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

RandomisedResponse RandomisedResponse::with_epsilon(std::uint64_t choices, const Cost& epsilon) {
    check_choices(choices, std::uint64_t{1} << 32);
    return with_truth(choices, truth_within(epsilon, 1, choices - 1));
}

SupportRates RandomisedResponse::rates() const noexcept {
    return {truth_.approximate(), (1 - truth_.approximate()) / static_cast<double>(choices_ - 1)};
}

Cost RandomisedResponse::epsilon() const {
    Real ratio(192);
    mpfr_set_ui(ratio, choices_ - 1, MPFR_RNDU);
    scale_up(ratio, truth_.numerator(), truth_.denominator() - truth_.numerator());
    mpfr_log(ratio, ratio, MPFR_RNDU);
    return round_up(ratio);
}

std::uint64_t RandomisedResponse::answer(std::uint64_t own) const {
    check_own(own, choices_);
    SystemWords words;
    const bool truth = toss(words, truth_);
    const std::uint64_t shift = 1 + uniform(words, choices_ - 1);
    const std::uint64_t moved = own + shift;
    const std::uint64_t lie = moved - (choices_ & (0 - std::uint64_t{moved >= choices_}));
    const std::uint64_t mask = 0 - std::uint64_t{truth};
    return (own & mask) | (lie & ~mask);
}

UnaryEncoding UnaryEncoding::with_probabilities(std::uint64_t choices, const Cost& own, const Cost& other) {
    check_choices(choices, std::uint64_t{1} << 20);
    if (other.is_zero() || other >= own || own >= Cost::ratio(1, 1)) {
        fail(ErrorCode::invalid_argument,
             "the own answer's bit is 1 with probability {}, another's with {}; they must be in order between 0 and 1",
             to_string(own), to_string(other));
    }
    return {choices, own, other};
}

UnaryEncoding UnaryEncoding::symmetric(std::uint64_t choices, const Cost& epsilon) {
    const Cost own = truth_within(epsilon, 2, 1);
    return with_probabilities(choices, own, rest_of(own));
}

UnaryEncoding UnaryEncoding::optimised(std::uint64_t choices, const Cost& epsilon) {
    return with_probabilities(choices, Cost::ratio(1, 2), rest_of(truth_within(epsilon, 1, 1)));
}

Cost UnaryEncoding::epsilon() const {
    Real ratio(192);
    mpfr_set_ui(ratio, 1, MPFR_RNDU);
    scale_up(ratio, own_.numerator(), own_.denominator() - own_.numerator());
    scale_up(ratio, other_.denominator() - other_.numerator(), other_.numerator());
    mpfr_log(ratio, ratio, MPFR_RNDU);
    return round_up(ratio);
}

std::vector<std::uint8_t> UnaryEncoding::answer(std::uint64_t own) const {
    check_own(own, choices_);
    SystemWords words;
    const std::uint64_t mine = toss(words, own_) ? 1 : 0;
    std::vector<std::uint8_t> bits(choices_);
    for (std::uint64_t i = 0; i < choices_; ++i) {
        const std::uint64_t others = toss(words, other_) ? 1 : 0;
        const std::uint64_t mask = 0 - std::uint64_t{i == own};
        bits[i] = static_cast<std::uint8_t>((mine & mask) | (others & ~mask));
    }
    return bits;
}

LocalHashing LocalHashing::with_epsilon(std::uint64_t choices, const Cost& epsilon) {
    check_choices(choices, std::uint64_t{1} << 32);
    static_cast<void>(truth_within(epsilon, 1, 1));  // epsilon is in range
    const auto buckets = static_cast<std::uint64_t>(std::exp(epsilon.approximate())) + 1;
    return {choices, RandomisedResponse::with_epsilon(std::max<std::uint64_t>(2, buckets), epsilon)};
}

SupportRates LocalHashing::rates() const noexcept {
    return {response_.truth().approximate(), 1 / static_cast<double>(buckets())};
}

LocalHashing::Report LocalHashing::answer(std::uint64_t own) const {
    check_own(own, choices_);
    SystemWords words;
    Report report{1 + uniform(words, hash_prime - 1), uniform(words, hash_prime), 0};
    report.bucket = response_.answer(bucket_of(report, own, buckets()));
    return report;
}

bool LocalHashing::is_valid(const Report& report) const noexcept {
    return report.a >= 1 && report.a < hash_prime && report.b < hash_prime && report.bucket < buckets();
}

bool LocalHashing::supports(const Report& report, std::uint64_t choice) const noexcept {
    return bucket_of(report, choice, buckets()) == report.bucket;
}

HadamardResponse HadamardResponse::with_epsilon(std::uint64_t choices, const Cost& epsilon) {
    check_choices(choices, (std::uint64_t{1} << 24) - 1);
    return {choices, RandomisedResponse::with_epsilon(2, epsilon)};
}

std::uint64_t HadamardResponse::points() const noexcept { return std::bit_ceil(choices_ + 1); }

std::uint64_t HadamardResponse::answer(std::uint64_t own) const {
    check_own(own, choices_);
    const std::uint64_t row = own + 1;
    const std::uint64_t half = response_.answer(0);  // 0 with the probability of the truth
    SystemWords words;
    const std::uint64_t point = uniform(words, points());
    const auto parity = static_cast<std::uint64_t>(std::popcount(point & row)) & 1;
    const std::uint64_t other_half = (row & (0 - row)) & (0 - (parity ^ half));
    return point ^ other_half;
}

std::vector<std::uint64_t> HadamardResponse::support(std::span<const std::uint64_t> counts) const {
    if (counts.size() != points()) {
        fail(ErrorCode::invalid_argument, "counts of {} points; reports of {} choices have {}", counts.size(), choices_,
             points());
    }
    std::vector<std::int64_t> sums(counts.begin(), counts.end());
    for (std::size_t width = 1; width < sums.size(); width *= 2) {
        for (std::size_t i = 0; i < sums.size(); ++i) {
            if ((i & width) != 0) continue;
            const std::int64_t a = sums[i];
            const std::int64_t b = sums[i + width];
            sums[i] = a + b;
            sums[i + width] = a - b;
        }
    }
    std::vector<std::uint64_t> said(choices_);
    for (std::uint64_t v = 0; v < choices_; ++v) said[v] = static_cast<std::uint64_t>(sums[0] + sums[v + 1]) / 2;
    return said;
}

}  // namespace tacit::dp
