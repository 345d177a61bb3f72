#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "linalg/writer.hpp"
#include "tacit/linalg/value.hpp"

namespace tacit::linalg {

/// A clean matrix made of terms that are masked to some of its elements.
class Accumulator {
public:
    Accumulator(const Layout& layout, const Writer& write) : layout_(layout), write_(write), terms_(layout.tiles()) {}

    /// Adds `count` slots of `value`, from `first` on in steps of `stride`, to those of a tile that hold elements.
    void add_slots(std::size_t tile, const Expr& value, std::size_t first, std::size_t count, std::size_t stride) {
        std::vector<double> mask(layout_.unit().slots());
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t slot = first + i * stride;
            if (layout_.element(tile, slot)) mask[slot] = 1;
        }
        add_masked(tile, value, std::move(mask));
    }
    void add_masked(std::size_t tile, const Expr& value, std::vector<double> mask) {
        terms_[tile].push_back(write_.mul(value, std::move(mask)));
    }
    /// Every tile has at least one term.
    [[nodiscard]] Matrix finish(Location where) && {
        std::vector<Expr> tiles;
        for (const std::vector<Expr>& terms : terms_) tiles.push_back(write_.sum(terms));
        return {layout_, std::move(tiles), where};
    }

private:
    Layout layout_;
    Writer write_;
    std::vector<std::vector<Expr>> terms_;
};

/// Whether times_transposed(a, b) has a form in diagonals: it needs free columns.
[[nodiscard]] bool diagonals_fit(const Layout& a, const Layout& b);

/// The forms in diagonals; shapes and units were checked.
[[nodiscard]] Matrix transposed_times_by_diagonals(const Matrix& a, const Matrix& b, const Layout& result,
                                                   Location where);
[[nodiscard]] Matrix times_transposed_by_diagonals(const Matrix& a, const Matrix& b, const Layout& result,
                                                   Location where);

}  // namespace tacit::linalg
