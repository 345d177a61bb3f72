#include "tacit/ckks/encryptor.hpp"

#include <algorithm>

#include "base/fail.hpp"
#include "ckks/context.hpp"
#include "ckks/expand.hpp"
#include "ckks/rows.hpp"
#include "ckks/secret_key_rows.hpp"
#include "math/kernels.hpp"
#include "ring/samplers.hpp"
#include "tacit/base/parallel.hpp"

namespace tacit::ckks {

Encryptor::Encryptor(const PublicKey& key) : parameters_(key.parameters()), encoder_(parameters_), public_key_(&key) {}
Encryptor::Encryptor(const SecretKey& key) : parameters_(key.parameters()), encoder_(parameters_), secret_key_(&key) {}

Ciphertext Encryptor::encrypt(std::span<const double> values) const { return encrypt(values, parameters_.depth()); }

Ciphertext Encryptor::encrypt(std::span<const double> values, int level) const {
    return encrypt(encoder_.encode(values, level));
}

Ciphertext Encryptor::encrypt(std::span<const std::complex<double>> values, int level) const {
    return encrypt(encoder_.encode(values, level));
}

Ciphertext Encryptor::encrypt(const Plaintext& plaintext) const {
    Rng rng = Rng::from_system();
    return encrypt(plaintext, rng);
}

Ciphertext Encryptor::encrypt(const Plaintext& plaintext, Rng& rng) const {
    if (!(plaintext.parameters() == parameters_)) {
        fail(ErrorCode::parameter_mismatch,
             "encrypt: the plaintext and the key have different parameters; encode with this key's encoder");
    }
    if (plaintext.poly().limbs() != parameters_.limbs(plaintext.level())) {
        fail(ErrorCode::invalid_argument,
             "encrypt: the plaintext has {} of the {} primes of level {}, it comes from decryption; decode it and "
             "encode it again",
             plaintext.poly().limbs(), parameters_.limbs(plaintext.level()), plaintext.level());
    }
    return secret_key_ != nullptr ? encrypt_symmetric(plaintext, rng) : encrypt_public(plaintext, rng);
}

Ciphertext Encryptor::encrypt_symmetric(const Plaintext& plaintext, Rng& rng) const {
    const Context& context = parameters_.context();
    const std::size_t n = context.dimension();
    const std::size_t limbs = plaintext.poly().limbs();
    const auto& k = math::kernels();
    const SecretKeyRows s(*secret_key_);
    const Seed seed = rng.new_seed();
    SecretRow error(n);
    ring::sample_error(error.data(), n, rng);
    std::vector<ring::EvaluationPoly> c;
    c.emplace_back(n, limbs);
    c.push_back(expand_uniform(context, seed, 0, limbs));
    parallel_for(0, limbs, [&](std::size_t i) {
        const math::Modulus& p = context.ring().modulus(i);
        double* out = c[0].limb(i);
        SecretRow row(n);
        std::copy_n(error.data(), n, out);
        k.ntt_forward(out, context.ring().table(i));
        k.add(out, out, plaintext.poly().limb(i), n, p);
        k.mul(row.data(), c[1].limb(i), s[i], n, p);
        k.sub(out, out, row.data(), n, p);
    });
    Ciphertext ciphertext(parameters_, std::move(c), plaintext.level(), plaintext.scale_power());
    ciphertext.set_seed(seed);
    return ciphertext;
}

Ciphertext Encryptor::encrypt_public(const Plaintext& plaintext, Rng& rng) const {
    const Context& context = parameters_.context();
    const std::size_t n = context.dimension();
    const std::size_t limbs = plaintext.poly().limbs();
    const auto& k = math::kernels();
    SecretRow mask(n);
    SecretRow error0(n);
    SecretRow error1(n);
    ring::sample_ternary(mask.data(), n, rng);
    ring::sample_error(error0.data(), n, rng);
    ring::sample_error(error1.data(), n, rng);
    std::vector<ring::EvaluationPoly> c;
    c.emplace_back(n, limbs);
    c.emplace_back(n, limbs);
    parallel_for(0, limbs, [&](std::size_t i) {
        const math::Modulus& p = context.ring().modulus(i);
        const math::NttTable& table = context.ring().table(i);
        SecretRow v(n);
        std::copy_n(mask.data(), n, v.data());
        k.ntt_forward(v.data(), table);
        std::copy_n(error0.data(), n, c[0].limb(i));
        k.ntt_forward(c[0].limb(i), table);
        k.add(c[0].limb(i), c[0].limb(i), plaintext.poly().limb(i), n, p);
        k.mul_add(c[0].limb(i), v.data(), public_key_->b().limb(i), n, p);
        std::copy_n(error1.data(), n, c[1].limb(i));
        k.ntt_forward(c[1].limb(i), table);
        k.mul_add(c[1].limb(i), v.data(), public_key_->a().limb(i), n, p);
    });
    return {parameters_, std::move(c), plaintext.level(), plaintext.scale_power()};
}

}  // namespace tacit::ckks
