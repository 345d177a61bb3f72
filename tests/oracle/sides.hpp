#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "oracle/prediction.hpp"
#include "ring/automorphism.hpp"
#include "tacit/ckks/decryptor.hpp"
#include "tacit/ckks/encryptor.hpp"
#include "tacit/ckks/evaluator.hpp"

namespace tacit::oracle {

using ckks::Ciphertext;

/// Secure by Tacit's table and by SEAL's own for 128 bits. SEAL has one special prime and digits of one prime.
[[nodiscard]] ckks::ParameterSpec parameter_set(std::string_view name);
[[nodiscard]] Seed fixed_seed();

inline constexpr std::array our_steps{1, -3, 1000};     // rotations by powers of 5
inline constexpr std::array seal_steps{1, 7, -3};       // rotations by powers of 3
inline constexpr std::array common_steps{2, -4, 1000};  // even powers of 5 are powers of 3

/// Tacit's side: parameters, keys and values, the same in every run.
struct Ours {
    explicit Ours(const ckks::ParameterSpec& spec)
        : parameters(ckks::Parameters::create(spec)),
          predictor(parameters),
          rng(fixed_seed()),
          secret(ckks::SecretKey::generate(parameters, rng)),
          public_key(ckks::PublicKey::generate(secret, rng)),
          keys(make_keys()),
          x(reals()),
          y(reals()),
          z(complexes()) {}

    [[nodiscard]] ckks::EvaluationKeys make_keys() {
        auto made = ckks::EvaluationKeys::generate(
            secret, {.rotations = {our_steps.begin(), our_steps.end()}, .conjugation = true}, rng);
        for (const int steps : seal_steps) {
            made.add(ckks::GaloisKey::generate(secret, predictor.slots().seal_element(steps), rng));
        }
        return made;
    }
    [[nodiscard]] double uniform() { return static_cast<double>(rng.next() >> 11) * 0x1p-52 - 1; }
    [[nodiscard]] Complexes reals() {
        Complexes values(parameters.slots());
        for (auto& value : values) value = uniform();
        return values;
    }
    [[nodiscard]] Complexes complexes() {
        Complexes values(parameters.slots());
        for (auto& value : values) {
            const double real = uniform();
            value = {real, uniform()};
        }
        return values;
    }
    [[nodiscard]] std::uint64_t element(int steps) const {
        return ring::galois_element(steps, parameters.log_ring_dimension());
    }
    [[nodiscard]] std::uint64_t conjugation() const {
        return ring::conjugation_element(parameters.log_ring_dimension());
    }
    [[nodiscard]] int top() const { return parameters.depth(); }

    ckks::Parameters parameters;
    Predictor predictor;
    Rng rng;
    ckks::SecretKey secret;
    ckks::PublicKey public_key;
    ckks::EvaluationKeys keys;
    Complexes x;
    Complexes y;
    Complexes z;
};

/// Encryptions and what becomes of them, side by side.
struct Pair {
    Ciphertext ciphertext;
    Expectation expected;
};

/// Tacit's operations on pairs.
class Computation {
public:
    Computation(const Predictor& predictor, const ckks::EvaluationKeys& keys)
        : predict_(&predictor), evaluator_(keys) {}

    [[nodiscard]] Pair product(const Pair& a, const Pair& b) const {
        return {evaluator_.mul(a.ciphertext, b.ciphertext), predict_->product(a.expected, b.expected)};
    }
    [[nodiscard]] Pair sum(const Pair& a, const Pair& b) const {
        return {evaluator_.add(a.ciphertext, b.ciphertext), predict_->sum(a.expected, b.expected)};
    }
    [[nodiscard]] Pair relinearized(const Pair& a) const {
        const int level = a.ciphertext.level();
        return {evaluator_.relinearize(a.ciphertext), predict_->relinearized(a.expected, Library::tacit, level, 2)};
    }
    [[nodiscard]] Pair rescaled(const Pair& a) const {
        return {evaluator_.rescale(a.ciphertext), predict_->rescaled(a.expected, a.ciphertext.level() - 1)};
    }
    [[nodiscard]] Pair relinearized_rescaled(const Pair& a) const {
        const int level = a.ciphertext.level();
        return {evaluator_.relinearize_rescale(a.ciphertext),
                predict_->rescaled(predict_->relinearized(a.expected, Library::tacit, level, 2), level - 1)};
    }
    [[nodiscard]] Pair dropped(const Pair& a, int level) const {
        return {evaluator_.drop_level(a.ciphertext, level), predict_->rescaled(a.expected, level)};
    }
    [[nodiscard]] Pair rotated(const Pair& a, int steps) const {
        return {evaluator_.rotate(a.ciphertext, steps), galois(a, element(steps))};
    }
    [[nodiscard]] Pair rotated_hoisted(const Pair& a, int steps) const {
        auto ciphertexts = evaluator_.rotate_hoisted(a.ciphertext, std::array{steps, steps});
        return {std::move(ciphertexts.back()), galois(a, element(steps))};
    }
    [[nodiscard]] Pair conjugated(const Pair& a) const {
        const int log_n = evaluator_.parameters().log_ring_dimension();
        return {evaluator_.conjugate(a.ciphertext), galois(a, ring::conjugation_element(log_n))};
    }

private:
    [[nodiscard]] std::uint64_t element(int steps) const {
        return ring::galois_element(steps, evaluator_.parameters().log_ring_dimension());
    }
    [[nodiscard]] Expectation galois(const Pair& a, std::uint64_t element) const {
        return predict_->galois(a.expected, element, Library::tacit, a.ciphertext.level());
    }

    const Predictor* predict_;
    ckks::Evaluator evaluator_;
};

/// Adds one to a residue modulo the first prime, in the evaluation domain: an error of about q in every coefficient.
[[nodiscard]] Ciphertext tampered(const Ciphertext& ciphertext);

}  // namespace tacit::oracle
