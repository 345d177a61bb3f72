// A contributor's table from CSV.
#include <algorithm>

#include "base/fail.hpp"
#include "tacit/mpc/decimal.hpp"
#include "tacit/study/submission.hpp"
#include "tacit/table/table.hpp"

namespace tacit::study {

namespace {

std::size_t cell_of(const Study& study, const table::Table& csv, std::size_t row) {
    std::size_t cell = 0;
    for (const Group& group : study.groups) {
        const std::size_t column = csv.column(group.name);
        const auto at = std::ranges::find(group.levels, csv.cell(row, column));
        if (at == group.levels.end()) {
            fail(ErrorCode::malformed_input, "{}: '{}' is no '{}'; use one of: {}", csv.place(row, column),
                 csv.cell(row, column), group.name, fmt::join(group.levels, ", "));
        }
        cell = cell * group.levels.size() + static_cast<std::size_t>(at - group.levels.begin());
    }
    return cell;
}

std::int64_t value_of(const Column& column, const table::Table& csv, std::size_t row) {
    const std::size_t at = csv.column(column.name);
    const auto value = mpc::parse_decimal(csv.cell(row, at), column.digits);
    if (!value) fail(ErrorCode::malformed_input, "{}: {}", csv.place(row, at), value.error().what());
    if (*value < column.low || *value > column.high) {
        fail(ErrorCode::malformed_input, "{}: '{}' lies between {} and {}", csv.place(row, at), column.name,
             mpc::to_decimal(column.low, column.digits), mpc::to_decimal(column.high, column.digits));
    }
    return *value;
}

}  // namespace

Table read_table(const Study& study, const std::filesystem::path& path) {
    const table::Table csv = table::read_csv(path);
    if (csv.columns() != study.groups.size() + study.columns.size()) {
        fail(ErrorCode::malformed_input, "'{}' has {} columns; the study has {} groups and {} columns of numbers",
             path.string(), csv.columns(), study.groups.size(), study.columns.size());
    }
    Table table(study);
    for (std::size_t row = 0; row < csv.rows(); ++row) {
        const std::size_t cell = cell_of(study, csv, row);
        if (table.words()[cell] != 0) {
            fail(ErrorCode::malformed_input, "'{}', line {}: this cell is there twice; add the two rows up",
                 path.string(), csv.line(row));
        }
        std::vector<std::int64_t> values;
        for (const Column& column : study.columns) values.push_back(value_of(column, csv, row));
        table.fill(cell, values);
    }
    if (csv.rows() == 0) fail(ErrorCode::malformed_input, "'{}' fills in no cell", path.string());
    return table;
}

}  // namespace tacit::study
