#include "tacit/linalg/matrix_product.hpp"

#include <bit>

#include "linalg/accumulate.hpp"
#include "linalg/shapes.hpp"

namespace tacit::linalg {

namespace {

/// Column `column` of a matrix in all columns of the unit, for each tile row; zero below the matrix.
std::vector<Expr> column_in_all(const Matrix& m, std::size_t column, const Writer& write) {
    const Layout& layout = m.layout();
    const std::size_t w = layout.unit().width();
    const std::size_t at = column % w;
    std::vector<Expr> tiles;
    for (std::size_t i = 0; i < layout.tile_rows(); ++i) {
        const std::size_t tile = i * layout.tile_columns() + column / w;
        std::vector<double> mask(layout.unit().slots());
        for (std::size_t slot = at; slot < mask.size(); slot += w) mask[slot] = layout.element(tile, slot) ? 1 : 0;
        // Columns left of it find it ahead, columns right of it behind; no window reaches it in the row beside.
        tiles.push_back(write.window_sum(write.mul(m.tile(tile), std::move(mask)), 1, w, w - 1 - at));
    }
    return tiles;
}

/// Row `row` of a matrix in all rows of the unit, for each tile column; zero right of the matrix.
std::vector<Expr> row_in_all(const Matrix& m, std::size_t row, const Writer& write) {
    const Layout& layout = m.layout();
    const Unit unit = layout.unit();
    const std::size_t first = row % unit.height() * unit.width();
    std::vector<Expr> tiles;
    for (std::size_t j = 0; j < layout.tile_columns(); ++j) {
        const std::size_t tile = row / unit.height() * layout.tile_columns() + j;
        std::vector<double> mask(unit.slots());
        for (std::size_t slot = first; slot < first + unit.width(); ++slot) {
            mask[slot] = layout.element(tile, slot) ? 1 : 0;
        }
        tiles.push_back(write.window_sum(write.mul(m.tile(tile), std::move(mask)), unit.width(), unit.height(), 0));
    }
    return tiles;
}

/// One row of the result after the other: a's column as a row vector, times b, masked to its row.
Matrix transposed_times_by_vectors(const Matrix& a, const Matrix& b, const Layout& result, Location where) {
    const Writer write(where);
    const Unit unit = result.unit();
    Accumulator total(result, write);
    for (std::size_t i = 0; i < result.rows(); ++i) {
        const std::vector<Expr> vector = column_in_all(a, i, write);
        for (std::size_t j = 0; j < b.layout().tile_columns(); ++j) {
            std::vector<Expr> terms;
            for (std::size_t k = 0; k < vector.size(); ++k) {
                terms.push_back(write.mul(vector[k], b.tile(k * b.layout().tile_columns() + j)));
            }
            const Expr sums = write.window_sum(write.sum(terms), unit.width(), unit.height(), 0);
            const std::size_t first = i % unit.height() * unit.width();
            total.add_slots(i / unit.height() * result.tile_columns() + j, sums, first, unit.width(), 1);
        }
    }
    return std::move(total).finish(where);
}

/// One column of the result after the other: a times b's row as a column vector, masked to its column.
Matrix times_transposed_by_vectors(const Matrix& a, const Matrix& b, const Layout& result, Location where) {
    const Writer write(where);
    const Unit unit = result.unit();
    Accumulator total(result, write);
    for (std::size_t j = 0; j < result.columns(); ++j) {
        const std::vector<Expr> vector = row_in_all(b, j, write);
        const std::size_t column = j % unit.width();
        for (std::size_t i = 0; i < a.layout().tile_rows(); ++i) {
            std::vector<Expr> terms;
            for (std::size_t k = 0; k < vector.size(); ++k) {
                terms.push_back(write.mul(a.tile(i * vector.size() + k), vector[k]));
            }
            // The window that gives the whole sum in exactly this column.
            const Expr sums = write.window_sum(write.sum(terms), 1, unit.width(), column);
            total.add_slots(i * result.tile_columns() + j / unit.width(), sums, column, unit.height(), unit.width());
        }
    }
    return std::move(total).finish(where);
}

Layout result_layout(const char* operation, const Matrix& a, const Matrix& b, bool fits, std::size_t rows,
                     std::size_t columns, Location where) {
    require(fits && a.layout().unit() == b.layout().unit(), operation, a.layout(), b.layout(),
            "the lengths that are summed over and the units must be equal", where);
    return Layout::matrix(a.layout().unit(), rows, columns, where);
}

}  // namespace

Matrix multiply(const Matrix& a, const Matrix& b, Location where) {
    const std::size_t common = a.layout().columns();
    const Layout layout =
        result_layout("multiply", a, b, common == b.layout().rows(), a.layout().rows(), b.layout().columns(), where);
    const Writer write(where);
    std::vector<std::vector<Expr>> terms(layout.tiles());
    for (std::size_t k = 0; k < common; ++k) {
        const std::vector<Expr> columns = column_in_all(a, k, write);
        const std::vector<Expr> rows = row_in_all(b, k, write);
        for (std::size_t tile = 0; tile < terms.size(); ++tile) {
            terms[tile].push_back(write.mul(columns[tile / rows.size()], rows[tile % rows.size()]));
        }
    }
    std::vector<Expr> tiles;
    for (const std::vector<Expr>& products : terms) tiles.push_back(write.sum(products));
    return {layout, std::move(tiles), where};
}

namespace {

/// Whether `automatic` takes the form in diagonals, given the rotations of both.
bool prefer_diagonals(std::size_t diagonals, std::size_t vectors) { return diagonals <= 4 * vectors; }

std::size_t log2(std::size_t power_of_two) { return static_cast<std::size_t>(std::countr_zero(power_of_two)); }

}  // namespace

bool diagonals_fit(const Layout& a, const Layout& b) {
    const std::size_t width = a.unit().width();
    return std::min(b.rows(), width) + a.columns() <= width + 1;
}

Matrix transposed_times(const Matrix& a, const Matrix& b, ProductForm form, Location where) {
    const Layout& x = a.layout();
    const Layout& y = b.layout();
    const Layout layout =
        result_layout("transposed_times", a, b, x.rows() == y.rows(), x.columns(), y.columns(), where);
    const Unit unit = layout.unit();
    if (form == ProductForm::automatic) {
        const std::size_t log_h = log2(unit.height());
        const std::size_t shifts = std::min(x.columns(), unit.width()) + std::min(y.columns(), unit.width()) - 1;
        const std::size_t diagonals = x.tile_columns() * y.tile_columns() * shifts * (log_h + x.tile_rows() + 1);
        const std::size_t vectors = x.columns() * (x.tile_rows() * log2(unit.width()) + y.tile_columns() * log_h);
        form = prefer_diagonals(diagonals, vectors) ? ProductForm::diagonals : ProductForm::vectors;
    }
    return form == ProductForm::diagonals ? transposed_times_by_diagonals(a, b, layout, where)
                                          : transposed_times_by_vectors(a, b, layout, where);
}

Matrix times_transposed(const Matrix& a, const Matrix& b, ProductForm form, Location where) {
    const Layout& x = a.layout();
    const Layout& y = b.layout();
    const Layout layout =
        result_layout("times_transposed", a, b, x.columns() == y.columns(), x.rows(), y.rows(), where);
    const Unit unit = layout.unit();
    const bool possible = diagonals_fit(x, y);
    if (form == ProductForm::automatic) {
        const std::size_t log_w = log2(unit.width());
        const std::size_t shifts = std::min(unit.height(), x.rows() + y.rows() - 1);
        const std::size_t diagonals = x.tile_rows() * y.tile_rows() * shifts * (log_w + x.tile_columns());
        const std::size_t vectors = y.rows() * (x.tile_columns() * log2(unit.height()) + x.tile_rows() * log_w);
        form = possible && prefer_diagonals(diagonals, vectors) ? ProductForm::diagonals : ProductForm::vectors;
    }
    if (form == ProductForm::vectors) return times_transposed_by_vectors(a, b, layout, where);
    require(possible, "times_transposed", x, y,
            "diagonals need min(rows of b, width) + columns <= width + 1; use ProductForm::vectors", where);
    return times_transposed_by_diagonals(a, b, layout, where);
}

}  // namespace tacit::linalg
