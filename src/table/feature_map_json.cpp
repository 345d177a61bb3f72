// The JSON of feature maps; the only file of this layer that sees the JSON parser.
#include <algorithm>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>

#include "base/fail.hpp"
#include "base/format_version.hpp"
#include "table/cells.hpp"
#include "table/json_fields.hpp"

namespace tacit::table {

namespace {

using nlohmann::json;

constexpr const char* format_name = "tacit feature map";
constexpr std::uint64_t format_version = 2;  ///< since labels may be of several classes or a number
constexpr std::size_t largest_text = std::size_t{1} << 24;
constexpr std::size_t most_columns = 4096;

[[noreturn]] void refuse(const std::string& why) {
    fail(ErrorCode::malformed_input, "feature map: {}; is it the right file, and whole?", why);
}

/// Also values of the types that a feature map has.
class Fields : public JsonFields {
public:
    explicit Fields(const json& object) : JsonFields(object, refuse) {}

    std::string string(const char* name) { return as_string(at(name), name); }

    double number(const char* name) {
        const json& value = at(name);
        if (!value.is_number() || !std::isfinite(value.get<double>())) {
            refuse(fmt::format("'{}' is no finite number", name));
        }
        return value.get<double>();
    }

    std::size_t index(const char* name, std::size_t limit) {
        const json& value = at(name);
        if (!value.is_number_unsigned() || value.get<std::uint64_t>() >= limit) {
            refuse(fmt::format("'{}' is no whole number below {}", name, limit));
        }
        return value.get<std::size_t>();
    }

    std::vector<std::string> strings(const char* name, std::size_t limit) {
        std::vector<std::string> result;
        for (const json& entry : list(name, limit)) result.push_back(as_string(entry, name));
        return result;
    }

private:
    static std::string as_string(const json& value, const char* name) {
        if (!value.is_string()) refuse(fmt::format("'{}' is no text", name));
        return value.get<std::string>();
    }
};

template <class Policy>
Policy policy(Fields& fields, const char* name, std::initializer_list<Policy> policies) {
    const std::string text = fields.string(name);
    for (const Policy p : policies) {
        if (text == to_string(p)) return p;
    }
    refuse(fmt::format("'{}' is '{}', which is no policy", name, text));
}

json encode(const FeatureColumn& column) {
    if (!column.numeric()) {
        return {{"name", column.name}, {"levels", column.levels}, {"fill_level", column.fill_level}};
    }
    return {{"name", column.name}, {"mean", column.mean}, {"deviation", column.deviation}, {"fill", column.fill}};
}

FeatureColumn decode_column(const json& object) {
    Fields fields(object);
    FeatureColumn column{.name = fields.string("name")};
    if (object.contains("levels")) {
        column.levels = fields.strings("levels", most_levels);
        column.fill_level = fields.index("fill_level", column.levels.size());
        if (std::ranges::adjacent_find(column.levels, std::ranges::greater_equal{}) != column.levels.end()) {
            refuse(fmt::format("the levels of column '{}' are not ascending", column.name));
        }
    } else {
        column.mean = fields.number("mean");
        column.deviation = fields.number("deviation");
        column.fill = fields.number("fill");
        if (!(column.deviation > 0)) refuse(fmt::format("the deviation of column '{}' is not positive", column.name));
    }
    fields.expect_end();
    return column;
}

FeatureChoice decode_choice(Fields& fields) {
    FeatureChoice choice;
    choice.label = fields.string("label");
    choice.positive = fields.string("positive");
    choice.dropped = fields.strings("dropped", most_columns);
    choice.categorical = fields.strings("categorical", most_columns);
    choice.missing = policy(fields, "missing", {Missing::refuse, Missing::mean, Missing::mode, Missing::drop_row});
    choice.unknown = policy(fields, "unknown_level", {UnknownLevel::refuse, UnknownLevel::zeros});
    choice.missing_words = fields.strings("missing_words", most_levels);
    if (choice.label.empty()) refuse("the label is empty");
    return choice;
}

/// What the label says; two classes have no column of it.
void decode_target(Fields& fields, FeatureChoice& choice, FeatureColumn& target) {
    const json& label = fields.at("target");
    const bool two_classes = label.is_null();
    if (two_classes == choice.positive.empty()) refuse("there has to be a positive class or a target");
    if (two_classes) return;
    target = decode_column(label);
    choice.kind = target.numeric() ? Label::number : Label::classes;
    if (target.name != choice.label) refuse("the target is not the label");
}

std::vector<FeatureColumn> decode_columns(const json& list, const std::string& label) {
    if (!list.is_array() || list.empty() || list.size() > most_columns) {
        refuse(fmt::format("'columns' is no list of 1 to {}", most_columns));
    }
    std::vector<FeatureColumn> columns;
    std::set<std::string> names{label};
    for (const json& entry : list) {
        columns.push_back(decode_column(entry));
        if (!names.insert(columns.back().name).second) {
            refuse(fmt::format("the column '{}' comes twice", columns.back().name));
        }
    }
    return columns;
}

}  // namespace

std::string to_json(const FeatureMap& map) {
    const FeatureChoice& choice = map.choice();
    json columns = json::array();
    for (const FeatureColumn& column : map.columns()) columns.push_back(encode(column));
    const json object{{"format", format_name},
                      {"version", format_version},
                      {"label", choice.label},
                      {"positive", choice.positive},
                      {"negative", map.negative()},
                      {"target", choice.kind == Label::two_classes ? json(nullptr) : encode(map.target())},
                      {"dropped", choice.dropped},
                      {"categorical", choice.categorical},
                      {"missing", to_string(choice.missing)},
                      {"unknown_level", to_string(choice.unknown)},
                      {"missing_words", choice.missing_words},
                      {"columns", std::move(columns)}};
    return object.dump(2);
}

Expected<FeatureMap> parse_feature_map(std::string_view text) {
    return catching([&] {
        if (text.size() > largest_text) refuse(fmt::format("more than {} bytes", largest_text));
        const json object = json::parse(text, nullptr, false);
        if (object.is_discarded()) refuse("it is no JSON");
        Fields fields(object);
        if (fields.string("format") != format_name) refuse(fmt::format("the format is not '{}'", format_name));
        if (const std::uint64_t version = fields.index("version", largest_text); version != format_version) {
            fail(ErrorCode::malformed_input, "feature map: {}", other_version(version, format_version));
        }
        FeatureMap map;
        map.choice_ = decode_choice(fields);
        map.negative_ = fields.string("negative");
        decode_target(fields, map.choice_, map.target_);
        map.columns_ = decode_columns(fields.at("columns"), map.choice_.label);
        fields.expect_end();
        return map;
    });
}

}  // namespace tacit::table
