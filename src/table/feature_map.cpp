#include "tacit/table/feature_map.hpp"

#include <algorithm>
#include <numeric>

#include "base/fail.hpp"
#include "table/cells.hpp"

namespace tacit::table {

const char* to_string(Missing policy) noexcept {
    switch (policy) {
        case Missing::refuse: return "refuse";
        case Missing::mean: return "mean";
        case Missing::mode: return "mode";
        case Missing::drop_row: return "drop-row";
    }
    return "unknown";
}

const char* to_string(UnknownLevel policy) noexcept { return policy == UnknownLevel::refuse ? "refuse" : "zeros"; }

namespace {

void append_number(const Table& table, std::size_t row, std::size_t at, const FeatureColumn& column, bool missing,
                   std::vector<double>& out) {
    double value = column.fill;
    if (!missing) {
        const auto found = number(table.cell(row, at));
        if (!found) {
            fail(ErrorCode::invalid_argument, "{}: '{}' is no number, as all of the training rows are; mend the cell",
                 table.place(row, at), table.cell(row, at));
        }
        value = *found;
    }
    out.push_back((value - column.mean) / column.deviation);
}

void append_level(const Table& table, std::size_t row, std::size_t at, const FeatureColumn& column, bool missing,
                  UnknownLevel unknown, std::vector<double>& out) {
    const std::string_view cell = table.cell(row, at);
    const auto found = std::ranges::lower_bound(column.levels, cell);
    const bool known = missing || (found != column.levels.end() && *found == cell);
    if (!known && unknown == UnknownLevel::refuse) {
        fail(ErrorCode::invalid_argument,
             "{}: no training row has '{}'; mend the cell, or choose --unknown-level zeros when training",
             table.place(row, at), cell);
    }
    const auto level = missing ? column.fill_level : static_cast<std::size_t>(found - column.levels.begin());
    for (std::size_t i = 0; i < column.levels.size(); ++i) out.push_back(known && i == level ? 1 : 0);
}

}  // namespace

Features FeatureMap::apply(const Table& table, std::span<const std::size_t> rows) const {
    std::vector<std::size_t> at;
    for (const FeatureColumn& column : columns_) at.push_back(table.column(column.name));
    std::vector<std::size_t> needed = at;
    const auto label = table.find(choice_.label);
    if (label) needed.push_back(*label);
    Features features{.columns = this->features(), .rows = kept_rows(table, rows, needed, choice_)};
    features.values.reserve(features.rows.size() * features.columns);
    for (const std::size_t row : features.rows) {
        if (label && choice_.kind == Label::number) features.targets.push_back(target_of(table, row, *label, *this));
        if (label && choice_.kind != Label::number) features.labels.push_back(label_of(table, row, *label, *this));
        for (std::size_t c = 0; c < columns_.size(); ++c) {
            const bool missing = is_missing(table.cell(row, at[c]), choice_);
            if (missing && choice_.missing == Missing::refuse) refuse_missing(table, row, at[c]);
            if (columns_[c].numeric()) {
                append_number(table, row, at[c], columns_[c], missing, features.values);
            } else {
                append_level(table, row, at[c], columns_[c], missing, choice_.unknown, features.values);
            }
        }
    }
    return features;
}

Features FeatureMap::apply(const Table& table) const {
    std::vector<std::size_t> rows(table.rows());
    std::iota(rows.begin(), rows.end(), std::size_t{0});
    return apply(table, rows);
}

std::vector<std::string> FeatureMap::class_names() const {
    if (choice_.kind != Label::two_classes) return target_.levels;
    return {negative_.empty() ? "not " + choice_.positive : negative_, choice_.positive};
}

std::size_t FeatureMap::features() const noexcept {
    std::size_t count = 0;
    for (const FeatureColumn& column : columns_) count += column.features();
    return count;
}

std::vector<std::string> FeatureMap::feature_names() const {
    std::vector<std::string> names;
    for (const FeatureColumn& column : columns_) {
        if (column.numeric()) names.push_back(column.name);
        for (const std::string& level : column.levels) names.push_back(column.name + "=" + level);
    }
    return names;
}

}  // namespace tacit::table
