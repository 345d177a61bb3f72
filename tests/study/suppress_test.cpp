#include "tacit/study/suppress.hpp"

#include <algorithm>
#include <cmath>

#include "../base/seeded.hpp"

namespace tacit::study {

namespace {

using Vector = std::vector<double>;

/// How many independent rows there are, by elimination over the reals.
std::size_t rank(std::vector<Vector> rows) {
    std::size_t found = 0;
    for (std::size_t column = 0; !rows.empty() && column < rows[0].size(); ++column) {
        for (std::size_t i = found; i < rows.size(); ++i) {
            if (std::abs(rows[i][column]) < 1e-9) continue;
            std::swap(rows[found], rows[i]);
            for (std::size_t k = found + 1; k < rows.size(); ++k) {
                const double factor = rows[k][column] / rows[found][column];
                for (std::size_t j = 0; j < rows[k].size(); ++j) rows[k][j] -= factor * rows[found][j];
            }
            ++found;
            break;
        }
    }
    return found;
}

std::vector<Vector> rows_of(const Cube& cube, const std::vector<bool>& shown) {
    std::vector<Vector> rows;
    for (std::size_t entry = 0; entry < cube.entries(); ++entry) {
        if (!shown[entry]) continue;
        rows.emplace_back(cube.cells());
        for (const std::size_t cell : cube.cells_of(entry)) rows.back()[cell] = 1;
    }
    return rows;
}

/// Contributors who each fill in one cell, and what is small then.
std::vector<bool> small_of(const Cube& cube, const std::vector<std::size_t>& counts, std::size_t fewest) {
    std::vector<bool> small;
    for (std::size_t entry = 0; entry < cube.entries(); ++entry) {
        std::size_t count = 0;
        for (const std::size_t cell : cube.cells_of(entry)) count += counts[cell];
        small.push_back(count < fewest);
    }
    return small;
}

std::size_t count(const std::vector<bool>& bits) { return static_cast<std::size_t>(std::ranges::count(bits, true)); }

}  // namespace

TEST(Suppress, CellsAndMarginsAreNumberedAsDocumented) {
    const Cube cube({2, 3});
    EXPECT_EQ(cube.cells(), 6U);
    EXPECT_EQ(cube.entries(), 12U);
    EXPECT_EQ(cube.cells_of(0), (std::vector<std::size_t>{0}));
    EXPECT_EQ(cube.cells_of(3), (std::vector<std::size_t>{0, 1, 2}));
    EXPECT_EQ(cube.cells_of(9), (std::vector<std::size_t>{1, 4}));
    EXPECT_EQ(cube.cells_of(11), (std::vector<std::size_t>{0, 1, 2, 3, 4, 5}));
    EXPECT_EQ(cube.margins(11), 2U);
    for (std::size_t entry = 0; entry < cube.entries(); ++entry) {
        EXPECT_EQ(cube.entry_of(cube.coordinates(entry)), entry);
    }
}

TEST(Suppress, WithoutSmallEntriesEverythingIsShown) {
    const Cube cube({2, 3, 4});
    EXPECT_EQ(count(choose_shown(cube, std::vector<bool>(cube.entries()))), cube.entries());
    EXPECT_EQ(count(choose_shown(cube, std::vector<bool>(cube.entries(), true))), 0U);
}

TEST(Suppress, ASmallCellTakesAnotherOfItsRowAndColumnAndTheOneBetweenThem) {
    const Cube cube({3, 3});
    std::vector<std::size_t> counts(9, 10);
    counts[4] = 1;
    const auto shown = choose_shown(cube, small_of(cube, counts, 3));
    EXPECT_EQ(count(shown), 12U) << "of 16, a rectangle of four is not shown";
    EXPECT_FALSE(shown[cube.entry_of(std::vector<std::size_t>{1, 1})]);
    for (const std::size_t margin : {3U, 7U, 11U, 12U, 13U, 14U, 15U}) EXPECT_TRUE(shown[margin]) << margin;
}

TEST(Suppress, TablesTooFineForTheContributorsGiveWayToCoarserOnes) {
    const Cube cube({2, 2, 7});
    const auto shown = choose_shown(cube, small_of(cube, std::vector<std::size_t>(28, 1), 3));
    for (std::size_t a = 0; a < 3; ++a) {
        for (std::size_t b = 0; b < 3; ++b) EXPECT_TRUE(shown[cube.entry_of(std::vector<std::size_t>{a, b, 7})]);
    }
    EXPECT_EQ(count(shown), 9U);
}

// The promise itself, over the reals and independently of how it is kept: whatever is computed from what is shown takes
// in a cell, of the table that is shown, with enough contributors.
TEST(Suppress, NothingComputedFromWhatIsShownIsOfSmallEntriesAlone) {
    Seeded seeded;
    std::size_t hidden = 0;
    for (int trial = 0; trial < 150; ++trial) {
        std::vector<std::size_t> levels;
        for (std::uint64_t g = 0; g < 1 + seeded.rng.next() % 3; ++g) levels.push_back(2 + seeded.rng.next() % 3);
        const Cube cube(levels);
        std::vector<std::size_t> counts(cube.cells());
        for (std::size_t& one : counts) one = seeded.rng.next() % 8;
        const auto small = small_of(cube, counts, 3);
        const auto shown = choose_shown(cube, small);
        hidden += cube.entries() - count(shown);
        std::vector<bool> used(cube.dimensions());  // the groups of the table that is shown
        for (std::size_t entry = 0; entry < cube.entries(); ++entry) {
            EXPECT_FALSE(shown[entry] && small[entry]);
            const auto at = cube.coordinates(entry);
            for (std::size_t g = 0; g < at.size(); ++g) used[g] = used[g] || (shown[entry] && at[g] != cube.levels(g));
        }
        auto rows = rows_of(cube, shown);
        const std::size_t before = rank(rows);
        std::size_t secrets = 0;
        for (std::size_t entry = 0; entry < cube.entries(); ++entry) {
            const auto at = cube.coordinates(entry);
            bool finest = true;
            for (std::size_t g = 0; g < at.size(); ++g) finest = finest && used[g] == (at[g] != cube.levels(g));
            if (!finest || !small[entry]) continue;
            std::vector<bool> one(cube.entries());
            one[entry] = true;
            rows.push_back(rows_of(cube, one).front());
            ++secrets;
        }
        EXPECT_EQ(rank(rows), before + secrets) << "small cells depend on what is shown";
    }
    EXPECT_GT(hidden, 100U);
}

}  // namespace tacit::study
