#pragma once

#include "tacit/dp/transformation.hpp"
#include "tacit/table/table.hpp"

namespace tacit::dp {

/// The columns of a table that a measurement reads, as private rows. Total over the cells: in a column of numbers, a
/// cell that is no finite decimal number has no value (NaN), and nothing says how many those are. Throws
/// invalid_argument if a column is missing, which the header, not a row, decides.
[[nodiscard]] Dataset read_columns(const table::Table& table, const ColumnsUsed& columns);

}  // namespace tacit::dp
