#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "ckks/context.hpp"
#include "ckks/secret_key_rows.hpp"
#include "tacit/base/random.hpp"
#include "tacit/ckks/keys.hpp"

namespace tacit::ckks {

/// Writes one row of a secret polynomial modulo a prime, in the evaluation domain.
using RowWriter = std::function<void(double* row, std::size_t prime)>;

/// The secret key itself. Views it.
[[nodiscard]] RowWriter copy_rows(const SecretKey& secret);

/// b = -a t + e for one digit, over all primes; with a source s' also + P s' on the primes of the digit.
[[nodiscard]] ring::EvaluationPoly masked_digit(const Context& context, const ring::EvaluationPoly& a,
                                                const RowWriter* source, const RowWriter& target, std::size_t digit,
                                                Rng& rng);

/// Row r of the a_j of a key-switching key: stream digit * (all primes) + r of its seed.
[[nodiscard]] ring::EvaluationPoly expand_digit(const Context& context, const Seed& seed, std::size_t digit);

/// Makes keys whose uniform part is the expansion of a given seed: a fresh one, or one that several owners share. The
/// same secret must never meet a seed twice.
struct KeyMaker {
    [[nodiscard]] static PublicKey public_key(const SecretKey& secret, const Seed& seed, Rng& rng);
    [[nodiscard]] static KeySwitchKey key_switch(const Parameters& parameters, const Seed& seed,
                                                 const RowWriter& source, const RowWriter& target, Rng& rng);
    /// Throws invalid_argument if `element` is no Galois element.
    [[nodiscard]] static GaloisKey galois(const SecretKey& secret, std::uint64_t element, const Seed& seed, Rng& rng);

    /// What remains of a key without its uniform part.
    [[nodiscard]] static std::vector<ring::EvaluationPoly> take_b(PublicKey&& key);
    [[nodiscard]] static std::vector<ring::EvaluationPoly> take_b(GaloisKey&& key);
};

/// Throws invalid_argument unless `element` is odd and below 2N.
void check_galois_element(const char* operation, const Parameters& parameters, std::uint64_t element);

}  // namespace tacit::ckks
