#include "tacit/linalg/dense.hpp"

#include <algorithm>
#include <cmath>

#include "base/fail.hpp"

namespace tacit::linalg {

Dense::Dense(std::size_t rows, std::size_t columns, Location where)
    : Dense(rows, columns, std::vector<double>(rows * columns), where) {}

Dense::Dense(std::size_t rows, std::size_t columns, std::vector<double> values, Location where)
    : rows_(rows), columns_(columns), values_(std::move(values)) {
    if (rows == 0 || columns == 0 || values_.size() != rows * columns) {
        fail(ErrorCode::invalid_argument, "{}dense: {} values for {} x {}; give rows * columns values, at least one",
             prefix(where), values_.size(), rows, columns);
    }
    const auto bad = std::ranges::find_if_not(values_, [](double x) { return std::isfinite(x); });
    if (bad != values_.end()) {
        fail(ErrorCode::invalid_argument, "{}dense: value {} is {}; values are finite", prefix(where),
             bad - values_.begin(), *bad);
    }
}

Dense Dense::row(std::vector<double> values, Location where) {
    const std::size_t length = values.size();
    return {1, length, std::move(values), where};
}

Dense Dense::column(std::vector<double> values, Location where) {
    const std::size_t length = values.size();
    return {length, 1, std::move(values), where};
}

Dense transposed(const Dense& matrix) {
    Dense result(matrix.columns(), matrix.rows());
    for (std::size_t i = 0; i < matrix.rows(); ++i) {
        for (std::size_t j = 0; j < matrix.columns(); ++j) result(j, i) = matrix(i, j);
    }
    return result;
}

std::vector<std::vector<double>> pack(const Layout& layout, const Dense& matrix, Location where) {
    if (matrix.rows() != layout.rows() || matrix.columns() != layout.columns()) {
        fail(ErrorCode::invalid_argument, "{}pack: {} x {} values for a {}; shapes must be equal", prefix(where),
             matrix.rows(), matrix.columns(), print(layout));
    }
    const std::size_t slots = layout.unit().slots();
    std::vector<std::vector<double>> tiles(layout.tiles(), std::vector<double>(slots));
    for (std::size_t tile = 0; tile < tiles.size(); ++tile) {
        for (std::size_t slot = 0; slot < slots; ++slot) {
            if (const auto at = layout.element(tile, slot)) tiles[tile][slot] = matrix(at->row, at->column);
        }
    }
    return tiles;
}

Dense unpack(const Layout& layout, std::span<const std::vector<double>> tiles, Location where) {
    const std::size_t slots = layout.unit().slots();
    const bool fits = std::ranges::all_of(tiles, [&](const auto& tile) { return tile.size() == slots; });
    if (tiles.size() != layout.tiles() || !fits) {
        fail(ErrorCode::invalid_argument, "{}unpack: {} tiles for a {}; it has {} tiles of {} slots", prefix(where),
             tiles.size(), print(layout), layout.tiles(), slots);
    }
    Dense matrix(layout.rows(), layout.columns(), where);
    for (std::size_t tile = 0; tile < tiles.size(); ++tile) {
        for (std::size_t slot = slots; slot-- > 0;) {  // backwards, so that the first copy is what stays
            if (const auto at = layout.element(tile, slot)) matrix(at->row, at->column) = tiles[tile][slot];
        }
    }
    return matrix;
}

}  // namespace tacit::linalg
