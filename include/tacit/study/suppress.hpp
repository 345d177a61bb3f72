#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// Tables with margins, and which of their entries may be shown.
namespace tacit::study {

/// All entries of a table with its margins: one level of each group, or all of them. Entries are numbered with the last
/// group changing fastest, "all" after a group's levels.
class Cube {
public:
    /// The number of levels of each group.
    explicit Cube(std::vector<std::size_t> levels);

    [[nodiscard]] std::size_t dimensions() const noexcept { return levels_.size(); }
    [[nodiscard]] std::size_t levels(std::size_t dimension) const { return levels_[dimension]; }
    [[nodiscard]] std::size_t cells() const noexcept { return cells_; }
    [[nodiscard]] std::size_t entries() const noexcept { return entries_; }
    /// The level of each group; levels(g) is "all".
    [[nodiscard]] std::vector<std::size_t> coordinates(std::size_t entry) const;
    [[nodiscard]] std::size_t entry_of(std::span<const std::size_t> coordinates) const;
    /// How many groups are "all".
    [[nodiscard]] std::size_t margins(std::size_t entry) const;
    /// The cells that an entry adds up, ascending; cells are numbered as in Study.
    [[nodiscard]] std::vector<std::size_t> cells_of(std::size_t entry) const;

private:
    std::vector<std::size_t> levels_;
    std::size_t cells_ = 1;
    std::size_t entries_ = 1;
};

/// Which entries may be shown. `small` has a bit per entry: fewer contributors than the study shows.
///
/// What is shown belongs to one table, over some of the groups, with its margins. Whatever is computed from it by
/// adding and subtracting, in any number of steps, is 0 or takes in at least one entry of that table that is not small,
/// whole (complementary suppression, decided by linear algebra over the table at once [Cox80]). From the grand total
/// down, an entry is shown unless that would end; of a line that has a small entry the later ones give way. Among the
/// choices of groups that is taken which shows most entries. Small entries are never shown.
///
/// Cost: for each choice of groups at most entries * cells^2 products.
[[nodiscard]] std::vector<bool> choose_shown(const Cube& cube, const std::vector<bool>& small);

}  // namespace tacit::study
