// Descriptions of studies from TOML.
#include <algorithm>
#include <set>

#include "base/fail.hpp"
#include "base/from_hex.hpp"
#include "party/toml_reading.hpp"
#include "tacit/base/files.hpp"
#include "tacit/base/int128.hpp"
#include "tacit/identity/identity.hpp"
#include "tacit/mpc/decimal.hpp"
#include "tacit/study/description.hpp"

namespace tacit::study {

namespace {

using party::toml_reading::check_keys;
using party::toml_reading::refuse;
using party::toml_reading::shown;

constexpr std::size_t most_groups = 4;
constexpr std::size_t most_levels = 64;
constexpr std::size_t most_cells = 512;
constexpr std::size_t most_columns = 16;
constexpr std::size_t longest_label = 100;
constexpr std::size_t longest_text = 10'000;
constexpr std::int64_t most_contributors = std::int64_t{1} << 20;

const toml::node& required(const toml::table& table, const char* key) {
    const toml::node* const node = table.get(key);
    if (node == nullptr) refuse(table, "'{}' is missing; docs/study.md has an example", key);
    return *node;
}

/// Text of at most `longest` bytes without control characters; `fallback` if there is none.
std::string text_at(const toml::table& table, const char* key, std::size_t longest, const char* fallback = nullptr) {
    if (fallback != nullptr && !table.contains(key)) return fallback;
    const toml::node& node = required(table, key);
    if (!node.is_string()) refuse(node, "'{}' is no text; put it between quotes", key);
    const std::string& text = node.as_string()->get();
    if (text.size() > longest) refuse(node, "'{}' has {} bytes; at most {}", key, text.size(), longest);
    if (std::ranges::any_of(text, [](char c) { return c != '\n' && static_cast<unsigned char>(c) < ' '; })) {
        refuse(node, "'{}' has control characters; leave them out", key);
    }
    return text;
}

/// A name for a group, level or column, which also heads a column of CSV files.
std::string label(const toml::node& node) {
    std::string text = node.value_or<std::string>("");
    if (text.empty() || text.size() > longest_label || text.find_first_of("\n\r\t") != std::string::npos) {
        refuse(node, "'{}' is no name; use 1 to {} characters in quotes", shown(text), longest_label);
    }
    if (text == "all") refuse(node, "'all' is what margins are called; use another name");
    return text;
}

std::int64_t integer_at(const toml::table& table, const char* key, std::int64_t low, std::int64_t high,
                        std::int64_t fallback) {
    const toml::node* const node = table.get(key);
    if (node == nullptr) return fallback;
    const std::int64_t value = node->is_integer() ? node->as_integer()->get() : low - 1;
    if (value < low || value > high) refuse(*node, "'{}' is no integer from {} to {}", key, low, high);
    return value;
}

/// A bound in units of the last digit, from an integer or decimal text.
std::int64_t bound_at(const toml::table& table, const char* key, int digits) {
    const toml::node& node = required(table, key);
    const std::string text =
        node.is_integer() ? std::to_string(node.as_integer()->get()) : node.value_or<std::string>("");
    const auto value = mpc::parse_decimal(text, digits);
    if (!value) refuse(node, "'{}': {} (write it as an integer, or as text: \"31.50\")", key, value.error().what());
    return *value;
}

party::SealingPublicKey key_at(const toml::table& table) {
    const toml::node& node = required(table, "key");
    const auto key = from_hex<32>(node.value_or<std::string>(""));
    if (!key) refuse(node, "this is no key; `tacit mpc study key` prints one of 64 digits");
    return *key;
}

const toml::array& tables_at(const toml::table& table, const char* key, std::size_t least, std::size_t most) {
    const toml::node& node = required(table, key);
    if (!node.is_array()) refuse(node, "'{}' is no list; begin each with [[{}]]", key, key);
    const toml::array& list = *node.as_array();
    if (list.size() < least || list.size() > most) {
        refuse(node, "{} of [[{}]]; from {} to {}", list.size(), key, least, most);
    }
    for (const toml::node& one : list) {
        if (!one.is_table()) refuse(one, "a {} is a table; begin it with [[{}]]", key, key);
    }
    return list;
}

Group group_of(const toml::table& table) {
    check_keys(table, {"name", "levels"});
    Group group;
    group.name = label(required(table, "name"));
    const toml::node& levels = required(table, "levels");
    if (!levels.is_array() || levels.as_array()->size() < 2 || levels.as_array()->size() > most_levels) {
        refuse(levels, "'levels' is no list of 2 to {} names", most_levels);
    }
    for (const toml::node& level : *levels.as_array()) {
        group.levels.push_back(label(level));
        if (std::ranges::count(group.levels, group.levels.back()) > 1) {
            refuse(level, "'{}' is there twice", shown(group.levels.back()));
        }
    }
    return group;
}

Column column_of(const toml::table& table) {
    check_keys(table, {"name", "unit", "digits", "low", "high", "per"});
    Column column;
    column.name = label(required(table, "name"));
    column.unit = text_at(table, "unit", longest_label, "");
    column.digits = static_cast<int>(integer_at(table, "digits", 0, 9, 0));
    column.low = bound_at(table, "low", column.digits);
    column.high = bound_at(table, "high", column.digits);
    column.per = text_at(table, "per", longest_label, "");
    if (column.low > column.high) refuse(table, "no value of '{}' lies between its bounds", shown(column.name));
    return column;
}

Server server_of(const toml::table& table) {
    check_keys(table, {"name", "key"});
    Server server{.name = text_at(table, "name", longest_label), .key = key_at(table)};
    if (!identity::is_valid_name(server.name)) refuse(table, "'{}' is no name of a server", shown(server.name));
    return server;
}

std::chrono::sys_seconds deadline_of(const toml::node& node) {
    using namespace std::chrono;
    if (!node.is_date_time() || !node.as_date_time()->get().offset) {
        refuse(node, "'deadline' is no time with a zone; write 2027-03-31T18:00:00Z, without quotes");
    }
    const toml::date_time time = node.as_date_time()->get();
    const sys_days day = year(time.date.year) / month(time.date.month) / std::chrono::day(time.date.day);
    return day + hours(time.time.hour) + minutes(time.time.minute) + seconds(time.time.second) -
           minutes(time.offset->minutes);
}

void check_names(const toml::table& table, const Study& study) {
    std::set<std::string> names{"contributors", "shown"};
    const auto once = [&](const std::string& name) {
        if (!names.insert(name).second) refuse(table, "'{}' is the name of two things", shown(name));
    };
    for (const Group& group : study.groups) once(group.name);
    for (const Column& column : study.columns) {
        once(column.name);
        once("mean " + column.name);
        const int per = column.per.empty() ? 0 : study.find_column(column.per);
        if (per < 0) refuse(table, "'{}' is per '{}', which is no column", shown(column.name), shown(column.per));
        if (!column.per.empty() && study.columns[static_cast<std::size_t>(per)].low < 0) {
            refuse(table, "'{}' is per '{}', which may be negative", shown(column.name), shown(column.per));
        }
    }
    std::set<std::string> servers;
    std::set<party::SealingPublicKey> keys{study.analyst};
    for (const Server& server : study.servers) {
        if (!servers.insert(server.name).second) refuse(table, "two servers are called '{}'", server.name);
        if (!keys.insert(server.key).second) refuse(table, "'{}' has the key of somebody else", server.name);
    }
}

/// Sums over all cells and contributors must fit 62 bits.
void check_sizes(const toml::table& table, const Study& study) {
    std::size_t cells = 1;
    for (const Group& group : study.groups) cells *= group.levels.size();  // at most 64^4
    if (cells > most_cells) refuse(table, "{} cells; at most {}: use coarser groups", cells, most_cells);
    for (const Column& column : study.columns) {
        const Int128 largest = std::max({static_cast<Int128>(column.high), -static_cast<Int128>(column.low),
                                         static_cast<Int128>(column.high) - column.low});
        if (largest * static_cast<Int128>(cells) * static_cast<Int128>(study.most) >= (Int128{1} << 62)) {
            refuse(table,
                   "sums of '{}' over {} cells of {} contributors can pass 2^62; lower 'high', 'most' or 'digits'",
                   shown(column.name), cells, study.most);
        }
    }
    if (study.fewest > study.most) refuse(table, "'fewest' is {} and 'most' is {}", study.fewest, study.most);
}

Study study_of(const toml::table& table) {
    check_keys(table, {"name", "title", "text", "fewest", "most", "deadline", "group", "column", "server", "analyst"});
    Study study;
    study.name = text_at(table, "name", longest_label);
    if (!identity::is_valid_name(study.name)) {
        refuse(table, "'{}' is no name; use 1 to 64 letters, digits, '.', '_' or '-'", shown(study.name));
    }
    study.title = text_at(table, "title", longest_label);
    study.text = text_at(table, "text", longest_text, "");
    study.fewest = static_cast<std::uint64_t>(integer_at(table, "fewest", 3, most_contributors, 5));
    study.most = static_cast<std::uint64_t>(integer_at(table, "most", 3, most_contributors, 10'000));
    study.deadline = deadline_of(required(table, "deadline"));
    for (const toml::node& node : tables_at(table, "group", 1, most_groups)) {
        study.groups.push_back(group_of(*node.as_table()));
    }
    for (const toml::node& node : tables_at(table, "column", 1, most_columns)) {
        study.columns.push_back(column_of(*node.as_table()));
    }
    for (const toml::node& node : tables_at(table, "server", 3, 4)) {
        study.servers.push_back(server_of(*node.as_table()));
    }
    const toml::node& analyst = required(table, "analyst");
    if (!analyst.is_table()) refuse(analyst, "the analyst is a table; begin it with [analyst]");
    check_keys(*analyst.as_table(), {"key"});
    study.analyst = key_at(*analyst.as_table());
    check_names(table, study);
    check_sizes(table, study);
    return study;
}

}  // namespace

Expected<Study> parse_study(std::string_view text) { return party::toml_reading::parse("study", text, study_of); }

Study read_study(const std::filesystem::path& path) {
    const std::vector<std::byte> bytes = read_file(path, party::toml_reading::largest_bytes);
    auto study = parse_study({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    if (!study) fail(ErrorCode::malformed_input, "'{}': {}", path.string(), study.error().what());
    return *std::move(study);
}

}  // namespace tacit::study
