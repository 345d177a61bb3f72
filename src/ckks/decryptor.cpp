#include "tacit/ckks/decryptor.hpp"

#include <algorithm>

#include "base/fail.hpp"
#include "ckks/context.hpp"
#include "ckks/flooding.hpp"
#include "ckks/secret_key_rows.hpp"
#include "math/kernels.hpp"
#include "tacit/base/parallel.hpp"

namespace tacit::ckks {

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
    const double sigma =
        flooding_deviation("publish", policy.error_standard_deviation, policy.publications, policy.statistical_bits);
    const Context& context = key_->parameters().context();
    const Plaintext message = decrypt_to_plaintext(ciphertext);
    Rng rng = Rng::from_system();
    ring::EvaluationPoly flooded = flooding_noise(context, sigma, message.poly().limbs(), rng);
    for (std::size_t i = 0; i < flooded.limbs(); ++i) {
        math::kernels().add(flooded.limb(i), flooded.limb(i), message.poly().limb(i), context.dimension(),
                            context.ring().modulus(i));
    }
    return encoder_.decode_real({key_->parameters(), std::move(flooded), message.level(), message.scale_power()},
                                count);
}

}  // namespace tacit::ckks
