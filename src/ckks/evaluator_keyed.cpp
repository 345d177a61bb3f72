// The operations of Evaluator that switch keys: relinearisation, rotation, conjugation.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

#include "base/fail.hpp"
#include "ckks/context.hpp"
#include "ckks/key_switch.hpp"
#include "ckks/mod_down.hpp"
#include "math/kernels.hpp"
#include "ring/automorphism.hpp"
#include "tacit/base/parallel.hpp"
#include "tacit/ckks/evaluator.hpp"

namespace tacit::ckks {

namespace {

const KeySwitchKey& relinearization_key(const EvaluationKeys* keys) {
    if (keys == nullptr || keys->relinearization() == nullptr) {
        fail(ErrorCode::missing_key,
             "relinearize: there is no relinearisation key; generate the keys with KeyRequest::relinearization");
    }
    return keys->relinearization()->key();
}

void check_degree(const char* operation, const CiphertextType& type, int degree, const char* remedy) {
    if (type.degree != degree) {
        fail(ErrorCode::invalid_argument, "{}: needs degree {} but the ciphertext has {}; {}", operation, degree,
             to_string(type), remedy);
    }
}

/// Division of an extended pair by the primes of a converter; what is left is a ciphertext.
Ciphertext divided(const Parameters& parameters, ExtendedPair pair, std::size_t kept,
                   const ring::BaseConverter& dropped, int level, int scale_power) {
    const std::array polys{&pair.c0, &pair.c1};
    mod_down(parameters.context(), polys, kept, dropped);
    std::vector<ring::EvaluationPoly> c;
    c.push_back(std::move(pair.c0));
    c.push_back(std::move(pair.c1));
    return {parameters, std::move(c), level, scale_power};
}

/// phi_g(c0 + d0, d1) for (d0, d1) = the key switch of c1 towards phi_g^-1(s).
Ciphertext switch_and_permute(const Parameters& parameters, const Ciphertext& a, const DigitDecomposition& digits,
                              const GaloisKey& key) {
    const Context& context = parameters.context();
    const std::size_t n = context.dimension();
    ExtendedPair switched = digits.inner_product(key.key(), &a.poly(0), nullptr);
    std::vector<ring::EvaluationPoly> c;
    c.emplace_back(n, a.limbs());
    c.emplace_back(n, a.limbs());
    const std::array polys{&switched.c0, &switched.c1};
    mod_down(context, polys, a.limbs(), context.special_converter(), [&](std::size_t poly, std::size_t row) {
        math::kernels().permute(c[poly].limb(row), polys[poly]->limb(row), key.index().data(), n);
    });
    return {parameters, std::move(c), a.level(), a.type().scale_power};
}

}  // namespace

Ciphertext Evaluator::relinearize(const Ciphertext& a) const {
    check_mine("relinearize", a.parameters());
    check_degree("relinearize", a.type(), 2, "only products of two ciphertexts need it");
    const Context& context = parameters_.context();
    const KeySwitchKey& key = relinearization_key(keys_);
    return divided(parameters_, DigitDecomposition(context, a.poly(2)).inner_product(key, &a.poly(0), &a.poly(1)),
                   a.limbs(), context.special_converter(), a.level(), a.type().scale_power);
}

Ciphertext Evaluator::relinearize_rescale(const Ciphertext& a) const {
    check_mine("relinearize_rescale", a.parameters());
    const CiphertextType type = a.type();
    check_degree("relinearize_rescale", type, 2, "only products of two ciphertexts need it");
    if (type.scale_power != 2 || type.level == 0) {
        fail(type.level == 0 ? ErrorCode::out_of_levels : ErrorCode::invalid_argument,
             "relinearize_rescale: needs a product above level 0 but the ciphertext has {}; use parameters of a larger "
             "depth than {}",
             to_string(type), parameters_.depth());
    }
    const Context& context = parameters_.context();
    const KeySwitchKey& key = relinearization_key(keys_);
    return divided(parameters_, DigitDecomposition(context, a.poly(2)).inner_product(key, &a.poly(0), &a.poly(1)),
                   context.limbs(type.level - 1), context.fused_converter(type.level), type.level - 1, 1);
}

const GaloisKey& Evaluator::galois_key(const char* operation, std::uint64_t element, int steps) const {
    const GaloisKey* key = keys_ == nullptr ? nullptr : keys_->galois(element);
    if (key != nullptr) return *key;
    const std::string what = element == ring::conjugation_element(parameters_.log_ring_dimension())
                                 ? std::string("KeyRequest::conjugation")
                                 : fmt::format("{} among KeyRequest::rotations", steps);
    fail(ErrorCode::missing_key,
         "{}: there is no key for Galois element {} ({} keys are present); generate the keys with {}", operation,
         element, keys_ == nullptr ? 0 : keys_->galois_keys().size(), what);
}

Ciphertext Evaluator::apply_galois(const char* operation, const Ciphertext& a, std::uint64_t element, int steps) const {
    check_mine(operation, a.parameters());
    check_degree(operation, a.type(), 1, "relinearize it first");
    if (element == 1) return a.clone();
    const GaloisKey& key = galois_key(operation, element, steps);
    return switch_and_permute(parameters_, a, DigitDecomposition(parameters_.context(), a.poly(1)), key);
}

Ciphertext Evaluator::rotate(const Ciphertext& a, int steps) const {
    return apply_galois("rotate", a, ring::galois_element(steps, parameters_.log_ring_dimension()), steps);
}

Ciphertext Evaluator::conjugate(const Ciphertext& a) const {
    return apply_galois("conjugate", a, ring::conjugation_element(parameters_.log_ring_dimension()), 0);
}

std::vector<Ciphertext> Evaluator::rotate_hoisted(const Ciphertext& a, std::span<const int> steps) const {
    check_mine("rotate_hoisted", a.parameters());
    check_degree("rotate_hoisted", a.type(), 1, "relinearize it first");
    const int log_n = parameters_.log_ring_dimension();
    std::vector<const GaloisKey*> keys;  // all looked up before any work is done
    for (const int step : steps) {
        const std::uint64_t element = ring::galois_element(step, log_n);
        keys.push_back(element == 1 ? nullptr : &galois_key("rotate_hoisted", element, step));
    }
    const DigitDecomposition digits(parameters_.context(), a.poly(1));
    std::vector<Ciphertext> rotated;
    for (const GaloisKey* key : keys) {
        rotated.push_back(key == nullptr ? a.clone() : switch_and_permute(parameters_, a, digits, *key));
    }
    return rotated;
}

}  // namespace tacit::ckks
