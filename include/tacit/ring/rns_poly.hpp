#pragma once

#include <algorithm>
#include <cstddef>

#include "tacit/base/aligned.hpp"

namespace tacit::ring {

enum class Domain { coefficient, evaluation };

/// A polynomial as residues [limbs x N], one row ("limb") per prime; which primes is the owner's knowledge.
///
/// Residues are reduced doubles (see math::Modulus). Rows are 64-byte aligned and staggered, so that
/// equal positions of different rows do not fall into one cache set. Moves; copies only by clone().
template <Domain D>
class RnsPoly {
public:
    RnsPoly() = default;
    /// Uninitialised rows.
    RnsPoly(std::size_t dimension, std::size_t limbs)
        : dimension_(dimension), limbs_(limbs), rows_(stride(dimension) * limbs) {}

    [[nodiscard]] static RnsPoly zero(std::size_t dimension, std::size_t limbs) {
        RnsPoly p(dimension, limbs);
        std::fill_n(p.rows_.data(), p.rows_.size(), 0.0);
        return p;
    }
    [[nodiscard]] RnsPoly clone() const {
        RnsPoly p(dimension_, limbs_);
        std::copy_n(rows_.data(), stride(dimension_) * limbs_, p.rows_.data());
        return p;
    }

    [[nodiscard]] std::size_t dimension() const noexcept { return dimension_; }
    [[nodiscard]] std::size_t limbs() const noexcept { return limbs_; }
    [[nodiscard]] double* limb(std::size_t i) noexcept { return rows_.data() + i * stride(dimension_); }
    [[nodiscard]] const double* limb(std::size_t i) const noexcept { return rows_.data() + i * stride(dimension_); }
    /// Forgets the last rows. Precondition: limbs <= limbs().
    void truncate(std::size_t limbs) noexcept { limbs_ = limbs; }
    /// Overwrites every row with zeros; the compiler may not remove it.
    void wipe() noexcept { rows_.wipe(); }

    /// Doubles from one row to the next.
    [[nodiscard]] static constexpr std::size_t stride(std::size_t dimension) noexcept { return dimension + 40; }

private:
    std::size_t dimension_ = 0;
    std::size_t limbs_ = 0;
    AlignedBuffer rows_;
};

using EvaluationPoly = RnsPoly<Domain::evaluation>;
using CoefficientPoly = RnsPoly<Domain::coefficient>;

}  // namespace tacit::ring
