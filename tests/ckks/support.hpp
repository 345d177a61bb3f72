#pragma once

#include <complex>
#include <cstdint>
#include <string>
#include <vector>

#include "ckks/context.hpp"
#include "ckks/identical.hpp"
#include "ckks/make_parameters.hpp"
#include "tacit/base/random.hpp"
#include "tacit/ckks/decryptor.hpp"
#include "tacit/ckks/encryptor.hpp"
#include "tacit/ckks/evaluator.hpp"

// What the tests of the scheme share: fixed randomness, value vectors, and a look behind the encryption
// that is independent of Decryptor (all primes, exact residues).
namespace tacit::ckks {

using Complexes = std::vector<std::complex<double>>;

/// A seed that depends on a small number only, so that a test repeats exactly.
[[nodiscard]] Seed fixed_seed(unsigned number);

/// Every kind of key under parameters, from one generator.
struct Keyring {
    Keyring(const Parameters& parameters, const KeyRequest& request, Rng&& rng);
    Parameters parameters;
    SecretKey secret;
    PublicKey public_key;
    EvaluationKeys evaluation_keys;
};

[[nodiscard]] std::vector<double> uniform_values(std::size_t n, Rng& rng, double low = -1, double high = 1);
[[nodiscard]] Complexes uniform_complexes(std::size_t n, Rng& rng, double bound = 1);
[[nodiscard]] Complexes to_complex(const std::vector<double>& values);

/// The largest |a_i - b_i|; infinity if the lengths differ.
[[nodiscard]] double distance(const std::vector<double>& a, const std::vector<double>& b);
[[nodiscard]] double distance(const Complexes& a, const Complexes& b);

/// values[(i + steps) mod n], any steps.
template <class Value>
[[nodiscard]] std::vector<Value> rotated(const std::vector<Value>& values, std::int64_t steps) {
    const auto n = static_cast<std::int64_t>(values.size());
    std::vector<Value> out;
    for (std::int64_t i = 0; i < n; ++i) out.push_back(values[static_cast<std::size_t>((((i + steps) % n) + n) % n)]);
    return out;
}

/// A ciphertext of uniformly random polynomials: encrypts a random element of the whole ring, which is what
/// the noise of rescaling and key switching has to be measured on.
[[nodiscard]] Ciphertext random_ciphertext(const Parameters& parameters, const CiphertextType& type, Rng& rng);

/// c_0 + c_1 s + c_2 s^2 modulo every prime of the ciphertext.
[[nodiscard]] ring::EvaluationPoly phase(const SecretKey& secret, const Ciphertext& ciphertext);

/// factor * a - b modulo the primes that both have; factor may be any integer that a long double holds.
[[nodiscard]] ring::EvaluationPoly scaled_difference(const Context& context, long double factor,
                                                     const ring::EvaluationPoly& a, const ring::EvaluationPoly& b);
/// a * b modulo the primes of a.
[[nodiscard]] ring::EvaluationPoly ring_product(const Context& context, const ring::EvaluationPoly& a,
                                                const ring::EvaluationPoly& b);
/// X -> X^element.
[[nodiscard]] ring::EvaluationPoly permuted(const Context& context, const ring::EvaluationPoly& a,
                                            std::uint64_t element);

/// Equal modulo every prime.
[[nodiscard]] bool congruent(const Context& context, const ring::EvaluationPoly& a, const ring::EvaluationPoly& b);

/// Centred integer coefficients, up to the rounding of double; at most the first `limbs` primes are looked at.
[[nodiscard]] std::vector<double> coefficients(const Context& context, const ring::EvaluationPoly& poly,
                                               std::size_t limbs = 3);

}  // namespace tacit::ckks
