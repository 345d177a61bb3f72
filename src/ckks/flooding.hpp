#pragma once

#include <cstddef>
#include <cstdint>

#include "ckks/context.hpp"
#include "tacit/base/random.hpp"
#include "tacit/ckks/ciphertext.hpp"
#include "tacit/ring/rns_poly.hpp"

/// What makes a decrypted message safe for others: noise that hides its error. Shared by one key and by key shares.
namespace tacit::ckks {

/// Primes that hold any admissible message of this type: those of one level more than its scale needs.
[[nodiscard]] std::size_t message_limbs(const Context& context, const CiphertextType& type);

/// The standard deviation sqrt(12 publications) 2^(statistical_bits/2) error of the noise that hides an error of that
/// standard deviation [LMSS22]. Throws invalid_argument, with `operation` named, unless error > 0 and finite,
/// publications > 0, 1 <= statistical_bits <= 128 and the result is at most 2^50.
[[nodiscard]] double flooding_deviation(const char* operation, double error, std::uint64_t publications,
                                        int statistical_bits);

/// A polynomial with independent Gaussian coefficients rounded to integers, modulo the first `limbs` primes. The
/// caller wipes it. Precondition: standard_deviation <= 2^50.
[[nodiscard]] ring::EvaluationPoly flooding_noise(const Context& context, double standard_deviation, std::size_t limbs,
                                                  Rng& rng);

}  // namespace tacit::ckks
