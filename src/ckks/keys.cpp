#include "tacit/ckks/keys.hpp"

#include <algorithm>

#include "base/fail.hpp"
#include "ckks/context.hpp"
#include "ckks/expand.hpp"
#include "ckks/key_maker.hpp"
#include "ckks/rows.hpp"
#include "ckks/secret_key_rows.hpp"
#include "math/kernels.hpp"
#include "ring/automorphism.hpp"
#include "ring/samplers.hpp"
#include "tacit/base/parallel.hpp"

namespace tacit::ckks {

ring::EvaluationPoly masked_digit(const Context& context, const ring::EvaluationPoly& a, const RowWriter* source,
                                  const RowWriter& target, std::size_t digit, Rng& rng) {
    const std::size_t n = context.dimension();
    const auto& k = math::kernels();
    SecretRow error(n);
    ring::sample_error(error.data(), n, rng);
    ring::EvaluationPoly b(n, context.prime_count());
    parallel_for(0, context.prime_count(), [&](std::size_t i) {
        const math::Modulus& p = context.ring().modulus(i);
        SecretRow row(n);
        std::copy_n(error.data(), n, b.limb(i));
        k.ntt_forward(b.limb(i), context.ring().table(i));
        target(row.data(), i);
        k.mul(row.data(), row.data(), a.limb(i), n, p);
        k.sub(b.limb(i), b.limb(i), row.data(), n, p);
        const bool in_digit = i < context.chain().primes.size() && i / context.chain().digit_limbs == digit;
        if (in_digit && source != nullptr) {
            (*source)(row.data(), i);
            k.mul_scalar(row.data(), row.data(), context.special_product(i), n, p);
            k.add(b.limb(i), b.limb(i), row.data(), n, p);
        }
    });
    return b;
}

ring::EvaluationPoly expand_digit(const Context& context, const Seed& seed, std::size_t digit) {
    return expand_uniform(context, seed, digit * context.prime_count(), context.prime_count());
}

RowWriter copy_rows(const SecretKey& secret) {
    return [rows = SecretKeyRows(secret)](double* row, std::size_t prime) { std::copy_n(rows[prime], rows.n, row); };
}

KeySwitchKey KeyMaker::key_switch(const Parameters& parameters, const Seed& seed, const RowWriter& source,
                                  const RowWriter& target, Rng& rng) {
    const Context& context = parameters.context();
    KeySwitchKey key(parameters, seed);
    for (std::size_t digit = 0; digit < context.digits(context.chain().primes.size()); ++digit) {
        key.a_.push_back(expand_digit(context, seed, digit));
        key.b_.push_back(masked_digit(context, key.a_.back(), &source, target, digit, rng));
    }
    return key;
}

std::vector<ring::EvaluationPoly> KeyMaker::take_b(PublicKey&& key) {
    std::vector<ring::EvaluationPoly> b;
    b.push_back(std::move(key.b_));
    return b;
}

std::vector<ring::EvaluationPoly> KeyMaker::take_b(GaloisKey&& key) { return std::move(key.key_.b_); }

SecretKeyAccess insecure_secret_key_access() { return {}; }

SecretKey SecretKeyRows::transformed(const Parameters& parameters, const double* coefficients) {
    const Context& context = parameters.context();
    const std::size_t n = context.dimension();
    SecretBuffer residues(n * context.prime_count());
    parallel_for(0, context.prime_count(), [&](std::size_t i) {
        SecretRow row(n);  // the transform wants aligned rows
        std::copy_n(coefficients, n, row.data());
        math::kernels().ntt_forward(row.data(), context.ring().table(i));
        std::copy_n(row.data(), n, residues.data() + i * n);
    });
    return {parameters, std::move(residues)};
}

SecretKey SecretKey::generate(const Parameters& parameters, Rng& rng) {
    const std::size_t n = parameters.ring_dimension();
    SecretRow coefficients(n);
    ring::sample_ternary(coefficients.data(), n, rng);
    return SecretKeyRows::transformed(parameters, coefficients.data());
}

SecretKey SecretKey::from_residues(const Parameters& parameters, SecretBuffer residues, const SecretKeyAccess&) {
    TACIT_ASSERT(residues.size() == parameters.ring_dimension() * parameters.context().prime_count());
    return {parameters, std::move(residues)};
}

PublicKey::PublicKey(const Parameters& parameters, const Seed& seed, ring::EvaluationPoly b)
    : parameters_(parameters),
      seed_(seed),
      b_(std::move(b)),
      a_(expand_uniform(parameters.context(), seed, 0, parameters.primes().size())) {}

PublicKey PublicKey::generate(const SecretKey& secret, Rng& rng) {
    const Seed seed = rng.new_seed();
    return KeyMaker::public_key(secret, seed, rng);
}

PublicKey KeyMaker::public_key(const SecretKey& secret, const Seed& seed, Rng& rng) {
    const Context& context = secret.parameters().context();
    const std::size_t n = context.dimension();
    const std::size_t limbs = context.chain().primes.size();
    const auto& k = math::kernels();
    const SecretKeyRows s(secret);
    SecretRow error(n);
    ring::sample_error(error.data(), n, rng);
    PublicKey key(secret.parameters(), seed, ring::EvaluationPoly(n, limbs));
    parallel_for(0, limbs, [&](std::size_t i) {
        const math::Modulus& p = context.ring().modulus(i);
        double* b = key.b_.limb(i);
        SecretRow row(n);
        std::copy_n(error.data(), n, b);
        k.ntt_forward(b, context.ring().table(i));
        k.mul(row.data(), key.a_.limb(i), s[i], n, p);
        k.sub(b, b, row.data(), n, p);
    });
    return key;
}

KeySwitchKey::KeySwitchKey(const Parameters& parameters, const Seed& seed, std::vector<ring::EvaluationPoly> b)
    : parameters_(parameters), seed_(seed), b_(std::move(b)) {
    while (a_.size() < b_.size()) a_.push_back(expand_digit(parameters.context(), seed_, a_.size()));
}

std::size_t KeySwitchKey::memory_bytes() const {
    std::size_t rows = 0;
    for (const auto& poly : b_) rows += 2 * poly.limbs();
    return rows * parameters_.ring_dimension() * sizeof(double);
}

RelinearizationKey RelinearizationKey::generate(const SecretKey& secret, Rng& rng) {
    const SecretKeyRows s(secret);
    const Context& context = secret.parameters().context();
    const RowWriter square = [&](double* row, std::size_t prime) {
        math::kernels().mul(row, s[prime], s[prime], s.n, context.ring().modulus(prime));
    };
    const Seed seed = rng.new_seed();
    return RelinearizationKey(KeyMaker::key_switch(secret.parameters(), seed, square, copy_rows(secret), rng));
}

GaloisKey::GaloisKey(std::uint64_t element, KeySwitchKey key)
    : element_(element),
      key_(std::move(key)),
      index_(ring::automorphism_index(element, key_.parameters().log_ring_dimension())) {}

void check_galois_element(const char* operation, const Parameters& parameters, std::uint64_t element) {
    if (element % 2 == 0 || element >= 2 * parameters.ring_dimension()) {
        fail(ErrorCode::invalid_argument, "{}: {} is no Galois element; choose an odd number below 2N = {}", operation,
             element, 2 * parameters.ring_dimension());
    }
}

GaloisKey GaloisKey::generate(const SecretKey& secret, std::uint64_t element, Rng& rng) {
    const Seed seed = rng.new_seed();
    return KeyMaker::galois(secret, element, seed, rng);
}

GaloisKey KeyMaker::galois(const SecretKey& secret, std::uint64_t element, const Seed& seed, Rng& rng) {
    check_galois_element("Galois key", secret.parameters(), element);
    const SecretKeyRows s(secret);
    const int log_n = secret.parameters().log_ring_dimension();
    const auto index = ring::automorphism_index(ring::inverse_element(element, log_n), log_n);
    const RowWriter permuted = [&](double* row, std::size_t prime) {
        math::kernels().permute(row, s[prime], index.data(), s.n);
    };
    return {element, key_switch(secret.parameters(), seed, copy_rows(secret), permuted, rng)};
}

std::vector<std::uint64_t> galois_elements(const Parameters& parameters, const KeyRequest& request) {
    const int log_n = parameters.log_ring_dimension();
    std::vector<std::uint64_t> elements;
    for (const int steps : request.rotations) elements.push_back(ring::galois_element(steps, log_n));
    if (request.conjugation) elements.push_back(ring::conjugation_element(log_n));
    std::vector<std::uint64_t> distinct;
    for (const std::uint64_t element : elements) {
        if (element != 1 && std::ranges::find(distinct, element) == distinct.end()) distinct.push_back(element);
    }
    return distinct;
}

EvaluationKeys EvaluationKeys::generate(const SecretKey& secret, const KeyRequest& request, Rng& rng) {
    EvaluationKeys keys(secret.parameters());
    if (request.relinearization) keys.set(RelinearizationKey::generate(secret, rng));
    for (const std::uint64_t element : galois_elements(secret.parameters(), request)) {
        keys.add(GaloisKey::generate(secret, element, rng));
    }
    return keys;
}

void EvaluationKeys::set(RelinearizationKey key) {
    if (!(key.key().parameters() == parameters_)) {
        fail(ErrorCode::parameter_mismatch,
             "relinearisation key: made under other parameters; generate it again for these");
    }
    relinearization_.emplace(std::move(key));
}

void EvaluationKeys::add(GaloisKey key) {
    if (!(key.key().parameters() == parameters_)) {
        fail(ErrorCode::parameter_mismatch, "Galois key: made under other parameters; generate it again for these");
    }
    const std::uint64_t element = key.element();
    galois_.insert_or_assign(element, std::move(key));
}

const GaloisKey* EvaluationKeys::galois(std::uint64_t element) const {
    const auto found = galois_.find(element);
    return found == galois_.end() ? nullptr : &found->second;
}

std::size_t EvaluationKeys::memory_bytes() const {
    std::size_t bytes = relinearization_ ? relinearization_->key().memory_bytes() : 0;
    for (const auto& [element, key] : galois_) bytes += key.key().memory_bytes();
    return bytes;
}

KeySet generate_keys(const Parameters& parameters, const KeyRequest& request) {
    Rng rng = Rng::from_system();
    SecretKey secret = SecretKey::generate(parameters, rng);
    PublicKey public_key = PublicKey::generate(secret, rng);
    EvaluationKeys evaluation_keys = EvaluationKeys::generate(secret, request, rng);
    return {std::move(secret), std::move(public_key), std::move(evaluation_keys)};
}

}  // namespace tacit::ckks
