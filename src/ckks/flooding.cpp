#include "ckks/flooding.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/fail.hpp"
#include "ckks/coefficients.hpp"
#include "ckks/rows.hpp"

namespace tacit::ckks {

namespace {

/// A Gaussian with the given standard deviation, rounded to an integer (Box and Muller on 53-bit uniforms).
double sample_gaussian(double standard_deviation, Rng& rng) {
    const double u = (static_cast<double>(rng.next() >> 11) + 1) * 0x1p-53;
    const double v = static_cast<double>(rng.next() >> 11) * 0x1p-53;
    return std::nearbyint(standard_deviation * std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v));
}

}  // namespace

std::size_t message_limbs(const Context& context, const CiphertextType& type) {
    return std::min(context.limbs(type.level), context.limbs(std::min(type.scale_power, context.chain().depth)));
}

double flooding_deviation(const char* operation, double error, std::uint64_t publications, int statistical_bits) {
    if (!(error > 0) || !std::isfinite(error) || publications == 0 || statistical_bits < 1 || statistical_bits > 128) {
        fail(ErrorCode::invalid_argument,
             "{}: error bound {}, {} publications, {} statistical bits; the bound must be positive and finite, the "
             "count at least 1, the bits 1 to 128",
             operation, error, publications, statistical_bits);
    }
    const double sigma = std::sqrt(12 * static_cast<double>(publications)) * std::exp2(statistical_bits / 2.0) * error;
    // Above 2^50 a double no longer tells neighbouring integers apart everywhere: the noise would have gaps.
    if (sigma > 0x1p50) {
        fail(ErrorCode::invalid_argument,
             "{}: hiding an error of {:.3g} takes noise of 2^{:.1f}, above 2^50; rescale the ciphertext first or lower "
             "the bounds",
             operation, error, std::log2(sigma));
    }
    return sigma;
}

ring::EvaluationPoly flooding_noise(const Context& context, double standard_deviation, std::size_t limbs, Rng& rng) {
    const std::size_t n = context.dimension() / 2;
    SecretRow re(n);
    SecretRow im(n);
    for (std::size_t k = 0; k < n; ++k) {
        re.data()[k] = sample_gaussian(standard_deviation, rng);
        im.data()[k] = sample_gaussian(standard_deviation, rng);
    }
    return scaled_coefficients_to_rns(context, re.data(), im.data(), n, 1.0, limbs);
}

}  // namespace tacit::ckks
