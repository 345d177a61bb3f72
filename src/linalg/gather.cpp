#include "linalg/gather.hpp"

namespace tacit::linalg {

Place place_of(const Layout& layout, Position at, std::size_t copy) {
    const std::size_t h = layout.unit().height();
    const std::size_t w = layout.unit().width();
    const std::size_t kept = copy < layout.copies() ? copy : 0;
    switch (layout.kind()) {
        case Kind::scalar: break;
        case Kind::row_vector: return {at.column / h, at.column % h * w + kept};
        case Kind::column_vector: return {at.row / w, kept * w + at.row % w};
        case Kind::diagonals: break;  // operations do not gather from them
        case Kind::matrix: return {at.row / h * layout.tile_columns() + at.column / w, at.row % h * w + at.column % w};
    }
    return {};
}

std::size_t copy_of(const Layout& layout, std::size_t slot) {
    const std::size_t w = layout.unit().width();
    return layout.kind() == Kind::row_vector ? slot % w : layout.kind() == Kind::column_vector ? slot / w : 0;
}

std::optional<Expr> gather_tile(const Layout& target, std::size_t tile, const Layout& source,
                                std::span<const Expr> tiles, const Origin& origin, const Writer& write) {
    // A column vector in all rows is the same after each width of the unit.
    const bool periodic = source.kind() == Kind::column_vector && source.copies() == source.all_copies();
    SlotMap map(target.unit().slots());
    bool any = false;
    for (std::size_t slot = 0; slot < target.unit().slots(); ++slot) {
        const auto at = target.element(tile, slot);
        const auto from = at ? origin(*at) : std::nullopt;
        if (!from) continue;
        any = true;
        const Place place = place_of(source, *from, copy_of(target, slot));
        if (periodic) {
            map.add_periodic(source.unit().width(), place.tile, place.slot, slot);
        } else {
            map.add(place.tile, place.slot, slot);
        }
    }
    return any ? std::optional(map.apply(tiles, write)) : std::nullopt;
}

std::vector<Expr> gather(const Layout& target, const Layout& source, std::span<const Expr> tiles, const Origin& origin,
                         const Writer& write) {
    std::vector<Expr> result;
    for (std::size_t tile = 0; tile < target.tiles(); ++tile) {
        result.push_back(gather_tile(target, tile, source, tiles, origin, write).value());
    }
    return result;
}

}  // namespace tacit::linalg
