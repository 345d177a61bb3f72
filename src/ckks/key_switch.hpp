#pragma once

#include <span>
#include <vector>

#include "ckks/context.hpp"
#include "ckks/mod_down.hpp"
#include "tacit/ckks/keys.hpp"
#include "tacit/ring/rns_poly.hpp"

namespace tacit::ckks {

/// A polynomial cut into key-switching digits, to be raised to Q_l P (mod up) [HK20]. One decomposition serves many
/// rotations of a ciphertext (hoisting [HS18]).
class DigitDecomposition {
public:
    /// Views `poly`, which must outlive it. Cost: one inverse transform per limb.
    DigitDecomposition(const Context& context, const ring::EvaluationPoly& poly);

    /// Raises every row now and keeps it, for several keys: one transform per digit and foreign prime. Otherwise every
    /// product raises what it needs.
    void keep_raised();

    /// Some rows of every digit, transformed: digits[k][j] is digit j modulo the prime of rows[k].
    struct RaisedRows {
        std::vector<std::vector<const double*>> digits;
        ring::EvaluationPoly storage;  // of those that were raised for the occasion
    };
    [[nodiscard]] RaisedRows raised(std::span<const std::size_t> rows) const;

    /// The rows of P (c0, c1) + sum_j digit_j (b_j, a_j) modulo Q_l P, those of the q first; a null c0 or c1 stands
    /// for 0. All arguments must outlive it. Cost: 2 digits products per row.
    [[nodiscard]] RowSource times(const KeySwitchKey& key, const ring::EvaluationPoly* c0,
                                  const ring::EvaluationPoly* c1) const;

private:
    [[nodiscard]] std::size_t row_count() const { return limbs_ + context_->special_count(); }
    [[nodiscard]] std::size_t prime_of_row(std::size_t row) const { return context_->prime_of_row(row, limbs_); }
    [[nodiscard]] bool in_digit(std::size_t row, std::size_t digit) const {
        return row < limbs_ && row / context_->chain().digit_limbs == digit;
    }
    /// One digit modulo one prime. The blocks of `unfinished`, if not null (then it is `values`), are still to be
    /// transformed.
    struct DigitRow {
        const double* values;
        double* unfinished;
    };
    /// Rows of a digit modulo foreign primes, transformed as far as the blocks.
    void raise(std::size_t digit, std::span<const std::size_t> rows, std::span<double* const> out) const;
    /// Rows of storage to raise one row and to hold its two products.
    [[nodiscard]] std::size_t storage_per_row() const;
    /// found[k][j]: digit j modulo the prime of rows[k], raised into the first rows of its storage unless it is there.
    [[nodiscard]] std::vector<std::vector<DigitRow>> digit_rows(std::span<const std::size_t> rows,
                                                                ring::EvaluationPoly& storage) const;

    const Context* context_;
    const ring::EvaluationPoly* poly_;
    std::size_t limbs_;
    std::size_t digits_;
    ring::CoefficientPoly prepared_;            // coefficients, times what base conversion wants
    std::vector<ring::EvaluationPoly> raised_;  // if kept; the rows of a digit's own primes stay unused: poly_ has them
};

}  // namespace tacit::ckks
