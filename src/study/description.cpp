#include "tacit/study/description.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tacit/base/bytes.hpp"
#include "tacit/mpc/decimal.hpp"

namespace tacit::study {

std::size_t Study::cells() const noexcept {
    std::size_t count = 1;
    for (const Group& group : groups) count *= group.levels.size();
    return count;
}

std::uint64_t Study::bound(std::size_t word) const noexcept {
    if (word < cells()) return 1;
    const Column& column = columns[word / cells() - 1];
    return static_cast<std::uint64_t>(column.high) - static_cast<std::uint64_t>(column.low);
}

std::vector<std::size_t> Study::levels_of(std::size_t cell) const {
    std::vector<std::size_t> levels(groups.size());
    for (std::size_t g = groups.size(); g-- > 0; cell /= groups[g].levels.size()) {
        levels[g] = cell % groups[g].levels.size();
    }
    return levels;
}

int Study::find_column(std::string_view column) const noexcept {
    const auto at = std::ranges::find(columns, column, &Column::name);
    return at == columns.end() ? -1 : static_cast<int>(at - columns.begin());
}

Digest Study::hash() const {
    ByteWriter out;
    out.string("tacit study 1");
    out.string(name);
    out.string(title);
    out.string(text);
    out.u64(fewest);
    out.u64(most);
    out.i64(deadline.time_since_epoch().count());
    out.u64(groups.size());
    for (const Group& group : groups) {
        out.string(group.name);
        out.u64(group.levels.size());
        for (const std::string& level : group.levels) out.string(level);
    }
    out.u64(columns.size());
    for (const Column& column : columns) {
        out.string(column.name);
        out.string(column.unit);
        out.i64(column.digits);
        out.i64(column.low);
        out.i64(column.high);
        out.string(column.per);
    }
    out.u64(servers.size());
    for (const Server& server : servers) {
        out.string(server.name);
        out.bytes(server.key);
    }
    out.bytes(analyst);
    Hasher hasher;
    hasher.update(std::move(out).take());
    return hasher.finish();
}

std::string to_json(const Study& study) {
    using nlohmann::json;
    json groups = json::array();
    for (const Group& group : study.groups) groups.push_back({{"name", group.name}, {"levels", group.levels}});
    json columns = json::array();
    for (const Column& column : study.columns) {
        // Bounds travel as text: a browser's numbers are exact only up to 2^53.
        columns.push_back({{"name", column.name},
                           {"unit", column.unit},
                           {"digits", column.digits},
                           {"low", std::to_string(column.low)},
                           {"high", std::to_string(column.high)}});
    }
    json servers = json::array();
    for (const Server& server : study.servers) servers.push_back({{"name", server.name}, {"key", to_hex(server.key)}});
    const json page{{"hash", to_hex(study.hash())},
                    {"title", study.title},
                    {"text", study.text},
                    {"fewest", study.fewest},
                    {"deadline", study.deadline.time_since_epoch().count()},
                    {"groups", groups},
                    {"columns", columns},
                    {"servers", servers}};
    return page.dump();
}

std::string number_of(const Study& study) {
    const Digest hash = study.hash();
    return to_hex(std::span(hash).first(8));
}

}  // namespace tacit::study
