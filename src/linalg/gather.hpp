#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "linalg/slot_map.hpp"
#include "tacit/linalg/value.hpp"

namespace tacit::linalg {

/// A slot of a tile.
struct Place {
    std::size_t tile = 0;
    std::size_t slot = 0;
};

/// Where a layout keeps an element; of a vector the copy in column (row) `copy`, or the first if there are fewer.
[[nodiscard]] Place place_of(const Layout& layout, Position at, std::size_t copy);

/// The column (of a row vector) or row (of a column vector) of the unit that a slot lies in; 0 for other kinds.
[[nodiscard]] std::size_t copy_of(const Layout& layout, std::size_t slot);

/// Where the element at a position of the target stands in the source; nowhere leaves a zero.
using Origin = std::function<std::optional<Position>(Position)>;

/// A tile of `target` from the tiles of `source`, by one SlotMap; slots without an element become 0. None if no element
/// of the tile has an origin.
[[nodiscard]] std::optional<Expr> gather_tile(const Layout& target, std::size_t tile, const Layout& source,
                                              std::span<const Expr> tiles, const Origin& origin, const Writer& write);

/// All tiles of `target`; each has an element with an origin.
[[nodiscard]] std::vector<Expr> gather(const Layout& target, const Layout& source, std::span<const Expr> tiles,
                                       const Origin& origin, const Writer& write);

}  // namespace tacit::linalg
