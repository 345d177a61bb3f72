#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tacit/base/expected.hpp"
#include "tacit/table/table.hpp"

namespace tacit::table {

/// What becomes of a cell that says nothing.
enum class Missing : std::uint8_t {
    refuse,    ///< an error
    mean,      ///< the column's mean over the training rows; the most frequent level of a column of categories
    mode,      ///< the column's most frequent value over the training rows; of several the smallest
    drop_row,  ///< the row is left out
};

/// What becomes of a category that no training row has.
enum class UnknownLevel : std::uint8_t {
    refuse,  ///< an error
    zeros,   ///< 0 for every level of the column
};

/// What the column to predict says.
enum class Label : std::uint8_t {
    two_classes,  ///< one value, the positive class, against another or all others
    classes,      ///< categories, each for itself
    number,       ///< a quantity
};

/// "refuse", "mean", "mode", "drop-row"; "refuse", "zeros"
[[nodiscard]] const char* to_string(Missing policy) noexcept;
[[nodiscard]] const char* to_string(UnknownLevel policy) noexcept;

/// What the owner of a table says about it.
struct FeatureChoice {
    std::string label{};  ///< the column to predict
    Label kind = Label::two_classes;
    std::string positive{};              ///< of two classes: the value of the label that counts as 1; may be left out
                                         ///< where the values are 0 and 1
    std::vector<std::string> dropped{};  ///< columns that are no features, identifiers for one
    std::vector<std::string> categorical{};  ///< columns of numbers that stand for categories, or of both
    Missing missing = Missing::refuse;
    UnknownLevel unknown = UnknownLevel::refuse;
    std::vector<std::string> missing_words{"", "?", "NA", "N/A", "NaN", "nan", "NULL", "null"};
    friend bool operator==(const FeatureChoice&, const FeatureChoice&) = default;
};

/// How one column becomes numbers.
struct FeatureColumn {
    std::string name{};
    /// Of categories: the levels of the training rows, ascending by bytes; one feature each, 1 where the cell is the
    /// level and 0 elsewhere. Empty: the column is numeric and one feature, (x - mean) / deviation.
    std::vector<std::string> levels{};
    double mean = 0;
    double deviation = 1;        ///< standard deviation over the training rows (1/n); 1 for a constant column
    double fill = 0;             ///< numeric: stands for a missing cell, in the units of the column
    std::size_t fill_level = 0;  ///< of categories: the level that does

    [[nodiscard]] bool numeric() const noexcept { return levels.empty(); }
    [[nodiscard]] std::size_t features() const noexcept { return numeric() ? 1 : levels.size(); }
    friend bool operator==(const FeatureColumn&, const FeatureColumn&) = default;
};

/// Rows as numbers.
struct Features {
    std::size_t columns = 0;
    std::vector<double> values{};        ///< [rows x columns], row-major
    std::vector<std::uint8_t> labels{};  ///< [rows], 1 for the positive class, or the number of the class
    std::vector<double> targets{};       ///< [rows], of a label that is a number: (y - mean) / deviation
    std::vector<std::size_t> rows{};     ///< the table's row of each; fewer than were asked for if some were dropped
};

/// How rows of a table become vectors of numbers: found once, from the training rows, and used unchanged for whatever
/// is predicted later.
class FeatureMap {
public:
    /// Finds the map. Columns keep the order of the table. A column is numeric if each of its cells is a decimal
    /// number or missing, of categories if none is a number or the choice says so; a column with both is refused.
    ///
    /// Throws invalid_argument, naming line and column where there is one and the remedy, for: a column that does not
    /// exist; a label whose positive class is not clear, has one value only, is no number where it should be one, or is
    /// missing; a column with both numbers and words, without any value, or with more than 256 levels; a missing cell
    /// under Missing::refuse; no feature; no row. Preconditions: rows are rows of the table. Cost: one pass over the
    /// rows and their sorting by levels.
    [[nodiscard]] static FeatureMap fit(const Table& table, std::span<const std::size_t> rows,
                                        const FeatureChoice& choice);

    /// Applies the map. The table's columns may come in any order; those the map does not know are ignored, and the
    /// label may be missing as a column, not as a cell; then there are no labels and targets. Throws invalid_argument
    /// as `fit` for cells and columns, and for an unknown level or label.
    [[nodiscard]] Features apply(const Table& table, std::span<const std::size_t> rows) const;
    /// To all rows.
    [[nodiscard]] Features apply(const Table& table) const;

    [[nodiscard]] const FeatureChoice& choice() const noexcept { return choice_; }
    /// The value of the label that counts as 0; empty if it is every value but the positive one.
    [[nodiscard]] const std::string& negative() const noexcept { return negative_; }
    /// The label as a column: of classes, its levels; of numbers, their mean and deviation. Not for two classes.
    [[nodiscard]] const FeatureColumn& target() const noexcept { return target_; }
    /// The names of the classes by their labels; of two, the negative one first. Empty if the label is a number.
    [[nodiscard]] std::vector<std::string> class_names() const;
    [[nodiscard]] std::span<const FeatureColumn> columns() const noexcept { return columns_; }
    /// How many numbers a row becomes.
    [[nodiscard]] std::size_t features() const noexcept;
    /// Their names: "age", "purpose=education".
    [[nodiscard]] std::vector<std::string> feature_names() const;
    friend bool operator==(const FeatureMap&, const FeatureMap&) = default;

private:
    friend Expected<FeatureMap> parse_feature_map(std::string_view json);
    FeatureChoice choice_;  ///< with the positive class as it was found
    std::string negative_;
    FeatureColumn target_;
    std::vector<FeatureColumn> columns_;
};

/// JSON: {"format": "tacit feature map", "version": 1, ...}; docs/formats.md.
[[nodiscard]] std::string to_json(const FeatureMap& map);
/// What to_json wrote, or malformed_input with the flaw: another format or version, a field that is missing, unknown or
/// of another type, a number that is not finite, a deviation that is not positive, levels that are not ascending, a
/// column twice. Text may come from anywhere, up to 16 MiB.
[[nodiscard]] Expected<FeatureMap> parse_feature_map(std::string_view json);

}  // namespace tacit::table
