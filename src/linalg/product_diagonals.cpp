#include <algorithm>

#include "linalg/accumulate.hpp"
#include "linalg/writer.hpp"

namespace tacit::linalg {

namespace {

/// The operands where at least one is zero in the rest of a product that is summed over its rest.
Matrix clean_unless(bool other_suffices, const Matrix& m, Location where) {
    return other_suffices ? m : cleaned(m, where);
}

/// sum_k x(k) * rotate(y(k), steps)
Expr shifted_product(const std::vector<Expr>& x, const std::vector<Expr>& y, std::ptrdiff_t steps,
                     const Writer& write) {
    std::vector<Expr> terms;
    for (std::size_t k = 0; k < x.size(); ++k) terms.push_back(write.mul(x[k], write.rotate(y[k], steps)));
    return write.sum(terms);
}

std::vector<Expr> tile_column(const Matrix& m, std::size_t column) {
    std::vector<Expr> tiles;
    for (std::size_t i = 0; i < m.layout().tile_rows(); ++i) {
        tiles.push_back(m.tile(i * m.layout().tile_columns() + column));
    }
    return tiles;
}

std::vector<Expr> tile_row(const Matrix& m, std::size_t row) {
    const auto tiles = m.tiles().subspan(row * m.layout().tile_columns(), m.layout().tile_columns());
    return {tiles.begin(), tiles.end()};
}

/// Columns (rows) of tile number `tile` that hold elements, if there are `all` of them.
std::size_t occupied(std::size_t all, std::size_t tile, std::size_t per_tile) {
    return std::min(per_tile, all - tile * per_tile);
}

}  // namespace

// Column c of the sum over rows of a * rotate(b, shift) is element (i, j) with i in column c of a's tile and j in
// column c + shift of b's, in every row. Rotated back by the shift it stands in column c + shift, and its row is picked
// by a mask. Where c + shift leaves the tile, the sum means nothing, and no mask picks it.
Matrix transposed_times_by_diagonals(const Matrix& a, const Matrix& b, const Layout& result, Location where) {
    const Writer write(where);
    const std::size_t h = result.unit().height();
    const std::size_t w = result.unit().width();
    const Matrix x = clean_unless(b.layout().clean() || a.layout().rows() % h == 0, a, where);
    Accumulator total(result, write);
    const auto place = [&](std::size_t left, std::size_t right, std::ptrdiff_t shift, std::size_t first,
                           std::size_t last) {
        const Expr product = shifted_product(tile_column(x, left), tile_column(b, right), shift, write);
        const Expr sums = write.rotate(write.window_sum(product, w, h, 0), -shift);
        for (std::size_t i = left * w + first; i < left * w + last;) {
            const std::size_t end = std::min(left * w + last, (i / h + 1) * h);
            const auto column = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(i % w) + shift);
            total.add_slots(i / h * result.tile_columns() + right, sums, i % h * w + column, end - i, w + 1);
            i = end;
        }
    };
    for (std::size_t left = 0; left < x.layout().tile_columns(); ++left) {
        const auto n = static_cast<std::ptrdiff_t>(occupied(result.rows(), left, w));
        for (std::size_t right = 0; right < b.layout().tile_columns(); ++right) {
            const auto m = static_cast<std::ptrdiff_t>(occupied(result.columns(), right, w));
            for (std::ptrdiff_t shift = 1 - n; shift < m; ++shift) {
                const auto first = std::max<std::ptrdiff_t>(0, -shift);
                const auto last = std::min(n, m - shift);
                place(left, right, shift, static_cast<std::size_t>(first), static_cast<std::size_t>(last));
            }
        }
    }
    return std::move(total).finish(where);
}

// Row r of the sum over columns of a * rotate(b, shift rows) is element (i, j) with i in row r of a's tile and j in row
// r + shift of b's, modulo h. The sum leaves it in enough columns that column j is among them.
Matrix times_transposed_by_diagonals(const Matrix& a, const Matrix& b, const Layout& result, Location where) {
    const Writer write(where);
    const std::size_t h = result.unit().height();
    const std::size_t w = result.unit().width();
    const std::size_t common = a.layout().columns();
    const Matrix x = clean_unless(b.layout().clean() || common % w == 0, a, where);
    Accumulator total(result, write);
    const auto place = [&](std::size_t upper, std::size_t lower, std::size_t shift) {
        std::vector<std::vector<double>> masks(result.tile_columns());
        for (std::size_t r = 0; r < occupied(result.rows(), upper, h); ++r) {
            const std::size_t j = lower * h + (r + shift) % h;
            if (j >= result.columns()) continue;
            masks[j / w].resize(h * w);
            masks[j / w][r * w + j % w] = 1;
        }
        if (std::ranges::all_of(masks, [](const auto& mask) { return mask.empty(); })) return;
        const Expr product =
            shifted_product(tile_row(x, upper), tile_row(b, lower), static_cast<std::ptrdiff_t>(shift * w), write);
        const Expr sums = write.window_sum(product, 1, w, w - std::min(common, w));
        for (std::size_t column = 0; column < masks.size(); ++column) {
            if (masks[column].empty()) continue;
            total.add_masked(upper * result.tile_columns() + column, sums, std::move(masks[column]));
        }
    };
    for (std::size_t upper = 0; upper < x.layout().tile_rows(); ++upper) {
        for (std::size_t lower = 0; lower < b.layout().tile_rows(); ++lower) {
            for (std::size_t shift = 0; shift < h; ++shift) place(upper, lower, shift);
        }
    }
    return std::move(total).finish(where);
}

}  // namespace tacit::linalg
