#include <algorithm>
#include <cmath>
#include <utility>

#include "base/fail.hpp"
#include "math/kernels.hpp"
#include "oracle/seal_format.hpp"
#include "oracle/seal_framing.hpp"
#include "ring/automorphism.hpp"
#include "tacit/base/bytes.hpp"

namespace tacit::oracle {

using ckks::Context;
using ckks::Parameters;
using ring::EvaluationPoly;

namespace {

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
