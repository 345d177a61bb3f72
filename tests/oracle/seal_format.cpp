#include "oracle/seal_format.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/fail.hpp"
#include "ckks/context.hpp"
#include "ckks/secret_key_rows.hpp"
#include "math/kernels.hpp"
#include "ring/automorphism.hpp"
#include "ring/samplers.hpp"
#include "tacit/base/aligned.hpp"
#include "tacit/base/bytes.hpp"
#include "tacit/base/hash.hpp"

namespace tacit::oracle {

using ckks::Context;
using ckks::Parameters;
using ring::EvaluationPoly;

namespace {

constexpr std::uint16_t magic = 0xA15E;
constexpr std::uint8_t header_size = 16;
constexpr std::uint8_t ckks_scheme = 2;

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

void require(bool holds, const char* what) {
    if (!holds) fail(ErrorCode::malformed_input, "bytes from SEAL: {}", what);
}

/// What a header announces.
ByteReader unframed(ByteReader& in) {
    require(in.u16() == magic && in.u8() == header_size, "no header");
    require(in.u8() == 4, "not of version 4");
    static_cast<void>(in.u8());
    require(in.u8() == 0 && in.u16() == 0, "compressed");
    const std::uint64_t size = in.u64();
    require(size >= header_size, "impossible length");
    return ByteReader(in.bytes(size - header_size));
}

/// The primes of a level and those of keys.
std::vector<std::size_t> data_primes(std::size_t limbs) {
    std::vector<std::size_t> primes(limbs);
    for (std::size_t i = 0; i < limbs; ++i) primes[i] = i;
    return primes;
}
std::vector<std::size_t> key_primes(const Context& context) { return data_primes(context.prime_count()); }

void check_shape(const Parameters& parameters) {
    if (parameters.digit_limbs() != 1 || parameters.special_primes().size() != 1) {
        fail(ErrorCode::invalid_argument, "SEAL has one special prime and digits of one prime; these parameters: {}",
             parameters.summary());
    }
}

Digest parms_id(const Context& context, const std::vector<std::size_t>& primes) {
    Hasher hasher;
    hasher.update(std::uint64_t{ckks_scheme});
    hasher.update(std::uint64_t{context.dimension()});
    for (const std::size_t prime : primes) hasher.update(context.ring().modulus(prime).value());
    hasher.update(std::uint64_t{0});
    return hasher.finish();
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

double power_of_scale(const Parameters& parameters, int level, int scale_power) {
    const long double scale = parameters.exact_scale(level);
    return static_cast<double>(scale_power == 1 ? scale : scale * scale);
}

/// phi_g or its inverse in the evaluation domain, on every row.
EvaluationPoly permuted(const EvaluationPoly& poly, const std::vector<std::uint32_t>& index) {
    EvaluationPoly out(poly.dimension(), poly.limbs());
    for (std::size_t i = 0; i < poly.limbs(); ++i) {
        for (std::size_t k = 0; k < index.size(); ++k) out.limb(i)[k] = poly.limb(i)[index[k]];
    }
    return out;
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

namespace {

std::vector<EvaluationPoly> get_polys(ByteReader& in, const Context& context, const std::vector<std::size_t>& primes,
                                      std::size_t count) {
    const std::size_t n = context.dimension();
    ByteReader body = unframed(in);
    require(body.u64() == count * primes.size() * n, "another number of residues than announced");
    std::vector<EvaluationPoly> polys;
    for (std::size_t j = 0; j < count; ++j) {
        polys.emplace_back(n, primes.size());
        for (std::size_t i = 0; i < primes.size(); ++i) {
            const math::Modulus& p = context.ring().modulus(primes[i]);
            for (std::size_t k = 0; k < n; ++k) {
                const std::uint64_t residue = body.u64();
                require(residue < p.value(), "a residue is not below its prime");
                polys.back().limb(i)[k] = p.balanced(residue);
            }
        }
    }
    body.expect_end();
    return polys;
}

EvaluationPoly get_plain(std::span<const std::byte> bytes, const Context& context,
                         const std::vector<std::size_t>& primes) {
    ByteReader in(bytes);
    ByteReader body = unframed(in);
    require(std::ranges::equal(body.bytes(32), parms_id(context, primes)), "made under other primes");
    require(body.u64() == primes.size() * context.dimension(), "another ring dimension");
    static_cast<void>(body.f64());
    return std::move(get_polys(body, context, primes, 1).front());
}

struct Cipher {
    std::vector<EvaluationPoly> polys;
    double scale = 0;
};

Cipher get_cipher(ByteReader& in, const Context& context) {
    ByteReader body = unframed(in);
    const std::span<const std::byte> id = body.bytes(32);
    require(body.u8() == 1, "not in the evaluation domain");
    const std::uint64_t size = body.u64();
    require(size == 2 || size == 3, "not of degree 1 or 2");
    require(body.u64() == context.dimension(), "another ring dimension");
    const std::uint64_t limbs = body.u64();
    require(limbs > 0 && limbs <= context.prime_count(), "an impossible number of primes");
    const auto primes = data_primes(limbs);
    require(std::ranges::equal(id, parms_id(context, primes)), "made under other primes");
    const double scale = body.f64();
    require(body.u64() == 1, "a correction factor");
    return {get_polys(body, context, primes, size), scale};
}

/// A key (b, a) with rows for all primes.
std::pair<EvaluationPoly, EvaluationPoly> get_public_key(ByteReader& in, const Context& context) {
    Cipher key = get_cipher(in, context);
    require(key.polys.size() == 2 && key.polys[0].limbs() == context.prime_count(), "not a key");
    return {std::move(key.polys[0]), std::move(key.polys[1])};
}

/// Both halves as stated. The constructors expand a from a seed; what they made is replaced here, and neither key
/// was declared const.
void replace(const EvaluationPoly& place, EvaluationPoly&& value) {
    const_cast<EvaluationPoly&>(place) = std::move(value);  // NOLINT(cppcoreguidelines-pro-type-const-cast)
}

/// The digits of an entry, permuted by an index if there is one.
ckks::KeySwitchKey get_key(ByteReader& in, const Parameters& parameters, std::uint64_t digits,
                           const std::vector<std::uint32_t>* index) {
    require(digits == parameters.primes().size(), "a key with another number of digits than primes");
    std::vector<EvaluationPoly> b;
    std::vector<EvaluationPoly> a;
    for (std::uint64_t digit = 0; digit < digits; ++digit) {
        auto pair = get_public_key(in, parameters.context());
        b.push_back(index ? permuted(pair.first, *index) : std::move(pair.first));
        a.push_back(index ? permuted(pair.second, *index) : std::move(pair.second));
    }
    ckks::KeySwitchKey key(parameters, Seed{}, std::move(b));
    for (std::size_t digit = 0; digit < a.size(); ++digit) replace(key.a(digit), std::move(a[digit]));
    return key;
}

/// Past the head of a set of keys.
ByteReader key_set(std::span<const std::byte> bytes, const Context& context, std::uint64_t entries) {
    ByteReader in(bytes);
    ByteReader body = unframed(in);
    in.expect_end();
    require(std::ranges::equal(body.bytes(32), parms_id(context, key_primes(context))), "made under other primes");
    require(body.u64() == entries, "another number of keys");
    return body;
}

}  // namespace

ckks::Ciphertext read_ciphertext(const Parameters& parameters, std::span<const std::byte> bytes) {
    ByteReader in(bytes);
    Cipher cipher = get_cipher(in, parameters.context());
    in.expect_end();
    for (int level = 0; level <= parameters.depth(); ++level) {
        if (parameters.limbs(level) != cipher.polys[0].limbs()) continue;
        for (const int scale_power : {1, 2}) {
            const double expected = power_of_scale(parameters, level, scale_power);
            if (std::fabs(cipher.scale - expected) > 1e-12 * expected) continue;
            return {parameters, std::move(cipher.polys), level, scale_power};
        }
        fail(ErrorCode::malformed_input, "bytes from SEAL: the scale {} is not that of level {}, {}", cipher.scale,
             level, parameters.scale(level));
    }
    fail(ErrorCode::malformed_input, "bytes from SEAL: {} primes belong to no level", cipher.polys[0].limbs());
}

ckks::SecretKey read_secret_key(const Parameters& parameters, std::span<const std::byte> bytes) {
    const Context& context = parameters.context();
    const std::size_t n = context.dimension();
    EvaluationPoly poly = get_plain(bytes, context, key_primes(context));
    SecretBuffer residues(n * poly.limbs());
    for (std::size_t i = 0; i < poly.limbs(); ++i) std::copy_n(poly.limb(i), n, residues.data() + i * n);
    return ckks::SecretKey::from_residues(parameters, std::move(residues), ckks::insecure_secret_key_access());
}

ckks::PublicKey read_public_key(const Parameters& parameters, std::span<const std::byte> bytes) {
    ByteReader in(bytes);
    auto [b, a] = get_public_key(in, parameters.context());
    in.expect_end();
    b.truncate(parameters.primes().size());
    a.truncate(parameters.primes().size());
    ckks::PublicKey key(parameters, Seed{}, std::move(b));
    replace(key.a(), std::move(a));
    return key;
}

ckks::RelinearizationKey read_relinearization_key(const Parameters& parameters, std::span<const std::byte> bytes) {
    ByteReader body = key_set(bytes, parameters.context(), 1);
    const std::uint64_t digits = body.u64();
    ckks::RelinearizationKey key(get_key(body, parameters, digits, nullptr));
    body.expect_end();
    return key;
}

std::vector<ckks::GaloisKey> read_galois_keys(const Parameters& parameters, std::span<const std::byte> bytes) {
    const int log_n = parameters.log_ring_dimension();
    ByteReader body = key_set(bytes, parameters.context(), parameters.ring_dimension());
    std::vector<ckks::GaloisKey> keys;
    for (std::uint64_t entry = 0; entry < parameters.ring_dimension(); ++entry) {
        const std::uint64_t digits = body.u64();
        if (digits == 0) continue;
        const std::uint64_t element = 2 * entry + 1;
        const auto index = ring::automorphism_index(ring::inverse_element(element, log_n), log_n);
        keys.emplace_back(element, get_key(body, parameters, digits, &index));
    }
    body.expect_end();
    return keys;
}

}  // namespace tacit::oracle
