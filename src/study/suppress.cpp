#include "tacit/study/suppress.hpp"

#include <algorithm>
#include <numeric>

#include "mpc/field64.hpp"
#include "tacit/base/error.hpp"

namespace tacit::study {

namespace {

/// A sum of cells, cell by cell, modulo a prime near 2^64: what depends there might not over the integers, but only if
/// the prime divides a determinant of these zeros and ones.
using Row = std::vector<mpc::Field64>;

/// Everything that can be computed from what is shown: rows each of which has a pivot, a cell that is not small, where
/// the others are 0. So no sum of them but 0 is without such cells.
class Shown {
public:
    explicit Shown(std::vector<bool> small) : small_(std::move(small)) {}

    /// Adds the row unless something could be computed then that takes in small cells alone.
    bool add(Row row) {
        for (const auto& [pivot, known] : rows_) subtract(row, known, pivot);
        const auto is_zero = [](mpc::Field64 x) { return x == mpc::Field64(); };
        std::size_t pivot = 0;
        while (pivot < row.size() && (small_[pivot] || is_zero(row[pivot]))) ++pivot;
        if (pivot == row.size()) return std::ranges::all_of(row, is_zero);  // it could be computed already
        const mpc::Field64 scale = row[pivot].inverse();
        for (mpc::Field64& x : row) x *= scale;
        for (auto& [other, known] : rows_) subtract(known, row, pivot);
        rows_.emplace_back(pivot, std::move(row));
        return true;
    }

private:
    /// Makes the entry at the pivot 0; `known` has a 1 there.
    static void subtract(Row& row, const Row& known, std::size_t pivot) {
        const mpc::Field64 factor = row[pivot];
        if (factor == mpc::Field64()) return;
        for (std::size_t i = 0; i < row.size(); ++i) row[i] -= factor * known[i];
    }

    std::vector<bool> small_;  ///< by cell
    std::vector<std::pair<std::size_t, Row>> rows_;
};

/// The table over the groups in a set of bits, as a cube of its own.
class Part {
public:
    Part(const Cube& whole, std::size_t groups) : whole_(whole), table_(levels_of(whole, groups)), groups_(groups) {}

    [[nodiscard]] const Cube& table() const { return table_; }
    /// The entry of the whole, with "all" for the other groups.
    [[nodiscard]] std::size_t in_whole(std::size_t entry) const {
        const auto at = table_.coordinates(entry);
        std::vector<std::size_t> full;
        std::size_t next = 0;
        for (std::size_t g = 0; g < whole_.dimensions(); ++g) {
            full.push_back((groups_ >> g & 1U) != 0 ? at[next++] : whole_.levels(g));
        }
        return whole_.entry_of(full);
    }

private:
    static std::vector<std::size_t> levels_of(const Cube& whole, std::size_t groups) {
        std::vector<std::size_t> levels;
        for (std::size_t g = 0; g < whole.dimensions(); ++g) {
            if ((groups >> g & 1U) != 0) levels.push_back(whole.levels(g));
        }
        return levels;
    }

    const Cube& whole_;
    Cube table_;
    std::size_t groups_;
};

/// Of the whole's entries those that may be shown with the table over these groups.
std::vector<bool> shown_of(const Part& part, const std::vector<bool>& small) {
    const Cube& table = part.table();
    std::vector<bool> small_cells(table.cells());
    std::vector<std::size_t> order(table.entries());
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (const std::size_t entry : order) {
        if (table.margins(entry) == 0) small_cells[table.cells_of(entry).front()] = small[part.in_whole(entry)];
    }
    std::ranges::stable_sort(order, std::ranges::greater{}, [&](std::size_t entry) { return table.margins(entry); });
    Shown shown(std::move(small_cells));
    std::vector<bool> out(small.size());
    for (const std::size_t entry : order) {
        const std::size_t at = part.in_whole(entry);
        if (small[at]) continue;
        Row row(table.cells());
        for (const std::size_t cell : table.cells_of(entry)) row[cell] = mpc::Field64(1);
        out[at] = shown.add(std::move(row));
    }
    return out;
}

}  // namespace

Cube::Cube(std::vector<std::size_t> levels) : levels_(std::move(levels)) {
    for (const std::size_t count : levels_) {
        cells_ *= count;
        entries_ *= count + 1;
    }
}

std::vector<std::size_t> Cube::coordinates(std::size_t entry) const {
    std::vector<std::size_t> out(levels_.size());
    for (std::size_t g = levels_.size(); g-- > 0; entry /= levels_[g] + 1) out[g] = entry % (levels_[g] + 1);
    return out;
}

std::size_t Cube::entry_of(std::span<const std::size_t> coordinates) const {
    std::size_t entry = 0;
    for (std::size_t g = 0; g < levels_.size(); ++g) entry = entry * (levels_[g] + 1) + coordinates[g];
    return entry;
}

std::size_t Cube::margins(std::size_t entry) const {
    const auto at = coordinates(entry);
    std::size_t count = 0;
    for (std::size_t g = 0; g < levels_.size(); ++g) count += at[g] == levels_[g] ? 1 : 0;
    return count;
}

std::vector<std::size_t> Cube::cells_of(std::size_t entry) const {
    const auto at = coordinates(entry);
    std::vector<std::size_t> cells{0};
    for (std::size_t g = 0; g < levels_.size(); ++g) {
        const bool all = at[g] == levels_[g];
        std::vector<std::size_t> finer;
        for (const std::size_t cell : cells) {
            for (std::size_t level = all ? 0 : at[g]; level < (all ? levels_[g] : at[g] + 1); ++level) {
                finer.push_back(cell * levels_[g] + level);
            }
        }
        cells = std::move(finer);
    }
    return cells;
}

std::vector<bool> choose_shown(const Cube& cube, const std::vector<bool>& small) {
    TACIT_ASSERT(small.size() == cube.entries());
    std::vector<bool> best;
    for (std::size_t groups = std::size_t{1} << cube.dimensions(); groups-- > 0;) {
        std::vector<bool> shown = shown_of(Part(cube, groups), small);
        if (best.empty() || std::ranges::count(shown, true) > std::ranges::count(best, true)) best = std::move(shown);
    }
    return best;
}

}  // namespace tacit::study
