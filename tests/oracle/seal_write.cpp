#include <algorithm>
#include <cmath>
#include <utility>

#include "base/fail.hpp"
#include "ckks/secret_key_rows.hpp"
#include "math/kernels.hpp"
#include "oracle/seal_format.hpp"
#include "oracle/seal_framing.hpp"
#include "ring/samplers.hpp"
#include "tacit/base/aligned.hpp"
#include "tacit/base/bytes.hpp"

namespace tacit::oracle {

using ckks::Context;
using ckks::Parameters;
using ring::EvaluationPoly;

namespace {

/// The bytes behind a header.
Bytes framed(ByteWriter&& body) {
    ByteWriter out;
    out.u16(magic);
    out.u8(header_size);
    out.u8(4);
    out.u8(1);
    out.u8(0);
    out.u16(0);
    out.u64(header_size + body.size());
    out.bytes(std::move(body).take());
    return std::move(out).take();
}

void check_shape(const Parameters& parameters) {
    if (parameters.digit_limbs() != 1 || parameters.special_primes().size() != 1) {
        fail(ErrorCode::invalid_argument, "SEAL has one special prime and digits of one prime; these parameters: {}",
             parameters.summary());
    }
}

void put_modulus(ByteWriter& out, std::uint64_t value) {
    ByteWriter body;
    body.u64(value);
    out.bytes(framed(std::move(body)));
}

void put_row(ByteWriter& out, const double* row, std::size_t n, const math::Modulus& p) {
    for (std::size_t k = 0; k < n; ++k) out.u64(p.canonical(row[k]));
}

/// A DynArray of polynomials, row i of each modulo primes[i].
void put_polys(ByteWriter& out, const Context& context, const std::vector<std::size_t>& primes,
               const std::vector<const EvaluationPoly*>& polys) {
    const std::size_t n = context.dimension();
    ByteWriter body;
    body.reserve(8 + polys.size() * primes.size() * n * 8);
    body.u64(polys.size() * primes.size() * n);
    for (const EvaluationPoly* poly : polys) {
        for (std::size_t i = 0; i < primes.size(); ++i) {
            put_row(body, poly->limb(i), n, context.ring().modulus(primes[i]));
        }
    }
    out.bytes(framed(std::move(body)));
}

Bytes write_plain(const Context& context, const std::vector<std::size_t>& primes, const EvaluationPoly& poly,
                  double scale) {
    ByteWriter body;
    body.bytes(parms_id(context, primes));
    body.u64(primes.size() * context.dimension());
    body.f64(scale);
    put_polys(body, context, primes, {&poly});
    return framed(std::move(body));
}

Bytes write_cipher(const Context& context, const std::vector<std::size_t>& primes,
                   const std::vector<const EvaluationPoly*>& polys, double scale) {
    ByteWriter body;
    body.bytes(parms_id(context, primes));
    body.u8(1);
    body.u64(polys.size());
    body.u64(context.dimension());
    body.u64(primes.size());
    body.f64(scale);
    body.u64(1);
    put_polys(body, context, primes, polys);
    return framed(std::move(body));
}

}  // namespace

Bytes write_parameters(const Parameters& parameters) {
    check_shape(parameters);
    const Context& context = parameters.context();
    ByteWriter body;
    body.u8(ckks_scheme);
    body.u64(context.dimension());
    body.u64(context.prime_count());
    for (std::size_t i = 0; i < context.prime_count(); ++i) put_modulus(body, context.ring().modulus(i).value());
    put_modulus(body, 0);
    return framed(std::move(body));
}

Bytes write_plaintext(const ckks::Plaintext& plaintext) {
    const Parameters& parameters = plaintext.parameters();
    return write_plain(parameters.context(), data_primes(plaintext.poly().limbs()), plaintext.poly(),
                       power_of_scale(parameters, plaintext.level(), plaintext.scale_power()));
}

Bytes write_ciphertext(const ckks::Ciphertext& ciphertext) {
    const Parameters& parameters = ciphertext.parameters();
    std::vector<const EvaluationPoly*> polys;
    for (std::size_t i = 0; i <= static_cast<std::size_t>(ciphertext.type().degree); ++i) {
        polys.push_back(&ciphertext.poly(i));
    }
    return write_cipher(parameters.context(), data_primes(ciphertext.limbs()), polys,
                        power_of_scale(parameters, ciphertext.level(), ciphertext.type().scale_power));
}

Bytes write_secret_key(const ckks::SecretKey& key) {
    const Context& context = key.parameters().context();
    const std::size_t n = context.dimension();
    const ckks::SecretKeyRows s(key);
    EvaluationPoly poly(n, context.prime_count());
    for (std::size_t i = 0; i < poly.limbs(); ++i) std::copy_n(s[i], n, poly.limb(i));
    return write_plain(context, key_primes(context), poly, 1.0);
}

Bytes write_public_key(const ckks::PublicKey& key, const ckks::SecretKey& secret) {
    check_shape(key.parameters());
    const Context& context = key.parameters().context();
    const auto& k = math::kernels();
    const std::size_t n = context.dimension();
    const std::size_t special = context.special(0);
    const ckks::SecretKeyRows s(secret);
    // The error b + a s is small: what it is modulo the first prime, it is as an integer.
    AlignedBuffer error(n);
    k.mul(error.data(), key.a().limb(0), s[0], n, context.ring().modulus(0));
    k.add(error.data(), error.data(), key.b().limb(0), n, context.ring().modulus(0));
    k.ntt_inverse(error.data(), error.data(), 1, context.ring().table(0));
    const bool is_small = std::all_of(error.data(), error.data() + n, [](double e) { return std::fabs(e) <= 21; });
    if (!is_small) fail(ErrorCode::invalid_argument, "the public key does not belong to the secret key");

    EvaluationPoly b(n, context.prime_count());
    EvaluationPoly a(n, context.prime_count());
    for (std::size_t i = 0; i < special; ++i) {
        std::copy_n(key.b().limb(i), n, b.limb(i));
        std::copy_n(key.a().limb(i), n, a.limb(i));
    }
    const math::Modulus& p = context.ring().modulus(special);
    Rng rng(key.seed(), context.prime_count());
    ring::sample_uniform(a.limb(special), n, p, rng);
    k.ntt_forward(error.data(), context.ring().table(special));
    k.mul(b.limb(special), a.limb(special), s[special], n, p);
    k.sub(b.limb(special), error.data(), b.limb(special), n, p);
    return write_cipher(context, key_primes(context), {&b, &a}, 1.0);
}

namespace {

/// The digits of one entry; an index applies an automorphism to them.
void put_key(ByteWriter& out, const ckks::KeySwitchKey& key, const std::vector<std::uint32_t>* index) {
    const Context& context = key.parameters().context();
    out.u64(key.digits());
    for (std::size_t digit = 0; digit < key.digits(); ++digit) {
        const EvaluationPoly b = index ? permuted(key.b(digit), *index) : key.b(digit).clone();
        const EvaluationPoly a = index ? permuted(key.a(digit), *index) : key.a(digit).clone();
        out.bytes(write_cipher(context, key_primes(context), {&b, &a}, 1.0));
    }
}

}  // namespace

Bytes write_relinearization_key(const ckks::RelinearizationKey& key) {
    const Parameters& parameters = key.key().parameters();
    check_shape(parameters);
    ByteWriter body;
    body.bytes(parms_id(parameters.context(), key_primes(parameters.context())));
    body.u64(1);
    put_key(body, key.key(), nullptr);
    return framed(std::move(body));
}

Bytes write_galois_keys(const Parameters& parameters, const std::map<std::uint64_t, ckks::GaloisKey>& keys) {
    check_shape(parameters);
    const Context& context = parameters.context();
    ByteWriter body;
    body.bytes(parms_id(context, key_primes(context)));
    body.u64(context.dimension());
    for (std::uint64_t entry = 0; entry < context.dimension(); ++entry) {
        const auto found = keys.find(2 * entry + 1);
        if (found == keys.end()) {
            body.u64(0);
        } else {
            put_key(body, found->second.key(), &found->second.index());
        }
    }
    return framed(std::move(body));
}

}  // namespace tacit::oracle
