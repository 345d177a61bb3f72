// Which rows of a unit of privacy stay, and the rows of each group.
#include <algorithm>
#include <cstring>
#include <tuple>
#include <unordered_map>

#include "tacit/base/hash.hpp"
#include "tacit/dp/transformation.hpp"

namespace tacit::dp::detail {

namespace {

std::uint64_t hash_of(std::string_view text) {
    Hasher hasher;
    hasher.update(std::as_bytes(std::span(text)));
    const Digest digest = hasher.finish();
    std::uint64_t word = 0;
    std::memcpy(&word, digest.data(), sizeof word);
    return word;
}

/// Spreads two words over one [SLF14].
std::uint64_t mixed(std::uint64_t a, std::uint64_t b) {
    std::uint64_t z = a + 0x9e3779b97f4a7c15 * (b + 1);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

/// Numbers the texts in order of appearance, with a hash of each; hashing each text once.
class Names {
public:
    struct Name {
        std::size_t number = 0;
        std::uint64_t hash = 0;
        std::uint64_t rows = 0;
    };
    Name& operator[](std::string_view text) {
        const auto [place, is_new] = all_.try_emplace(text);
        if (is_new) place->second = {all_.size(), hash_of(text), 0};
        return place->second;
    }

private:
    std::unordered_map<std::string_view, Name> all_;
};

struct Entry {
    std::size_t unit = 0;
    std::uint64_t group_rank = 0;
    std::string_view group{};
    std::uint64_t row_rank = 0;
    std::uint64_t number = 0;  ///< among the unit's own rows
    std::size_t row = 0;

    [[nodiscard]] auto order() const { return std::tie(unit, group_rank, group, row_rank, number); }
};

}  // namespace

Rows::Carrier Kernels::contributions(const Rows::Carrier& rows, std::string_view unit,
                                     const ContributionBounds& bounds) {
    const Texts::Carrier units = texts(rows, unit);
    const Texts::Carrier groups = bounds.by.empty() ? Texts::Carrier(units.size(), "all") : texts(rows, bounds.by);
    Names unit_names;
    Names group_names;
    std::vector<Entry> entries;
    for (std::size_t i = 0; i < units.size(); ++i) {
        if (units[i].empty() || groups[i].empty()) continue;
        Names::Name& name = unit_names[units[i]];
        const std::uint64_t number = name.rows++;
        entries.push_back({name.number, mixed(name.hash, group_names[groups[i]].hash), groups[i],
                           mixed(name.hash, number), number, rows.rows[i]});
    }
    std::ranges::sort(entries, {}, &Entry::order);
    Rows::Carrier kept{rows.data, {}};
    const Entry* before = nullptr;
    std::uint64_t groups_so_far = 0;
    std::uint64_t rows_so_far = 0;
    for (const Entry& entry : entries) {
        const bool same_unit = before != nullptr && before->unit == entry.unit;
        const bool same_group = same_unit && before->group == entry.group;
        groups_so_far = same_unit ? groups_so_far + (same_group ? 0 : 1) : 1;
        rows_so_far = same_group ? rows_so_far + 1 : 1;
        if (groups_so_far <= bounds.groups && rows_so_far <= bounds.rows) kept.rows.push_back(entry.row);
        before = &entry;
    }
    std::ranges::sort(kept.rows);
    return kept;
}

std::vector<Rows::Carrier> Kernels::split(const Rows::Carrier& rows, std::string_view column,
                                          std::span<const std::string> keys) {
    std::unordered_map<std::string_view, std::size_t> places;
    for (std::size_t i = 0; i < keys.size(); ++i) places.emplace(keys[i], i);
    std::vector<Rows::Carrier> groups(keys.size(), Rows::Carrier{rows.data, {}});
    const Texts::Carrier values = texts(rows, column);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto place = places.find(values[i]);
        if (place != places.end()) groups[place->second].rows.push_back(rows.rows[i]);
    }
    return groups;
}

}  // namespace tacit::dp::detail
