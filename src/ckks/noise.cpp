#include "tacit/ckks/noise.hpp"

#include <algorithm>
#include <cmath>

#include "ring/samplers.hpp"

namespace tacit::ckks::noise {

namespace {

constexpr double sigma = ring::error_standard_deviation;

double dimension(const Parameters& parameters) noexcept { return static_cast<double>(parameters.ring_dimension()); }

/// Primes q of one level.
double log2_level(const Parameters& parameters, int level) {
    double bits = 0;
    for (std::size_t i = level == 0 ? 0 : parameters.limbs(level - 1); i < parameters.limbs(level); ++i) {
        bits += std::log2(static_cast<double>(parameters.primes()[i]));
    }
    return bits;
}

/// sum_j d_j e_j / P, the part of a key switch that depends on the choice of digits, for errors e_j of variance 1.
double digits_part(const Parameters& parameters, int level) {
    const std::size_t limbs = parameters.limbs(level);
    double log2_special = 0;
    for (const auto p : parameters.special_primes()) log2_special += std::log2(static_cast<double>(p));
    double variance = 0;
    for (std::size_t begin = 0; begin < limbs; begin += parameters.digit_limbs()) {
        const std::size_t end = std::min(begin + parameters.digit_limbs(), limbs);
        double log2_ratio = -log2_special;  // D_j / P
        for (std::size_t i = begin; i < end; ++i) log2_ratio += std::log2(static_cast<double>(parameters.primes()[i]));
        variance += static_cast<double>(end - begin) * std::exp2(2 * log2_ratio) / 12;
    }
    return std::sqrt(dimension(parameters) * variance);
}

/// Standard deviation of the errors of a relinearisation key.
double relinearization_key_error(const Parameters& parameters, int parties) {
    if (parties == 1) return sigma;
    return sigma * std::sqrt(parties * (4 * dimension(parameters) * parties / 3 + 3));
}

}  // namespace

double budget_bits(const Parameters& parameters, int level, int scale_power) {
    double bits = 0;
    for (int l = 0; l <= level; ++l) bits += log2_level(parameters, l);
    return bits - scale_power * std::log2(parameters.scale(level));
}

double together(double a, double b) noexcept { return std::hypot(a, b); }

double encoding() noexcept { return std::sqrt(1.0 / 12); }

double fresh_symmetric(const Parameters&) noexcept { return sigma; }

double fresh_public(const Parameters& parameters, int parties) noexcept {
    return sigma * std::sqrt(4 * dimension(parameters) * parties / 3 + 1);
}

double rescaling(const Parameters& parameters, int degree, int parties) noexcept {
    const double n = dimension(parameters) * parties;
    const double square = degree == 2 ? 8 * n * n / 9 : 0;
    return std::sqrt((1 + 2 * n / 3 + square) / 12);
}

double key_switching(const Parameters& parameters, int level, int parties) {
    return together(sigma * std::sqrt(parties) * digits_part(parameters, level), rescaling(parameters, 1, parties));
}

double relinearization(const Parameters& parameters, int level, int parties) {
    return together(relinearization_key_error(parameters, parties) * digits_part(parameters, level),
                    rescaling(parameters, 1, parties));
}

double fused_relinearization(const Parameters& parameters, int level, int parties) {
    const double digits = relinearization_key_error(parameters, parties) * digits_part(parameters, level);
    return together(divided(parameters, level, digits), rescaling(parameters, 1, parties));
}

double divided(const Parameters& parameters, int level, double error) {
    return error * std::exp2(-log2_level(parameters, level));
}

double dropped(const Parameters& parameters, int from, int to, double error, int degree, int parties) {
    if (from == to) return error;
    const auto ratio = static_cast<double>(parameters.exact_scale(to) / parameters.exact_scale(from));
    return together(error * ratio, rescaling(parameters, degree, parties));
}

double product(const Parameters& parameters, const Coefficients& a, const Coefficients& b) noexcept {
    const double once = together(a.message * b.error, b.message * a.error);
    return std::sqrt(dimension(parameters)) * together(once, a.error * b.error);
}

}  // namespace tacit::ckks::noise
