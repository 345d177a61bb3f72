#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "tacit/ckks/ciphertext.hpp"
#include "tacit/ckks/keys.hpp"

namespace tacit::ring {
class BaseConverter;
}

namespace tacit::ckks {

/// One term of a sum: a value, rotated by `steps` to the left or conjugated, times a factor.
struct RotatedTerm {
    const Ciphertext* value = nullptr;
    int steps = 0;
    bool conjugated = false;  ///< then steps must be 0
    bool subtracted = false;
    /// Nothing, the same number in every slot (scaled and rounded as in `mul`), or an encoded vector of power 1.
    std::variant<std::monostate, double, const IntegerPlaintext*> factor = {};
};
using RotatedSum = std::vector<RotatedTerm>;

/// Computes on ciphertexts without the secret key. Stateless and thread-safe; one operation uses all cores.
/// Views its keys: they must outlive it.
///
/// Operands are never changed; the overloads for temporaries reuse their memory. Types must match (see
/// CiphertextType); what does not match is an Error that names both types and the operation that mends it:
///
///     add, sub          equal level and scale power      -> the same, larger degree
///     mul               equal level, power 1, degree 1   -> power 2, degree 2
///     mul (plain)       equal level, power 1             -> power 2, same degree
///     mul_integer       any                              -> the same
///     relinearize       degree 2                         -> degree 1
///     rescale           power 2, level above 0           -> level - 1, power 1
///     drop_level        power 1                          -> a lower level, power 1
///     rotate, conjugate degree 1                         -> the same
///     sums_of_rotations equal level, degree 1            -> power 2 with factors, else the same
class Evaluator {
public:
    /// Without keys: everything except relinearisation, rotation and conjugation.
    explicit Evaluator(const Parameters& parameters) : parameters_(parameters) {}
    explicit Evaluator(const EvaluationKeys& keys) : parameters_(keys.parameters()), keys_(&keys) {}
    explicit Evaluator(EvaluationKeys&&) = delete;  // temporary keys would not outlive the statement

    [[nodiscard]] const Parameters& parameters() const noexcept { return parameters_; }

    [[nodiscard]] Ciphertext add(const Ciphertext& a, const Ciphertext& b) const;
    [[nodiscard]] Ciphertext add(Ciphertext&& a, const Ciphertext& b) const;
    [[nodiscard]] Ciphertext sub(const Ciphertext& a, const Ciphertext& b) const;
    [[nodiscard]] Ciphertext sub(Ciphertext&& a, const Ciphertext& b) const;
    [[nodiscard]] Ciphertext negate(const Ciphertext& a) const;
    [[nodiscard]] Ciphertext add(const Ciphertext& a, const Plaintext& b) const;
    [[nodiscard]] Ciphertext sub(const Ciphertext& a, const Plaintext& b) const;
    /// The same real number added to every slot, rounded to 1/scale. No transform.
    [[nodiscard]] Ciphertext add(const Ciphertext& a, double b) const;

    /// Slot-wise product, not relinearised and not rescaled. Cost: 4 products per residue.
    [[nodiscard]] Ciphertext mul(const Ciphertext& a, const Ciphertext& b) const;
    [[nodiscard]] Ciphertext square(const Ciphertext& a) const;
    /// sum_i a_i * b_i, one tensor product each, accumulated in place; relinearise the sum once. At least one pair.
    [[nodiscard]] Ciphertext sum_of_products(
        std::span<const std::pair<const Ciphertext*, const Ciphertext*>> pairs) const;
    [[nodiscard]] Ciphertext mul(const Ciphertext& a, const Plaintext& b) const;
    /// Every slot times the same real number, rounded to 1/scale. No transform.
    [[nodiscard]] Ciphertext mul(const Ciphertext& a, double b) const;
    /// Every slot times the same integer, exactly, of any type. Takes no level and no transform.
    [[nodiscard]] Ciphertext mul_integer(const Ciphertext& a, std::int64_t b) const;

    /// Cost: one key switch.
    [[nodiscard]] Ciphertext relinearize(const Ciphertext& a) const;
    /// Divides by the primes of the level, rounding. Cost per polynomial: level + 1 transforms.
    [[nodiscard]] Ciphertext rescale(const Ciphertext& a) const;
    [[nodiscard]] Ciphertext rescale(Ciphertext&& a) const;
    /// rescale(relinearize(a)) with one division by P q instead of two: cheaper and less noise.
    [[nodiscard]] Ciphertext relinearize_rescale(const Ciphertext& a) const;
    /// The same message at a lower level: one multiplication by the ratio of the scales, then a rescaling.
    [[nodiscard]] Ciphertext drop_level(const Ciphertext& a, int level) const;

    /// Slots move `steps` to the left (to the right if negative), cyclically over N/2. Cost: one key switch.
    [[nodiscard]] Ciphertext rotate(const Ciphertext& a, int steps) const;
    /// Several rotations of one ciphertext that share the decomposition into digits [HS18].
    [[nodiscard]] std::vector<Ciphertext> rotate_hoisted(const Ciphertext& a, std::span<const int> steps) const;
    [[nodiscard]] Ciphertext conjugate(const Ciphertext& a) const;
    /// Each sum_i factor_i * rotate(value_i, steps_i), with a single division by P (double hoisting [BMTH21]): the
    /// products of digits and keys are multiplied and added up modulo Q P. All sums share the decompositions of their
    /// values and the products with keys. Values have degree 1, and power 1 where a factor
    /// multiplies; all terms must come to one level and power. The same up to noise, and with less of it, as rotate,
    /// mul and add. Cost with beta digits, L + k primes: beta (L + k) transforms per rotated value, 2 (L + k) per sum,
    /// L + k per encoded factor of a rotated value, L of any other; one pass over each key.
    [[nodiscard]] std::vector<Ciphertext> sums_of_rotations(std::span<const RotatedSum> sums) const;
    /// The same rescaled, all divisions in one. Needs power 2 and a level above 0. Cost: as without.
    [[nodiscard]] std::vector<Ciphertext> sums_of_rotations_rescaled(std::span<const RotatedSum> sums) const;

private:
    void check_mine(const char* operation, const Parameters& other) const;
    void check_sum(const char* operation, const Ciphertext& a, const Ciphertext& b) const;
    [[nodiscard]] const GaloisKey& galois_key(const char* operation, std::uint64_t element, int steps) const;
    [[nodiscard]] Ciphertext apply_galois(const char* operation, const Ciphertext& a, std::uint64_t element,
                                          int steps) const;
    [[nodiscard]] CiphertextType check_sums(std::span<const RotatedSum> sums) const;
    [[nodiscard]] std::vector<Ciphertext> divided_sums(std::span<const RotatedSum> sums, int level, int scale_power,
                                                       const ring::BaseConverter& dropped) const;

    Parameters parameters_;
    const EvaluationKeys* keys_ = nullptr;
};

}  // namespace tacit::ckks
