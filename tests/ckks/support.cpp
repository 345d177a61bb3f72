#include "ckks/support.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "ckks/coefficients.hpp"
#include "ckks/expand.hpp"
#include "ckks/secret_key_rows.hpp"
#include "math/kernels.hpp"
#include "ring/automorphism.hpp"

namespace tacit::ckks {

namespace {

double uniform_double(Rng& rng) { return static_cast<double>(rng.next() >> 11) * 0x1p-53; }

template <class Values>
double largest_difference(const Values& a, const Values& b) {
    if (a.size() != b.size()) return std::numeric_limits<double>::infinity();
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double d = std::abs(a[i] - b[i]);
        if (!(d <= largest)) largest = d;  // lets NaN through
    }
    return largest;
}

}  // namespace

Seed fixed_seed(unsigned number) {
    Seed seed{};
    for (std::size_t i = 0; i < 4; ++i) seed[i] = static_cast<std::byte>(number >> (8 * i) & 0xff);
    seed[31] = std::byte{1};
    return seed;
}

namespace {

SecretKey make_secret(const Parameters& parameters, Rng& rng) { return SecretKey::generate(parameters, rng); }

}  // namespace

Keyring::Keyring(const Parameters& of, const KeyRequest& request, Rng&& rng)
    : parameters(of),
      secret(make_secret(of, rng)),
      public_key(PublicKey::generate(secret, rng)),
      evaluation_keys(EvaluationKeys::generate(secret, request, rng)) {}

std::vector<double> uniform_values(std::size_t n, Rng& rng, double low, double high) {
    std::vector<double> values(n);
    for (double& x : values) x = low + (high - low) * uniform_double(rng);
    return values;
}

Complexes uniform_complexes(std::size_t n, Rng& rng, double bound) {
    const auto re = uniform_values(n, rng, -bound, bound);
    const auto im = uniform_values(n, rng, -bound, bound);
    Complexes values(n);
    for (std::size_t i = 0; i < n; ++i) values[i] = {re[i], im[i]};
    return values;
}

Complexes to_complex(const std::vector<double>& values) { return {values.begin(), values.end()}; }

double distance(const std::vector<double>& a, const std::vector<double>& b) { return largest_difference(a, b); }
double distance(const Complexes& a, const Complexes& b) { return largest_difference(a, b); }

Ciphertext random_ciphertext(const Parameters& parameters, const CiphertextType& type, Rng& rng) {
    const Context& context = parameters.context();
    std::vector<ring::EvaluationPoly> polys;
    for (int i = 0; i <= type.degree; ++i)
        polys.push_back(expand_uniform(context, rng.new_seed(), 0, parameters.limbs(type.level)));
    return {parameters, std::move(polys), type.level, type.scale_power};
}

ring::EvaluationPoly phase(const SecretKey& secret, const Ciphertext& ciphertext) {
    const Context& context = ciphertext.parameters().context();
    const SecretKeyRows s(secret);
    const std::size_t n = context.dimension();
    ring::EvaluationPoly out = ring::EvaluationPoly::zero(n, ciphertext.limbs());
    AlignedBuffer power(n);
    AlignedBuffer term(n);
    for (std::size_t i = 0; i < out.limbs(); ++i) {
        const math::Modulus& p = context.ring().modulus(i);
        std::fill_n(power.data(), n, 1.0);
        for (std::size_t d = 0; d <= static_cast<std::size_t>(ciphertext.type().degree); ++d) {
            math::kernels().mul(term.data(), ciphertext.poly(d).limb(i), power.data(), n, p);
            math::kernels().add(out.limb(i), out.limb(i), term.data(), n, p);
            math::kernels().mul(power.data(), power.data(), s[i], n, p);
        }
    }
    return out;
}

ring::EvaluationPoly scaled_difference(const Context& context, long double factor, const ring::EvaluationPoly& a,
                                       const ring::EvaluationPoly& b) {
    const std::size_t n = context.dimension();
    ring::EvaluationPoly out(n, std::min(a.limbs(), b.limbs()));
    for (std::size_t i = 0; i < out.limbs(); ++i) {
        const math::Modulus& p = context.ring().modulus(i);
        math::kernels().mul_scalar(out.limb(i), a.limb(i), balanced_residue(factor, p), n, p);
        math::kernels().sub(out.limb(i), out.limb(i), b.limb(i), n, p);
    }
    return out;
}

ring::EvaluationPoly ring_product(const Context& context, const ring::EvaluationPoly& a,
                                  const ring::EvaluationPoly& b) {
    ring::EvaluationPoly out(context.dimension(), a.limbs());
    for (std::size_t i = 0; i < out.limbs(); ++i) {
        math::kernels().mul(out.limb(i), a.limb(i), b.limb(i), context.dimension(), context.ring().modulus(i));
    }
    return out;
}

ring::EvaluationPoly permuted(const Context& context, const ring::EvaluationPoly& a, std::uint64_t element) {
    const auto index = ring::automorphism_index(element, context.chain().log_ring_dimension);
    ring::EvaluationPoly out(context.dimension(), a.limbs());
    for (std::size_t i = 0; i < out.limbs(); ++i) {
        for (std::size_t k = 0; k < index.size(); ++k) out.limb(i)[k] = a.limb(i)[index[k]];
    }
    return out;
}

bool congruent(const Context& context, const ring::EvaluationPoly& a, const ring::EvaluationPoly& b) {
    if (a.limbs() != b.limbs()) return false;
    for (std::size_t i = 0; i < a.limbs(); ++i) {
        const math::Modulus& p = context.ring().modulus(i);
        for (std::size_t k = 0; k < context.dimension(); ++k) {
            if (p.canonical(a.limb(i)[k]) != p.canonical(b.limb(i)[k])) return false;
        }
    }
    return true;
}

std::vector<double> coefficients(const Context& context, const ring::EvaluationPoly& poly, std::size_t limbs) {
    ring::EvaluationPoly first = poly.clone();
    first.truncate(std::min(limbs, poly.limbs()));
    std::vector<double> out(context.dimension());
    rns_to_scaled_coefficients(context, first, 1.0, out.data(), out.data() + out.size() / 2);
    return out;
}

}  // namespace tacit::ckks
