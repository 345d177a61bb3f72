#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tacit/base/expected.hpp"
#include "tacit/base/hash.hpp"
#include "tacit/party/sealed.hpp"

/// Studies in which many contributors fill in a table once and nobody sees anybody's: a wage-gap study among employers.
namespace tacit::study {

/// One way to divide people: sex, with levels women and men.
struct Group {
    std::string name;
    std::vector<std::string> levels;  ///< 2 to 64, all different; none is "all"
};

/// One number that is asked for in every cell.
struct Column {
    std::string name;
    std::string unit{};    ///< for people to read
    int digits = 0;        ///< behind the point; values are integers of the last one
    std::int64_t low = 0;  ///< every value lies between these, in units of the last digit
    std::int64_t high = 0;
    std::string per{};  ///< the column that its mean is taken over; empty: contributors
};

/// One that computes.
struct Server {
    std::string name;  ///< as in the servers' roster
    party::SealingPublicKey key{};
};

/// What is asked, who computes it, who learns it. Everybody holds the same description; in TOML docs/study.md.
///
/// A cell is one combination of levels, the last group's changing fastest. A contributor fills in some cells, each
/// with all columns. In messages a table is `words()` numbers: a 0 or 1 for each cell that says whether it is filled
/// in, then column by column a number for each cell, counted from the column's low; 0 where the cell is not filled in.
struct Study {
    std::string name;   ///< as for identities
    std::string title;  ///< this and the next are for contributors to read
    std::string text{};
    std::uint64_t fewest = 5;     ///< contributors below whom a cell or margin is not shown; at least 3
    std::uint64_t most = 10'000;  ///< contributors; at most 2^20
    std::chrono::sys_seconds deadline{};
    std::vector<Group> groups;    ///< 1 to 4, with at most 512 cells
    std::vector<Column> columns;  ///< 1 to 16
    std::vector<Server> servers;  ///< three or four, in the order of their roster
    party::SealingPublicKey analyst{};

    [[nodiscard]] std::size_t cells() const noexcept;
    [[nodiscard]] std::size_t words() const noexcept { return cells() * (1 + columns.size()); }
    /// The largest number that a word of a table may hold.
    [[nodiscard]] std::uint64_t bound(std::size_t word) const noexcept;
    /// The levels of a cell, one for each group.
    [[nodiscard]] std::vector<std::size_t> levels_of(std::size_t cell) const;
    /// The position of a column; -1 if there is none.
    [[nodiscard]] int find_column(std::string_view column) const noexcept;
    /// Covers everything. Goes into every message, so that none of another study fits.
    [[nodiscard]] Digest hash() const;
};

/// At most 1 MiB of TOML. malformed_input names the line; unknown keys are refused.
[[nodiscard]] Expected<Study> parse_study(std::string_view toml);
/// Throws malformed_input and io_failure.
[[nodiscard]] Study read_study(const std::filesystem::path& path);
/// What the page shows contributors, as JSON, the hash among it.
[[nodiscard]] std::string to_json(const Study& study);
/// The first 16 digits of the hash, which everybody compares.
[[nodiscard]] std::string number_of(const Study& study);

}  // namespace tacit::study
