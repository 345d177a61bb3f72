#pragma once

#include <span>
#include <vector>

#include "ckks/context.hpp"
#include "tacit/ckks/keys.hpp"
#include "tacit/ring/rns_poly.hpp"

namespace tacit::ckks {

/// A pair of polynomials modulo Q_l P: rows 0..limbs-1 for the q, then one row per special prime.
struct ExtendedPair {
    ring::EvaluationPoly c0;
    ring::EvaluationPoly c1;
};

/// A polynomial cut into key-switching digits, each raised to Q_l P (mod up) [HK20]. One decomposition serves many
/// rotations of a ciphertext (hoisting [HS18]).
class DigitDecomposition {
public:
    /// Views `poly`, which must outlive it. Cost: one inverse transform per limb, one transform per digit and foreign
    /// prime.
    DigitDecomposition(const Context& context, const ring::EvaluationPoly& poly);

    /// P (c0, c1) + sum_j digit_j (b_j, a_j) modulo Q_l P; a null c0 or c1 stands for 0.
    /// Cost: 2 digits products per row.
    [[nodiscard]] ExtendedPair inner_product(const KeySwitchKey& key, const ring::EvaluationPoly* c0,
                                             const ring::EvaluationPoly* c1) const;

private:
    [[nodiscard]] std::size_t row_count() const { return limbs_ + context_->special_count(); }
    [[nodiscard]] std::size_t prime_of_row(std::size_t row) const {
        return row < limbs_ ? row : context_->special(row - limbs_);
    }
    [[nodiscard]] bool in_digit(std::size_t row, std::size_t digit) const {
        return row < limbs_ && row / context_->chain().digit_limbs == digit;
    }
    [[nodiscard]] ring::CoefficientPoly prepare() const;
    void raise(const ring::CoefficientPoly& prepared, std::size_t digit, std::span<const std::size_t> rows);
    void multiply_row(ExtendedPair& out, const KeySwitchKey& key, std::size_t row) const;

    const Context* context_;
    const ring::EvaluationPoly* poly_;
    std::size_t limbs_;
    std::size_t digits_;
    std::vector<ring::EvaluationPoly> raised_;  // the rows of a digit's own primes stay unused: poly_ has them
};

}  // namespace tacit::ckks
