// Finding a feature map: which columns are numbers, which are categories, what is 1 and what is 0.
#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "base/fail.hpp"
#include "table/cells.hpp"

namespace tacit::table {

namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
    return std::ranges::find(names, name) != names.end();
}

std::set<std::string_view> label_values(const Table& table, std::span<const std::size_t> rows, std::size_t column,
                                        const FeatureChoice& choice) {
    std::set<std::string_view> values;
    for (const std::size_t row : rows) {
        if (is_missing(table.cell(row, column), choice)) refuse_missing_label(table, row, column);
        values.insert(table.cell(row, column));
    }
    return values;
}

/// "'bad', 'good'", a few of them.
std::string listed(const std::set<std::string_view>& values) {
    constexpr std::size_t most = 8;
    std::string text;
    std::size_t count = 0;
    for (const std::string_view value : values) {
        if (count++ == most) return text + ", ...";
        text += fmt::format("{}'{}'", text.empty() ? "" : ", ", value);
    }
    return text;
}

/// The two classes: {positive, negative}, the latter empty for all other values.
std::pair<std::string, std::string> classes_of(const Table& table, const std::set<std::string_view>& values,
                                               const FeatureChoice& choice) {
    const auto refuse = [&](const char* why) {
        fail(ErrorCode::invalid_argument, "{}: the label '{}' takes {} over the training rows; {}", table.name(),
             choice.label, listed(values), why);
    };
    if (values.size() < 2) refuse("there have to be two classes to tell apart");
    if (choice.positive.empty() && values != std::set<std::string_view>{"0", "1"}) {
        refuse("say with --positive which value counts as 1");
    }
    const std::string positive = choice.positive.empty() ? "1" : choice.positive;
    if (!values.contains(positive)) {
        refuse(fmt::format("the positive class '{}' is not among them", positive).c_str());
    }
    if (values.size() > 2) return {positive, ""};
    return {positive, std::string(*values.begin() == positive ? *values.rbegin() : *values.begin())};
}

/// The cells of one column that say something.
class ColumnFit {
public:
    ColumnFit(const Table& table, std::span<const std::size_t> rows, std::size_t column, const FeatureChoice& choice)
        : table_(table), column_(column), choice_(choice) {
        for (const std::size_t row : rows) take(row);
        if (present_ == 0) {
            fail(ErrorCode::invalid_argument, "{}, column '{}': every cell is missing; leave it out with --drop {}",
                 table.name(), name(), name());
        }
    }

    /// `categories`: even if the cells are numbers.
    FeatureColumn result(bool categories) const {
        const bool stated = categories || contains(choice_.categorical, name());
        if (!stated && first_number_ && first_word_) refuse_mixture();
        return stated || !first_number_ ? categorical() : numeric();
    }

private:
    const std::string& name() const { return table_.header()[column_]; }

    void take(std::size_t row) {
        const std::string_view cell = table_.cell(row, column_);
        if (is_missing(cell, choice_)) {
            if (choice_.missing == Missing::refuse) refuse_missing(table_, row, column_);
            return;
        }
        ++present_;
        ++counts_[cell];
        auto& first = number(cell) ? first_number_ : first_word_;
        if (!first) first = row;
    }

    [[noreturn]] void refuse_mixture() const {
        const std::size_t odd = std::max(*first_number_, *first_word_);
        fail(ErrorCode::invalid_argument,
             "{}: '{}' is {} number, unlike the cells above; mend it, add it to --missing-words, or say --categorical "
             "{} if the column holds categories",
             table_.place(odd, column_), table_.cell(odd, column_), odd == *first_word_ ? "no" : "a", name());
    }

    FeatureColumn numeric() const {
        const auto n = static_cast<double>(present_);
        double mean = 0, square = 0, mode = 0;
        std::size_t most = 0;
        std::map<double, std::size_t> values;
        for (const auto& [cell, count] : counts_) values[*number(cell)] += count;
        for (const auto& [value, count] : values) mean += value * static_cast<double>(count);
        mean /= n;
        for (const auto& [value, count] : values) {
            square += (value - mean) * (value - mean) * static_cast<double>(count);
            if (count > most) mode = value;
            most = std::max(most, count);
        }
        if (!std::isfinite(square)) {
            fail(ErrorCode::invalid_argument,
                 "{}, column '{}': its numbers are too large to be squared; scale them down", table_.name(), name());
        }
        const double deviation = std::sqrt(square / n);
        return {.name = name(),
                .mean = mean,
                .deviation = deviation > 0 ? deviation : 1,
                .fill = choice_.missing == Missing::mode ? mode : mean};
    }

    FeatureColumn categorical() const {
        if (counts_.size() > most_levels) {
            fail(ErrorCode::invalid_argument,
                 "{}, column '{}': {} different values such as '{}' are no categories (the limit is {}); leave the "
                 "column out with --drop, or write its numbers with a decimal point",
                 table_.name(), name(), counts_.size(), counts_.begin()->first, most_levels);
        }
        FeatureColumn column{.name = name()};
        std::size_t most = 0;
        for (const auto& [level, count] : counts_) {
            if (count > most) column.fill_level = column.levels.size();
            most = std::max(most, count);
            column.levels.emplace_back(level);
        }
        return column;
    }

    const Table& table_;
    std::size_t column_;
    const FeatureChoice& choice_;
    std::size_t present_ = 0;
    std::map<std::string_view, std::size_t> counts_;
    std::optional<std::size_t> first_number_;
    std::optional<std::size_t> first_word_;
};

/// The label as categories or as a number.
FeatureColumn fit_target(const Table& table, std::span<const std::size_t> rows, std::size_t label,
                         const FeatureChoice& choice) {
    const auto refuse = [&](const std::string& why) {
        fail(ErrorCode::invalid_argument, "{}: the label '{}' {}", table.name(), choice.label, why);
    };
    if (!choice.positive.empty()) {
        refuse(fmt::format("has a positive class, '{}', in a model of two classes alone; leave out --positive",
                           choice.positive));
    }
    const auto values = label_values(table, rows, label, choice);
    if (values.size() < 2)
        refuse(fmt::format("takes {} over the training rows; nothing can be learnt", listed(values)));
    const bool categories = choice.kind == Label::classes;
    FeatureColumn target = ColumnFit(table, rows, label, choice).result(categories);
    if (!categories && !target.numeric()) {
        refuse(fmt::format("holds words such as '{}', no numbers; train a multinomial model, or choose another label",
                           target.levels.front()));
    }
    return target;
}

/// The columns that are features; checks every name in the choice.
std::vector<std::size_t> feature_columns(const Table& table, const FeatureChoice& choice) {
    if (choice.label.empty()) {
        fail(ErrorCode::invalid_argument, "{}: no label is stated; name the column to predict with --label",
             table.name());
    }
    (void)table.column(choice.label);
    for (const auto* names : {&choice.dropped, &choice.categorical}) {
        for (const std::string& name : *names) (void)table.column(name);
    }
    std::vector<std::size_t> columns;
    for (std::size_t i = 0; i < table.columns(); ++i) {
        const std::string& name = table.header()[i];
        if (name != choice.label && !contains(choice.dropped, name)) columns.push_back(i);
    }
    if (columns.empty()) {
        fail(ErrorCode::invalid_argument, "{}: no column is left to predict '{}' from; drop fewer", table.name(),
             choice.label);
    }
    return columns;
}

}  // namespace

FeatureMap FeatureMap::fit(const Table& table, std::span<const std::size_t> rows, const FeatureChoice& choice) {
    FeatureMap map;
    map.choice_ = choice;
    const std::vector<std::size_t> columns = feature_columns(table, choice);
    const std::size_t label = table.column(choice.label);
    std::vector<std::size_t> needed = columns;
    needed.push_back(label);
    const std::vector<std::size_t> kept = kept_rows(table, rows, needed, choice);
    if (kept.empty()) {
        fail(ErrorCode::invalid_argument, "{}: {} to train on; give rows without missing cells, or --missing mean",
             table.name(), rows.empty() ? "there is no row" : "no row is left");
    }
    if (choice.kind == Label::two_classes) {
        std::tie(map.choice_.positive, map.negative_) =
            classes_of(table, label_values(table, kept, label, choice), choice);
    } else {
        map.target_ = fit_target(table, kept, label, choice);
    }
    for (const std::size_t column : columns) {
        map.columns_.push_back(ColumnFit(table, kept, column, choice).result(false));
    }
    return map;
}

}  // namespace tacit::table
