#include "tacit/linalg/public_product.hpp"

#include <algorithm>
#include <span>
#include <vector>

#include "linalg/shapes.hpp"
#include "linalg/slot_map.hpp"

namespace tacit::linalg {

namespace {

void require_length(const char* operation, std::size_t length, const Dense& matrix, const Layout& value,
                    std::size_t expected, Location where) {
    if (length != expected) {
        fail(ErrorCode::invalid_argument,
             "{}{}: a public {} x {} matrix and a {}; the lengths that are summed over must be equal", prefix(where),
             operation, matrix.rows(), matrix.columns(), print(value));
    }
}

/// The elements of a tile of a matrix's layout.
struct Block {
    Block(const Layout& layout, std::size_t tile)
        : row(tile / layout.tile_columns() * layout.unit().height()),
          column(tile % layout.tile_columns() * layout.unit().width()),
          rows(std::min(layout.unit().height(), layout.rows() - row)),
          columns(std::min(layout.unit().width(), layout.columns() - column)) {}
    std::size_t row, column;    ///< of the first element
    std::size_t rows, columns;  ///< how many there are
};

/// The tiles of a layout as linear maps of the slots of `sources`: describe(tile, map) fills in each map.
template <class Describe>
std::vector<Expr> mapped_tiles(const Layout& layout, std::span<const Expr> sources, Location where,
                               const Describe& describe) {
    const Writer write(where);
    std::vector<Expr> tiles;
    for (std::size_t tile = 0; tile < layout.tiles(); ++tile) {
        SlotMap map(layout.unit().slots());
        describe(tile, map);
        tiles.push_back(map.apply(sources, write));
    }
    return tiles;
}

}  // namespace

ColumnVector multiply(const RowVector& a, const Dense& b, Location where) {
    require_length("multiply", b.rows(), b, a.layout(), a.layout().length(), where);
    const Unit unit = a.layout().unit();
    const Layout layout = Layout::matrix(unit, b.rows(), b.columns(), where);
    const RowVector vector = with_copies(a, std::min(b.columns(), unit.width()), where);
    const Writer write(where);
    std::vector<Expr> tiles;
    for (std::vector<double>& slots : pack(layout, b, where)) {
        tiles.push_back(write.mul(vector.tile(tiles.size() / layout.tile_columns()), std::move(slots)));
    }
    return sum_rows(Matrix(layout, std::move(tiles), where), where);
}

RowVector multiply(const Dense& a, const ColumnVector& b, Location where) {
    require_length("multiply", a.columns(), a, b.layout(), b.layout().length(), where);
    const Unit unit = b.layout().unit();
    const Layout layout = Layout::matrix(unit, a.rows(), a.columns(), where);
    const ColumnVector vector = with_copies(b, std::min(a.rows(), unit.height()), where);
    const Writer write(where);
    std::vector<Expr> tiles;
    for (std::vector<double>& slots : pack(layout, a, where)) {
        tiles.push_back(write.mul(vector.tile(tiles.size() % layout.tile_columns()), std::move(slots)));
    }
    return sum_columns(Matrix(layout, std::move(tiles), where), where);
}

ColumnVector multiply_by_diagonals(const Dense& a, const ColumnVector& b, Location where) {
    require_length("multiply_by_diagonals", a.columns(), a, b.layout(), b.layout().length(), where);
    const Unit unit = b.layout().unit();
    const std::size_t w = unit.width();
    const Layout layout = Layout::column_vector(unit, a.rows(), where);
    const ColumnVector vector = spread(b, where);
    const auto describe = [&](std::size_t tile, SlotMap& map) {
        for (std::size_t j = 0; j < a.columns(); ++j) {
            for (std::size_t i = tile * w; i < std::min(a.rows(), (tile + 1) * w); ++i) {
                for (std::size_t r = 0; r < unit.height(); ++r) {
                    map.add_periodic(w, j / w, j % w, r * w + i % w, a(i, j));
                }
            }
        }
    };
    return {layout, mapped_tiles(layout, vector.tiles(), where, describe), where};
}

RowVector multiply_by_diagonals(const RowVector& a, const Dense& b, Location where) {
    require_length("multiply_by_diagonals", b.rows(), b, a.layout(), a.layout().length(), where);
    const Unit unit = a.layout().unit();
    const std::size_t h = unit.height();
    const std::size_t w = unit.width();
    const Layout layout = Layout::row_vector(unit, b.columns(), where);
    const RowVector vector = spread(a, where);
    const auto describe = [&](std::size_t tile, SlotMap& map) {
        for (std::size_t i = 0; i < b.rows(); ++i) {
            for (std::size_t j = tile * h; j < std::min(b.columns(), (tile + 1) * h); ++j) {
                map.add(i / h, i % h * w, j % h * w, b(i, j), w);
            }
        }
    };
    return {layout, mapped_tiles(layout, vector.tiles(), where, describe), where};
}

Matrix multiply(const Dense& a, const Matrix& b, Location where) {
    const Layout& source = b.layout();
    require_length("multiply", a.columns(), a, source, source.rows(), where);
    const Layout layout = Layout::matrix(source.unit(), a.rows(), source.columns(), where);
    const std::size_t h = layout.unit().height();
    const std::size_t w = layout.unit().width();
    const auto describe = [&](std::size_t tile, SlotMap& map) {
        const Block block(layout, tile);
        for (std::size_t k = 0; k < a.columns(); ++k) {
            const std::size_t from = k / h * source.tile_columns() + tile % layout.tile_columns();
            for (std::size_t r = 0; r < block.rows; ++r) {
                map.add(from, k % h * w, r * w, a(block.row + r, k), block.columns);
            }
        }
    };
    return {layout, mapped_tiles(layout, b.tiles(), where, describe), where};
}

Matrix multiply(const Matrix& a, const Dense& b, Location where) {
    const Layout& source = a.layout();
    require_length("multiply", b.rows(), b, source, source.columns(), where);
    const Layout layout = Layout::matrix(source.unit(), source.rows(), b.columns(), where);
    const std::size_t w = layout.unit().width();
    const auto describe = [&](std::size_t tile, SlotMap& map) {
        const Block block(layout, tile);
        for (std::size_t k = 0; k < b.rows(); ++k) {
            const std::size_t from = tile / layout.tile_columns() * source.tile_columns() + k / w;
            for (std::size_t c = 0; c < block.columns; ++c) {
                for (std::size_t r = 0; r < block.rows; ++r) {
                    map.add(from, r * w + k % w, r * w + c, b(k, block.column + c));
                }
            }
        }
    };
    return {layout, mapped_tiles(layout, a.tiles(), where, describe), where};
}

}  // namespace tacit::linalg
