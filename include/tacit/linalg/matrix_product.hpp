#pragma once

#include <cstdint>

#include "tacit/linalg/value.hpp"

namespace tacit::linalg {

// Products of two encrypted matrices in one unit h x w. Every form masks what it takes, so operands may be dirty, and
// gives a clean result. f x g is the shape of the result, k the common length; t_f, t_g, t_k are numbers of tiles.

/// How a product with a transposed factor is computed.
enum class ProductForm : std::uint8_t {
    /// `diagonals` where the shapes allow it and it takes at most four times the rotations of `vectors`, which it saves
    /// a
    /// level; else `vectors`.
    automatic,
    /// 2 levels: one operand is shifted by every distance, the products are summed, and each sum goes to a diagonal of
    /// the result.
    diagonals,
    /// 3 levels: one vector product for each row (column) of the result.
    vectors,
};

/// a b as the sum of k outer products of a column and a row. 2 levels; k (t_f log2(w) + t_g log2(h)) rotations,
/// k t_f t_g products, one relinearisation for each tile of the result.
[[nodiscard]] Matrix multiply(const Matrix& a, const Matrix& b, Location where = Location::here());

/// aᵀ b without a transpose. In diagonals t_f t_g (min(f, w) + min(g, w) - 1) (log2(h) + t_k + 1) rotations, in vectors
/// f (t_k log2(w) + t_g log2(h)).
[[nodiscard]] Matrix transposed_times(const Matrix& a, const Matrix& b, ProductForm form = ProductForm::automatic,
                                      Location where = Location::here());

/// a bᵀ without a transpose. In diagonals at most t_f t_g min(h, f + g - 1) (log2(w) + t_k) rotations, in vectors g
/// (t_k log2(h) + t_f log2(w)). Diagonals need free columns: min(g, w) + k <= w + 1; stated for other shapes they are
/// refused as `invalid_argument`.
[[nodiscard]] Matrix times_transposed(const Matrix& a, const Matrix& b, ProductForm form = ProductForm::automatic,
                                      Location where = Location::here());

}  // namespace tacit::linalg
