#include "tacit/ckks/decryptor.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/fail.hpp"
#include "ckks/coefficients.hpp"
#include "ckks/context.hpp"
#include "ckks/rows.hpp"
#include "ckks/secret_key_rows.hpp"
#include "math/kernels.hpp"
#include "tacit/base/parallel.hpp"

namespace tacit::ckks {

namespace {

/// Primes that hold any admissible message of this type: those of one level more than its scale needs.
std::size_t message_limbs(const Context& context, const CiphertextType& type) {
    return std::min(context.limbs(type.level), context.limbs(std::min(type.scale_power, context.chain().depth)));
}

/// A Gaussian with the given standard deviation, rounded to an integer (Box and Muller on 53-bit uniforms).
double sample_gaussian(double standard_deviation, Rng& rng) {
    const double u = (static_cast<double>(rng.next() >> 11) + 1) * 0x1p-53;
    const double v = static_cast<double>(rng.next() >> 11) * 0x1p-53;
    return std::nearbyint(standard_deviation * std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v));
}

}  // namespace

Decryptor::Decryptor(const SecretKey& key) : key_(&key), encoder_(key.parameters()) {}

Plaintext Decryptor::decrypt_to_plaintext(const Ciphertext& ciphertext) const {
    const Parameters& parameters = key_->parameters();
    if (!(ciphertext.parameters() == parameters)) {
        fail(ErrorCode::parameter_mismatch,
             "decrypt: the ciphertext and the key have different parameters; use the key it was made for");
    }
    const Context& context = parameters.context();
    const std::size_t n = context.dimension();
    const std::size_t limbs = message_limbs(context, ciphertext.type());
    const auto& k = math::kernels();
    const SecretKeyRows s(*key_);
    ring::EvaluationPoly message(n, limbs);
    parallel_for(0, limbs, [&](std::size_t i) {
        const math::Modulus& p = context.ring().modulus(i);
        // Horner's rule in s.
        double* out = message.limb(i);
        const auto degree = static_cast<std::size_t>(ciphertext.type().degree);
        std::copy_n(ciphertext.poly(degree).limb(i), n, out);
        for (std::size_t d = degree; d-- > 0;) {
            k.mul(out, out, s[i], n, p);
            k.add(out, out, ciphertext.poly(d).limb(i), n, p);
        }
    });
    return {parameters, std::move(message), ciphertext.level(), ciphertext.type().scale_power};
}

std::vector<double> Decryptor::decrypt(const Ciphertext& ciphertext, std::size_t count) const {
    return encoder_.decode_real(decrypt_to_plaintext(ciphertext), count);
}

std::vector<std::complex<double>> Decryptor::decrypt_complex(const Ciphertext& ciphertext, std::size_t count) const {
    return encoder_.decode(decrypt_to_plaintext(ciphertext), count);
}

std::vector<double> Decryptor::publish(const Ciphertext& ciphertext, const PublicationPolicy& policy,
                                       std::size_t count) const {
    if (!(policy.error_standard_deviation > 0) || !std::isfinite(policy.error_standard_deviation) ||
        policy.publications == 0 || policy.statistical_bits < 1 || policy.statistical_bits > 128) {
        fail(ErrorCode::invalid_argument,
             "publish: error bound {}, {} publications, {} statistical bits; the bound must be positive and finite, "
             "the count "
             "at least 1, the bits 1 to 128",
             policy.error_standard_deviation, policy.publications, policy.statistical_bits);
    }
    const Context& context = key_->parameters().context();
    const Plaintext message = decrypt_to_plaintext(ciphertext);
    const double sigma = std::sqrt(12 * static_cast<double>(policy.publications)) *
                         std::exp2(policy.statistical_bits / 2.0) * policy.error_standard_deviation;
    // Above 2^50 a double no longer tells neighbouring integers apart everywhere: the noise would have gaps.
    if (sigma > 0x1p50) {
        fail(ErrorCode::invalid_argument,
             "publish: hiding an error of {:.3g} takes noise of 2^{:.1f}, above 2^50; rescale the ciphertext first or "
             "lower the bounds",
             policy.error_standard_deviation, std::log2(sigma));
    }
    Rng rng = Rng::from_system();
    const std::size_t n = context.dimension() / 2;
    AlignedBuffer re(n);
    AlignedBuffer im(n);
    for (std::size_t k = 0; k < n; ++k) {
        re.data()[k] = sample_gaussian(sigma, rng);
        im.data()[k] = sample_gaussian(sigma, rng);
    }
    ring::EvaluationPoly flooded =
        scaled_coefficients_to_rns(context, re.data(), im.data(), n, 1.0, message.poly().limbs());
    for (std::size_t i = 0; i < flooded.limbs(); ++i) {
        math::kernels().add(flooded.limb(i), flooded.limb(i), message.poly().limb(i), context.dimension(),
                            context.ring().modulus(i));
    }
    return encoder_.decode_real({key_->parameters(), std::move(flooded), message.level(), message.scale_power()},
                                count);
}

}  // namespace tacit::ckks
