// The operations of Evaluator that switch keys: relinearisation, rotation, conjugation.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

#include "base/fail.hpp"
#include "ckks/context.hpp"
#include "ckks/key_switch.hpp"
#include "ckks/mod_down.hpp"
#include "ckks/operand_checks.hpp"
#include "ring/automorphism.hpp"
#include "tacit/ckks/evaluator.hpp"

namespace tacit::ckks {

void check_degree(const char* operation, const CiphertextType& type, int degree, const char* remedy) {
    if (type.degree != degree) {
        fail(ErrorCode::invalid_argument, "{}: needs degree {} but the ciphertext has {}; {}", operation, degree,
             to_string(type), remedy);
    }
}

namespace {

const KeySwitchKey& relinearization_key(const EvaluationKeys* keys) {
    if (keys == nullptr || keys->relinearization() == nullptr) {
        fail(ErrorCode::missing_key,
             "relinearize: there is no relinearisation key; generate the keys with KeyRequest::relinearization");
    }
    return keys->relinearization()->key();
}

/// The pair of polynomials that a source gives, divided by the primes of a converter, and its image under an
/// automorphism if there is an index.
Ciphertext divided(const Parameters& parameters, const RowSource& source, int level, int scale_power,
                   const ring::BaseConverter& dropped, const std::uint32_t* index = nullptr) {
    const Context& context = parameters.context();
    const std::size_t kept = context.limbs(level);
    std::vector<ring::EvaluationPoly> c;
    c.emplace_back(context.dimension(), kept);
    c.emplace_back(context.dimension(), kept);
    mod_down(context, source, std::array{&c[0], &c[1]}, kept, dropped, index);
    return {parameters, std::move(c), level, scale_power};
}

/// c0 + d0 and c1 + d1 for (d0, d1) = the key switch of c2, divided by P and the primes of a converter.
Ciphertext switch_c2(const Ciphertext& a, const KeySwitchKey& key, int level, int scale_power,
                     const ring::BaseConverter& dropped) {
    const DigitDecomposition digits(a.parameters().context(), a.poly(2));
    return divided(a.parameters(), digits.times(key, &a.poly(0), &a.poly(1)), level, scale_power, dropped);
}

/// phi_g(c0 + d0, d1) for (d0, d1) = the key switch of c1 towards phi_g^-1(s).
Ciphertext switch_and_permute(const Ciphertext& a, const DigitDecomposition& digits, const GaloisKey& key) {
    return divided(a.parameters(), digits.times(key.key(), &a.poly(0), nullptr), a.level(), a.type().scale_power,
                   a.parameters().context().special_converter(), key.index().data());
}

}  // namespace

Ciphertext Evaluator::relinearize(const Ciphertext& a) const {
    check_mine("relinearize", a.parameters());
    check_degree("relinearize", a.type(), 2, "only products of two ciphertexts need it");
    return switch_c2(a, relinearization_key(keys_), a.level(), a.type().scale_power,
                     parameters_.context().special_converter());
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
    return switch_c2(a, relinearization_key(keys_), type.level - 1, 1,
                     parameters_.context().fused_converter(type.level));
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
    return switch_and_permute(a, DigitDecomposition(parameters_.context(), a.poly(1)), key);
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
    DigitDecomposition digits(parameters_.context(), a.poly(1));
    digits.keep_raised();
    std::vector<Ciphertext> rotated;
    for (const GaloisKey* key : keys) {
        rotated.push_back(key == nullptr ? a.clone() : switch_and_permute(a, digits, *key));
    }
    return rotated;
}

}  // namespace tacit::ckks
