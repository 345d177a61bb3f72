#pragma once

#include "tacit/linalg/value.hpp"

namespace tacit::linalg {

// Products of encrypted values slot by slot, sums over rows and columns, and the products with vectors that they give.
// Levels below are those of the operation itself; a mask (see Value) or a repetition of a vector adds one, beside the
// other operand's path. h x w is the unit, T the number of tiles.

/// Element by element, for two values of one kind and shape. 1 level, T products. The square is hadamard(a, a).
template <Kind K>
[[nodiscard]] Value<K> hadamard(const Value<K>& a, const Value<K>& b, Location where = Location::here());

/// Element i, j of the matrix times element i of the row vector: rows are scaled. The vector is as long as the matrix
/// is high. 1 level, T products.
[[nodiscard]] Matrix hadamard(const RowVector& a, const Matrix& b, Location where = Location::here());

/// Element i, j of the matrix times element j of the column vector: columns are scaled. The vector is as long as the
/// matrix is wide. 1 level, T products.
[[nodiscard]] Matrix hadamard(const Matrix& a, const ColumnVector& b, Location where = Location::here());

/// Element by element with public values of the same shape; a matrix also takes 1 x rows, which scales its rows, and
/// columns x 1, which scales its columns. 1 level, no keys; the result is clean.
template <Kind K>
[[nodiscard]] Value<K> hadamard(const Value<K>& a, const Dense& b, Location where = Location::here());

/// An encrypted number times every element. 1 level, T products.
template <Kind K>
[[nodiscard]] Value<K> multiply(const Scalar& a, const Value<K>& b, Location where = Location::here());

/// The sums of the columns' elements, over all rows: entry j is sum_i m(i, j). 0 levels; log2(h) rotations for each
/// tile side by side. Sums over several matrices: sum_rows(sum(matrices)).
[[nodiscard]] ColumnVector sum_rows(const Matrix& matrix, Location where = Location::here());

/// The sums of the rows' elements, over all columns: entry i is sum_j m(i, j). 0 levels; log2(w) rotations for each
/// tile one below the other. A matrix of k < w columns leaves w - k + 1 copies of the vector, a wider one 1; the other
/// slots hold garbage. An operation that needs more copies makes them with a mask: `spread`.
[[nodiscard]] RowVector sum_columns(const Matrix& matrix, Location where = Location::here());

/// The same vector in every column (row) of the unit: 1 level unless it has a power of two of copies and is clean, and
/// log2(all / copies) rotations for each tile. Operations do this where they need it.
[[nodiscard]] RowVector spread(const RowVector& vector, Location where = Location::here());
[[nodiscard]] ColumnVector spread(const ColumnVector& vector, Location where = Location::here());

/// sum_i a(i) b(i). 1 level, log2(h) or log2(w) rotations.
[[nodiscard]] Scalar dot(const RowVector& a, const RowVector& b, Location where = Location::here());
[[nodiscard]] Scalar dot(const ColumnVector& a, const ColumnVector& b, Location where = Location::here());

/// The same with public factors, in the vector's own shape; no keys but those of the rotations.
[[nodiscard]] Scalar dot(const RowVector& a, const Dense& b, Location where = Location::here());
[[nodiscard]] Scalar dot(const ColumnVector& a, const Dense& b, Location where = Location::here());

/// The matrix a(i) b(j). 1 level, T products.
[[nodiscard]] Matrix outer(const RowVector& a, const ColumnVector& b, Location where = Location::here());

/// a M, transposed, as the sum leaves it along the columns: entry j is sum_i a(i) m(i, j). 1 level, T products, the
/// rotations of sum_rows.
[[nodiscard]] ColumnVector multiply(const RowVector& a, const Matrix& b, Location where = Location::here());

/// M b as a column vector again, for a matrix that its owner keeps by diagonals: 1 level and no mask, in any number of
/// products in a row. The result is clean and in all rows. For blocks f x g of the unit's width w: w f g products,
/// about (2 g + f / 2) sqrt(w) rotations, f sqrt(w) / 2 relinearisations. Takes w tiles for each block, where a matrix
/// in tiles takes one for h x w elements.
[[nodiscard]] ColumnVector multiply(const DiagonalMatrix& a, const ColumnVector& b, Location where = Location::here());

/// M b, transposed, as the sum leaves it along the rows: entry i is sum_j m(i, j) b(j). 1 level, T products, the
/// rotations and copies of sum_columns.
[[nodiscard]] RowVector multiply(const Matrix& a, const ColumnVector& b, Location where = Location::here());

}  // namespace tacit::linalg
