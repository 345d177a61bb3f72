#pragma once

#include <optional>
#include <span>
#include <vector>

#include "ckks/key_switch.hpp"
#include "tacit/ckks/evaluator.hpp"

namespace tacit::ckks {

/// Sums of rotations as rows modulo Q_l P: sum_i factor_i * phi_i(P c0 + d0, d1) for the key switches (d0, d1) of the
/// values, ready for a division by P [BMTH21]. Whole rows of all sums are finished one after the other, so that digits,
/// factor and sums of a row stay in the cache while the keys pass by.
class RotationSums {
public:
    explicit RotationSums(const Context& context) : context_(context) {}

    /// Adds `term` to sum number `sum`; `key` is null where the term is not rotated. Terms view what they name.
    void add(std::size_t sum, const RotatedTerm& term, const GaloisKey* key);

    /// The rows, polynomials c0 and c1 of each sum; the object must outlive it.
    [[nodiscard]] RowSource rows() const;

private:
    /// A factor of one sum.
    struct Use {
        std::size_t sum;
        const RotatedTerm* term;
    };
    struct Rotation {
        const GaloisKey* key;
        std::vector<Use> uses;
    };
    struct Source {
        const Ciphertext* value;
        std::optional<DigitDecomposition> digits;  // if anything rotates it
        std::vector<Rotation> rotations;
    };
    class Row;

    [[nodiscard]] std::size_t limbs() const { return sources_.front().value->limbs(); }

    const Context& context_;
    std::size_t sums_ = 0;
    std::vector<Source> sources_;
};

}  // namespace tacit::ckks
