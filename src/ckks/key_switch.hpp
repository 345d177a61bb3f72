#pragma once

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

/// A polynomial cut into key-switching digits, each raised to Q_l P (mod up) [HK20].
///
/// Kept raised (`raise_all`), it serves many rotations of one ciphertext (hoisting [HS18]); otherwise every row is
/// raised where the inner product needs it and forgotten again.
class DigitDecomposition {
public:
    /// Views `poly`, which must outlive it. Cost: one inverse transform per limb.
    DigitDecomposition(const Context& context, const ring::EvaluationPoly& poly);
    /// Raises every digit now. Cost: one transform per digit and foreign prime.
    void raise_all();

    /// sum_j digit_j (b_j, a_j) modulo Q_l P [HK20]. Cost: what is not raised yet, and 2 digits products per row.
    [[nodiscard]] ExtendedPair inner_product(const KeySwitchKey& key) const;

private:
    [[nodiscard]] std::size_t row_count() const { return limbs_ + context_->special_count(); }
    [[nodiscard]] std::size_t prime_of_row(std::size_t row) const {
        return row < limbs_ ? row : context_->special(row - limbs_);
    }
    [[nodiscard]] bool in_digit(std::size_t row, std::size_t digit) const;
    void raise(std::size_t digit, std::size_t row, double* out) const;

    const Context* context_;
    const ring::EvaluationPoly* poly_;
    std::size_t limbs_;
    std::size_t digits_;
    ring::CoefficientPoly prepared_;
    std::vector<ring::EvaluationPoly> raised_;
};

}  // namespace tacit::ckks
