#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tacit/base/hash.hpp"
#include "tacit/ckks/security.hpp"

namespace tacit::ckks {

class Context;

/// What a user asks for. Anything left out is chosen by Parameters::create.
struct ParameterSpec {
    /// Multiplicative depth: how many times a product may be rescaled. 0 to 60.
    int depth = 1;
    /// log2 of the scale, the precision of a slot. 20 to 90; above 48 a level takes two primes.
    int scale_bits = 40;
    /// Decrypted values stay below 2^integer_bits in magnitude at level 0. 1 to 60.
    int integer_bits = 8;
    /// 128, 192 or 256.
    int security_bits = 128;
    /// What the security is against. Quantum security takes a larger ring or fewer levels; it contains the classical.
    Attacks attacks = Attacks::classical;
    /// N = 2^log_ring_dimension, 10 to 17; otherwise the smallest N that is secure and has `min_slots`.
    std::optional<int> log_ring_dimension = {};
    /// Slots that the circuit needs; N is at least twice that.
    std::size_t min_slots = 0;
    /// Number of key-switching digits (dnum); otherwise the cheapest that is secure.
    std::optional<int> digits = {};
    /// The prime chain itself, for users who bring their own: the primes of level 0 (`base_primes` of them),
    /// then those of levels 1, 2, ... in order. Checked, not trusted. Needs log_ring_dimension and special_primes.
    std::vector<std::uint64_t> primes = {};
    std::vector<std::uint64_t> special_primes = {};
    std::size_t base_primes = 1;
};

/// Checked parameters of one CKKS instance: ring, prime chain, scales, key-switching digits. Immutable; a cheap
/// handle to shared tables. Objects made under parameters of different fingerprints do not mix.
///
/// Levels run from 0 (no multiplication left) to depth(). A ciphertext at level l lives modulo the first
/// limbs(l) primes q; key switching adds the special primes p. The scale of level l is exact and fixed:
/// scale(depth) = 2^scale_bits and scale(l-1) = scale(l)^2 / (primes of level l) [KPP20].
class Parameters {
public:
    /// Throws Error(invalid_argument) for values out of range, Error(insecure_parameters) if no ring dimension up
    /// to 2^17 (or not the one asked for) keeps the security. Cost: the tables, about N doubles per prime.
    [[nodiscard]] static Parameters create(const ParameterSpec& spec);

    [[nodiscard]] int log_ring_dimension() const noexcept;
    [[nodiscard]] std::size_t ring_dimension() const noexcept;
    /// N/2, the number of complex values that one ciphertext holds.
    [[nodiscard]] std::size_t slots() const noexcept;
    [[nodiscard]] int depth() const noexcept;
    [[nodiscard]] int scale_bits() const noexcept;
    [[nodiscard]] int integer_bits() const noexcept;
    /// Against classical attacks: 128, 192 or 256; 0 for parameters made insecure by name.
    [[nodiscard]] int security_bits() const noexcept;
    /// Against quantum attacks, by the same table: 256, 192, 128, or 0 for less.
    [[nodiscard]] int quantum_security_bits() const;
    /// The number of primes below and including level l.
    [[nodiscard]] std::size_t limbs(int level) const;
    /// Delta_l.
    [[nodiscard]] double scale(int level) const;
    [[nodiscard]] long double exact_scale(int level) const;
    /// The q of all levels, level 0 first.
    [[nodiscard]] const std::vector<std::uint64_t>& primes() const noexcept;
    [[nodiscard]] const std::vector<std::uint64_t>& special_primes() const noexcept;
    /// Primes per key-switching digit (alpha), and the number of digits at a level (beta).
    [[nodiscard]] std::size_t digit_limbs() const noexcept;
    [[nodiscard]] std::size_t digits(int level) const;
    [[nodiscard]] double log2_modulus() const noexcept;               ///< log2 Q
    [[nodiscard]] double log2_modulus_with_special() const noexcept;  ///< log2 QP, what security depends on
    /// Bytes of one key-switching key in memory: 2 x digits x (primes + special primes) x N doubles.
    [[nodiscard]] std::size_t key_switch_key_bytes() const noexcept;
    [[nodiscard]] std::size_t ciphertext_bytes(int level, int degree = 1) const;
    /// BLAKE2b-256 over ring dimension, primes, digits, scale: equal if and only if objects are compatible.
    [[nodiscard]] const Digest& fingerprint() const noexcept;
    /// One line for people: "N = 2^15, depth 11, scale 2^40, log2 QP = 733.0 of 868 (128 bits), 2 digits".
    [[nodiscard]] std::string summary() const;

    friend bool operator==(const Parameters& a, const Parameters& b) { return a.fingerprint() == b.fingerprint(); }
    /// For the layers of Tacit: the tables behind the handle.
    [[nodiscard]] const Context& context() const noexcept { return *context_; }

private:
    friend Parameters make_parameters(std::shared_ptr<const Context> context);
    explicit Parameters(std::shared_ptr<const Context> context) : context_(std::move(context)) {}
    std::shared_ptr<const Context> context_;
};

}  // namespace tacit::ckks
