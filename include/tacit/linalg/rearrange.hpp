#pragma once

#include <cstddef>

#include "tacit/linalg/value.hpp"

namespace tacit::linalg {

// The same elements in other places. Where no slot has to move, these cost nothing; else the elements are picked by
// masks, which costs 1 level and about 2.2 sqrt(n) rotations for each tile where n different distances occur. What is
// picked is clean. Shapes and ranges that do not fit are `invalid_argument`.

/// Columns become rows. 1 level.
[[nodiscard]] Matrix transpose(const Matrix& matrix, Location where = Location::here());
/// The vector along the other side of the unit. 1 level and log2(h) rotations for each tile.
[[nodiscard]] ColumnVector transpose(const RowVector& vector, Location where = Location::here());
/// The same with log2(w) rotations and the copies that `sum_columns` leaves.
[[nodiscard]] RowVector transpose(const ColumnVector& vector, Location where = Location::here());

/// `rows` x `columns` elements from (first_row, first_column) on. Free if these are multiples of the unit's height and
/// width, but what is cut off becomes garbage; else 1 level.
[[nodiscard]] Matrix slice(const Matrix& matrix, std::size_t first_row, std::size_t rows, std::size_t first_column,
                           std::size_t columns, Location where = Location::here());
/// `length` elements from `first` on. Free if `first` begins a tile, else 1 level.
[[nodiscard]] RowVector slice(const RowVector& vector, std::size_t first, std::size_t length,
                              Location where = Location::here());
[[nodiscard]] ColumnVector slice(const ColumnVector& vector, std::size_t first, std::size_t length,
                                 Location where = Location::here());

/// `a` above `b`, equally wide. Free if `a` ends with a tile, else 1 level for `b`.
[[nodiscard]] Matrix above(const Matrix& a, const Matrix& b, Location where = Location::here());
/// `a` to the left of `b`, equally high. Free if `a` ends with a tile, else 1 level for `b`.
[[nodiscard]] Matrix beside(const Matrix& a, const Matrix& b, Location where = Location::here());
/// The elements of `a`, then those of `b`. Free if `a` ends with a tile, else 1 level for `b`.
[[nodiscard]] RowVector join(const RowVector& a, const RowVector& b, Location where = Location::here());
[[nodiscard]] ColumnVector join(const ColumnVector& a, const ColumnVector& b, Location where = Location::here());

/// The same value in another unit of as many slots. Free for scalars and where the unit is the same; a column vector
/// that fits both widths is free if the unit becomes wider, and takes log2 of the ratio rotations and no level if it
/// becomes narrower; all else costs 1 level.
template <Kind K>
[[nodiscard]] Value<K> with_unit(const Value<K>& value, Unit unit, Location where = Location::here());

}  // namespace tacit::linalg
