#pragma once

#include <optional>
#include <string_view>

#include "tacit/table/feature_map.hpp"

namespace tacit::table {

/// The finite decimal number that a cell is, if it is one: "12", "-0.5", "+3", "1e-3".
[[nodiscard]] std::optional<double> number(std::string_view cell) noexcept;

/// Whether a cell says nothing.
[[nodiscard]] bool is_missing(std::string_view cell, const FeatureChoice& choice);

/// The class of a row, or of a label that is a number, standardised, its target. Throws invalid_argument for a value
/// that is none of the classes, or no number.
[[nodiscard]] std::uint8_t label_of(const Table& table, std::size_t row, std::size_t column, const FeatureMap& map);
[[nodiscard]] double target_of(const Table& table, std::size_t row, std::size_t column, const FeatureMap& map);

/// The rows whose cells in the given columns all say something, if the choice is to drop the others; all rows if not.
[[nodiscard]] std::vector<std::size_t> kept_rows(const Table& table, std::span<const std::size_t> rows,
                                                 std::span<const std::size_t> columns, const FeatureChoice& choice);

/// Throw invalid_argument for a missing cell, with the remedies.
[[noreturn]] void refuse_missing(const Table& table, std::size_t row, std::size_t column);
[[noreturn]] void refuse_missing_label(const Table& table, std::size_t row, std::size_t column);

inline constexpr std::size_t most_levels = 256;

}  // namespace tacit::table
