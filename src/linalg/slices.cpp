#include <algorithm>
#include <optional>

#include "linalg/gather.hpp"
#include "linalg/shapes.hpp"
#include "tacit/linalg/rearrange.hpp"

namespace tacit::linalg {

namespace {

/// Numbers of elements down and along the grid of tiles. A vector has one across.
struct Extent {
    std::size_t down = 0;
    std::size_t along = 0;
};

Extent extent_of(const Layout& layout) {
    switch (layout.kind()) {
        case Kind::scalar: break;
        case Kind::row_vector: return {layout.length(), 1};
        case Kind::column_vector: return {1, layout.length()};
        case Kind::matrix:
        case Kind::diagonals: return {layout.rows(), layout.columns()};
    }
    return {1, 1};
}

/// The elements that one tile has room for.
Extent tile_of(const Layout& layout) {
    return {layout.kind() == Kind::column_vector ? 1 : layout.unit().height(),
            layout.kind() == Kind::row_vector ? 1 : layout.unit().width()};
}

/// The position of a vector's or matrix's element at a place of the grid, or the distance between two positions.
Position position(Kind kind, Extent at) {
    return kind == Kind::row_vector      ? Position{0, at.down}
           : kind == Kind::column_vector ? Position{at.along, 0}
                                         : Position{at.down, at.along};
}

/// The same kind, unit and copies with other numbers of elements.
Layout resized(const Layout& layout, Extent size, std::size_t copies, Location where) {
    const Unit unit = layout.unit();
    return layout.kind() == Kind::row_vector ? Layout::row_vector(unit, size.down, where).with_copies(copies, where)
           : layout.kind() == Kind::column_vector
               ? Layout::column_vector(unit, size.along, where).with_copies(copies, where)
               : Layout::matrix(unit, size.down, size.along, where);
}

void require_within(const Layout& source, Extent first, Extent size, Location where) {
    const auto within = [](std::size_t begin, std::size_t count, std::size_t all) {
        return count > 0 && begin < all && count <= all - begin;
    };
    const Extent all = extent_of(source);
    if (!within(first.down, size.down, all.down) || !within(first.along, size.along, all.along)) {
        const Position from = position(source.kind(), first);
        fail(ErrorCode::invalid_argument,
             "{}slice: {} x {} elements from ({}, {}) on of a {}; a slice has elements, all within the value",
             prefix(where), size.down, size.along, from.row, from.column, print(source));
    }
}

template <Kind K>
Value<K> slice_of(const Value<K>& value, Extent first, Extent size, Location where) {
    const Layout& source = value.layout();
    require_within(source, first, size, where);
    const Layout target = resized(source, size, source.copies(), where);
    const Extent tile = tile_of(source);
    if (first.down % tile.down != 0 || first.along % tile.along != 0) {
        const Position by = position(K, first);
        const auto origin = [by](Position at) {
            return std::optional(Position{at.row + by.row, at.column + by.column});
        };
        return {target, gather(target, source, value.tiles(), origin, Writer(where)), where};
    }
    std::vector<Expr> tiles;
    for (std::size_t i = 0; i < target.tiles(); ++i) {
        const std::size_t down = first.down / tile.down + i / target.tile_columns();
        const std::size_t along = first.along / tile.along + i % target.tile_columns();
        tiles.push_back(value.tile(down * source.tile_columns() + along));
    }
    // Elements that were cut off stand in the rest, unless the cut is between tiles or at the end of the value.
    const Extent all = extent_of(source);
    const bool whole = (size.down % tile.down == 0 || first.down + size.down == all.down) &&
                       (size.along % tile.along == 0 || first.along + size.along == all.along);
    return {target.with_clean(source.clean() && whole), std::move(tiles), where};
}

/// `b` after `a`, down or along, where `a` ends with a tile: nothing moves.
template <Kind K>
std::vector<Expr> side_by_side(const Value<K>& a, const Value<K>& b, bool down) {
    if (down) {
        std::vector<Expr> tiles(a.tiles().begin(), a.tiles().end());
        tiles.insert(tiles.end(), b.tiles().begin(), b.tiles().end());
        return tiles;
    }
    std::vector<Expr> tiles;
    const auto put = [&tiles](const Value<K>& value, std::size_t row) {
        const std::size_t columns = value.layout().tile_columns();
        const auto part = value.tiles().subspan(row * columns, columns);
        tiles.insert(tiles.end(), part.begin(), part.end());
    };
    for (std::size_t i = 0; i < a.layout().tile_rows(); ++i) {
        put(a, i);
        put(b, i);
    }
    return tiles;
}

/// The tiles of `target` with the clean `a` at its beginning and `b` moved by an offset.
template <Kind K>
std::vector<Expr> moved_together(const Layout& target, const Value<K>& a, const Value<K>& b, Position by,
                                 const Writer& write) {
    const auto origin = [by](Position at) {
        const bool inside = at.row >= by.row && at.column >= by.column;
        return inside ? std::optional(Position{at.row - by.row, at.column - by.column}) : std::nullopt;
    };
    std::vector<Expr> tiles;
    for (std::size_t i = 0; i < target.tiles(); ++i) {
        const std::size_t down = i / target.tile_columns();
        const std::size_t along = i % target.tile_columns();
        std::vector<Expr> terms;
        if (down < a.layout().tile_rows() && along < a.layout().tile_columns()) {
            terms.push_back(a.tile(down * a.layout().tile_columns() + along));
        }
        if (auto moved = gather_tile(target, i, b.layout(), b.tiles(), origin, write)) terms.push_back(*moved);
        tiles.push_back(write.sum(terms));
    }
    return tiles;
}

template <Kind K>
Value<K> append(const Value<K>& a, const Value<K>& b, bool down, Location where) {
    const Layout& x = a.layout();
    const Layout& y = b.layout();
    const Extent first = extent_of(x);
    const Extent second = extent_of(y);
    require(x.unit() == y.unit() && (down ? first.along == second.along : first.down == second.down), "concatenate", x,
            y, "both need the same unit and equally long sides where they touch", where);
    const Extent size{first.down + (down ? second.down : 0), first.along + (down ? 0 : second.along)};
    const Layout target = resized(x, size, std::min(x.copies(), y.copies()), where);
    const bool free = down ? first.down % tile_of(x).down == 0 : first.along % tile_of(x).along == 0;
    const bool same_copies = x.copies() == y.copies();
    if (free) return {target.with_clean(x.clean() && y.clean() && same_copies), side_by_side(a, b, down), where};
    const Position by = position(K, down ? Extent{first.down, 0} : Extent{0, first.along});
    return {target.with_clean(x.copies() == target.copies()),
            moved_together(target, cleaned(a, where), b, by, Writer(where)), where};
}

}  // namespace

Matrix slice(const Matrix& matrix, std::size_t first_row, std::size_t rows, std::size_t first_column,
             std::size_t columns, Location where) {
    return slice_of(matrix, {first_row, first_column}, {rows, columns}, where);
}

RowVector slice(const RowVector& vector, std::size_t first, std::size_t length, Location where) {
    return slice_of(vector, {first, 0}, {length, 1}, where);
}

ColumnVector slice(const ColumnVector& vector, std::size_t first, std::size_t length, Location where) {
    return slice_of(vector, {0, first}, {1, length}, where);
}

Matrix above(const Matrix& a, const Matrix& b, Location where) { return append(a, b, true, where); }
Matrix beside(const Matrix& a, const Matrix& b, Location where) { return append(a, b, false, where); }
RowVector join(const RowVector& a, const RowVector& b, Location where) { return append(a, b, true, where); }
ColumnVector join(const ColumnVector& a, const ColumnVector& b, Location where) { return append(a, b, false, where); }

}  // namespace tacit::linalg
