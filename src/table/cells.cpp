#include "table/cells.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/fail.hpp"

namespace tacit::table {

std::optional<double> number(std::string_view cell) noexcept {
    if (cell.starts_with('+')) cell.remove_prefix(1);
    if (cell.empty() || (cell.front() == '-' && cell.size() == 1)) return std::nullopt;
    double value = 0;
    const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
    if (error != std::errc{} || end != cell.data() + cell.size() || !std::isfinite(value)) return std::nullopt;
    return value;
}

bool is_missing(std::string_view cell, const FeatureChoice& choice) {
    return std::ranges::find(choice.missing_words, cell) != choice.missing_words.end();
}

void refuse_missing(const Table& table, std::size_t row, std::size_t column) {
    fail(ErrorCode::invalid_argument,
         "{}: the cell is missing ('{}'); fill it in, or choose --missing mean, mode or drop-row",
         table.place(row, column), table.cell(row, column));
}

void refuse_missing_label(const Table& table, std::size_t row, std::size_t column) {
    fail(ErrorCode::invalid_argument,
         "{}: the label is missing ('{}'); fill it in, or leave out the row (--missing drop-row) or, to predict, the "
         "column",
         table.place(row, column), table.cell(row, column));
}

std::uint8_t label_of(const Table& table, std::size_t row, std::size_t column, const FeatureMap& map) {
    const std::string_view cell = table.cell(row, column);
    if (is_missing(cell, map.choice())) refuse_missing_label(table, row, column);
    if (map.choice().kind == Label::classes) {
        const std::vector<std::string>& classes = map.target().levels;
        const auto found = std::ranges::lower_bound(classes, cell);
        if (found != classes.end() && *found == cell) return static_cast<std::uint8_t>(found - classes.begin());
        fail(ErrorCode::invalid_argument, "{}: no training row has the label '{}'; mend it, or leave the row out",
             table.place(row, column), cell);
    }
    if (cell == map.choice().positive) return 1;
    if (map.negative().empty() || cell == map.negative()) return 0;
    fail(ErrorCode::invalid_argument, "{}: the label '{}' is neither '{}' nor '{}'; mend it, or leave the row out",
         table.place(row, column), cell, map.choice().positive, map.negative());
}

double target_of(const Table& table, std::size_t row, std::size_t column, const FeatureMap& map) {
    const std::string_view cell = table.cell(row, column);
    if (is_missing(cell, map.choice())) refuse_missing_label(table, row, column);
    if (const auto value = number(cell)) return (*value - map.target().mean) / map.target().deviation;
    fail(ErrorCode::invalid_argument, "{}: the label '{}' is no number; mend it, or leave the row out",
         table.place(row, column), cell);
}

std::vector<std::size_t> kept_rows(const Table& table, std::span<const std::size_t> rows,
                                   std::span<const std::size_t> columns, const FeatureChoice& choice) {
    std::vector<std::size_t> kept(rows.begin(), rows.end());
    if (choice.missing != Missing::drop_row) return kept;
    std::erase_if(kept, [&](std::size_t row) {
        return std::ranges::any_of(columns, [&](std::size_t c) { return is_missing(table.cell(row, c), choice); });
    });
    return kept;
}

}  // namespace tacit::table
