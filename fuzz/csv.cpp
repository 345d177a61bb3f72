// CSV: parsed under small limits; what parses keeps to them, and writing it with quotes gives the same table.
#include <algorithm>
#include <string_view>

#include "common.hpp"
#include "tacit/table/feature_map.hpp"

namespace {

using namespace tacit;

constexpr table::CsvFormat limits{.largest_bytes = 1 << 16, .most_rows = 64, .most_columns = 16, .longest_field = 256};

void append_quoted(std::string& text, std::string_view field, char before) {
    text += before;
    text += '"';
    for (const char c : field) text.append(c == '"' ? 2 : 1, c);
    text += '"';
}

std::string written(const table::Table& parsed) {
    std::string text;
    for (const std::string& name : parsed.header()) append_quoted(text, name, text.empty() ? '\n' : ',');
    for (std::size_t r = 0; r < parsed.rows(); ++r) {
        for (std::size_t c = 0; c < parsed.columns(); ++c) append_quoted(text, parsed.cell(r, c), c == 0 ? '\n' : ',');
    }
    return text;
}

bool same(const table::Table& a, const table::Table& b) {
    if (!std::ranges::equal(a.header(), b.header()) || a.rows() != b.rows()) return false;
    for (std::size_t r = 0; r < a.rows(); ++r) {
        for (std::size_t c = 0; c < a.columns(); ++c) {
            if (a.cell(r, c) != b.cell(r, c)) return false;
        }
    }
    return true;
}

/// Whatever a table holds, a feature map is found or refused, and maps the table that it was found on.
void fit_features(const table::Table& parsed) {
    std::vector<std::size_t> rows(parsed.rows());
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = i;
    const auto map = catching([&] {
        return table::FeatureMap::fit(parsed, rows,
                                      {.label = parsed.header().front(), .missing = table::Missing::mean});
    });
    if (!map) return;
    if (map->apply(parsed, rows).values.size() != parsed.rows() * map->features()) fuzz::report("features are missing");
    if (!(table::parse_feature_map(to_json(*map)).value() == *map)) fuzz::report("a feature map changes in its JSON");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto parsed = table::parse_csv({reinterpret_cast<const char*>(data), size}, "input", limits);
    if (!parsed) {
        fuzz::check_error(parsed.error());
        return 0;
    }
    if (parsed->rows() > limits.most_rows || parsed->columns() > limits.most_columns) fuzz::report("a limit is broken");
    const auto again = table::parse_csv(written(*parsed), "written");
    if (!again) fuzz::report(std::string("a written table does not parse: ") + again.error().what());
    if (!same(*parsed, *again)) fuzz::report("a written table parses as another one");
    fit_features(*parsed);
    return 0;
}
