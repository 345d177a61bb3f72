#pragma once

#include "tacit/linalg/value.hpp"

namespace tacit::linalg {

// Products of a public matrix with an encrypted vector or matrix. 1 level; no relinearisation. Operands may be dirty;
// results are clean, but for what sum_columns leaves. Zeros of the public matrix cost nothing where a whole diagonal of
// it is zero.

/// a M, transposed, as `multiply` of encrypted ones: log2(h) rotations for each tile of the result.
[[nodiscard]] ColumnVector multiply(const RowVector& a, const Dense& b, Location where = Location::here());
/// M b, transposed: log2(w) rotations for each tile of the result, and the copies of sum_columns.
[[nodiscard]] RowVector multiply(const Dense& a, const ColumnVector& b, Location where = Location::here());

/// M b as a column vector again, by its diagonals [HS18]: about 2.2 sqrt(n) rotations for n diagonals, at most the
/// unit's width, for each tile of the result.
[[nodiscard]] ColumnVector multiply_by_diagonals(const Dense& a, const ColumnVector& b,
                                                 Location where = Location::here());
/// a M as a row vector again: n is at most the unit's height.
[[nodiscard]] RowVector multiply_by_diagonals(const RowVector& a, const Dense& b, Location where = Location::here());

/// A public matrix times an encrypted one: about 2.2 sqrt(n) rotations for n <= h diagonals, for each pair of tiles
/// that meet.
[[nodiscard]] Matrix multiply(const Dense& a, const Matrix& b, Location where = Location::here());
/// An encrypted matrix times a public one: n <= 2w - 1 diagonals, as rows of the unit are not cyclic.
[[nodiscard]] Matrix multiply(const Matrix& a, const Dense& b, Location where = Location::here());

}  // namespace tacit::linalg
