#include "tacit/dp/csv.hpp"

#include <algorithm>
#include <limits>

#include "table/cells.hpp"

namespace tacit::dp {

namespace {

std::vector<std::string> each_once(std::vector<std::string> names) {
    std::ranges::sort(names);
    const auto rest = std::ranges::unique(names);
    names.erase(rest.begin(), rest.end());
    return names;
}

}  // namespace

Dataset read_columns(const table::Table& table, const ColumnsUsed& columns) {
    Dataset data(table.rows());
    for (const std::string& name : each_once(columns.numbers)) {
        const std::size_t column = table.column(name);
        std::vector<double> values(table.rows());
        for (std::size_t row = 0; row < values.size(); ++row) {
            values[row] = table::number(table.cell(row, column)).value_or(std::numeric_limits<double>::quiet_NaN());
        }
        data.add_numbers(name, std::move(values));
    }
    for (const std::string& name : each_once(columns.texts)) {
        const std::size_t column = table.column(name);
        std::vector<std::string> values(table.rows());
        for (std::size_t row = 0; row < values.size(); ++row) values[row] = table.cell(row, column);
        data.add_texts(name, std::move(values));
    }
    return data;
}

}  // namespace tacit::dp
