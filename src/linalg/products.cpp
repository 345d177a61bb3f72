#include "tacit/linalg/products.hpp"

#include <algorithm>
#include <bit>

#include "base/fail.hpp"
#include "linalg/shapes.hpp"
#include "linalg/writer.hpp"

namespace tacit::linalg {

template <Kind K>
Value<K> hadamard(const Value<K>& a, const Value<K>& b, Location where) {
    const Layout& x = a.layout();
    const Layout& y = b.layout();
    require(x.same_shape(y), "hadamard", x, y, "shapes and units must be equal", where);
    const Writer write(where);
    std::vector<Expr> tiles;
    for (std::size_t i = 0; i < a.tiles().size(); ++i) tiles.push_back(write.mul(a.tile(i), b.tile(i)));
    // Zero in the rest of the product if an operand without further copies is zero there.
    const Layout& fewer = x.copies() < y.copies() ? x : y;
    const auto zero = [&](const Layout& l) { return l.clean() && l.copies() == fewer.copies(); };
    return {fewer.with_clean(zero(x) || zero(y)), std::move(tiles), where};
}

template Scalar hadamard(const Scalar&, const Scalar&, Location);
template RowVector hadamard(const RowVector&, const RowVector&, Location);
template ColumnVector hadamard(const ColumnVector&, const ColumnVector&, Location);
template Matrix hadamard(const Matrix&, const Matrix&, Location);
template DiagonalMatrix hadamard(const DiagonalMatrix&, const DiagonalMatrix&, Location);

Matrix hadamard(const RowVector& a, const Matrix& b, Location where) {
    const Layout& m = b.layout();
    require(a.layout().length() == m.rows() && a.layout().unit() == m.unit(), "hadamard", a.layout(), m,
            "the row vector is as long as the matrix is high, in the same unit", where);
    const RowVector vector = with_copies(a, std::min(m.columns(), m.unit().width()), where);
    const Writer write(where);
    std::vector<Expr> tiles;
    for (std::size_t i = 0; i < m.tiles(); ++i) {
        tiles.push_back(write.mul(vector.tile(i / m.tile_columns()), b.tile(i)));
    }
    return {m, std::move(tiles), where};
}

Matrix hadamard(const Matrix& a, const ColumnVector& b, Location where) {
    const Layout& m = a.layout();
    require(b.layout().length() == m.columns() && b.layout().unit() == m.unit(), "hadamard", m, b.layout(),
            "the column vector is as long as the matrix is wide, in the same unit", where);
    const ColumnVector vector = with_copies(b, std::min(m.rows(), m.unit().height()), where);
    const Writer write(where);
    std::vector<Expr> tiles;
    for (std::size_t i = 0; i < m.tiles(); ++i) {
        tiles.push_back(write.mul(a.tile(i), vector.tile(i % m.tile_columns())));
    }
    return {m, std::move(tiles), where};
}

namespace {

/// `factors` as one factor for each element of a value of this layout.
Dense broadcast(const Layout& layout, const Dense& factors) {
    const bool rows = factors.rows() == 1 && factors.columns() == layout.rows();
    const bool columns = factors.columns() == 1 && factors.rows() == layout.columns();
    const bool equal = factors.rows() == layout.rows() && factors.columns() == layout.columns();
    if (layout.kind() != Kind::matrix || equal || (!rows && !columns)) return factors;
    Dense all(layout.rows(), layout.columns());
    for (std::size_t i = 0; i < layout.rows(); ++i) {
        for (std::size_t j = 0; j < layout.columns(); ++j) all(i, j) = rows ? factors(0, i) : factors(j, 0);
    }
    return all;
}

}  // namespace

template <Kind K>
Value<K> hadamard(const Value<K>& a, const Dense& b, Location where) {
    const Writer write(where);
    std::vector<Expr> tiles;
    for (std::vector<double>& slots : pack(a.layout(), broadcast(a.layout(), b), where)) {
        tiles.push_back(write.mul(a.tile(tiles.size()), std::move(slots)));
    }
    return {a.layout().with_clean(true), std::move(tiles), where};
}

template Scalar hadamard(const Scalar&, const Dense&, Location);
template RowVector hadamard(const RowVector&, const Dense&, Location);
template ColumnVector hadamard(const ColumnVector&, const Dense&, Location);
template Matrix hadamard(const Matrix&, const Dense&, Location);
template DiagonalMatrix hadamard(const DiagonalMatrix&, const Dense&, Location);

template <Kind K>
Value<K> multiply(const Scalar& a, const Value<K>& b, Location where) {
    require(a.layout().unit().slots() == b.layout().unit().slots(), "multiply", a.layout(), b.layout(),
            "both need the same number of slots", where);
    const Writer write(where);
    std::vector<Expr> tiles;
    for (const Expr& tile : b.tiles()) tiles.push_back(write.mul(tile, a.tile(0)));
    return {b.layout(), std::move(tiles), where};
}

template Scalar multiply(const Scalar&, const Scalar&, Location);
template RowVector multiply(const Scalar&, const RowVector&, Location);
template ColumnVector multiply(const Scalar&, const ColumnVector&, Location);
template Matrix multiply(const Scalar&, const Matrix&, Location);
template DiagonalMatrix multiply(const Scalar&, const DiagonalMatrix&, Location);

Matrix outer(const RowVector& a, const ColumnVector& b, Location where) {
    const Unit unit = a.layout().unit();
    require(unit == b.layout().unit(), "outer", a.layout(), b.layout(), "units must be equal", where);
    const std::size_t rows = a.layout().length();
    const std::size_t columns = b.layout().length();
    const Layout layout = Layout::matrix(unit, rows, columns, where);
    const RowVector left = with_copies(a, std::min(columns, unit.width()), where);
    const ColumnVector right = with_copies(b, std::min(rows, unit.height()), where);
    const Writer write(where);
    std::vector<Expr> tiles;
    for (std::size_t i = 0; i < layout.tiles(); ++i) {
        tiles.push_back(write.mul(left.tile(i / layout.tile_columns()), right.tile(i % layout.tile_columns())));
    }
    return {layout.with_clean(left.layout().clean() && right.layout().clean()), std::move(tiles), where};
}

ColumnVector multiply(const RowVector& a, const Matrix& b, Location where) {
    return sum_rows(hadamard(a, b, where), where);
}

ColumnVector multiply(const DiagonalMatrix& a, const ColumnVector& b, Location where) {
    const Layout& m = a.layout();
    const Unit unit = m.unit();
    require(b.layout().length() == m.columns() && b.layout().unit() == unit, "multiply", m, b.layout(),
            "the column vector is as long as the matrix is wide, in the same unit", where);
    // Zeros of the matrix let no garbage of the vector through.
    const DiagonalMatrix diagonals = cleaned(a, where);
    const ColumnVector vector = spread(b, where);
    const Writer write(where);
    const auto shift = [](std::size_t steps) { return static_cast<std::ptrdiff_t>(steps); };
    const std::size_t step = m.giant_step();
    std::vector<Expr> tiles;
    for (std::size_t i = 0; i < m.tile_rows(); ++i) {
        std::vector<Expr> parts;
        for (std::size_t giant = 0; giant < unit.width(); giant += step) {
            std::vector<Expr> terms;
            for (std::size_t j = 0; j < m.tile_columns(); ++j) {
                const std::size_t first = (i * m.tile_columns() + j) * unit.width() + giant;
                for (std::size_t baby = 0; baby < step; ++baby) {
                    terms.push_back(write.mul(diagonals.tile(first + baby), write.rotate(vector.tile(j), shift(baby))));
                }
            }
            parts.push_back(write.rotate(write.sum(terms), shift(giant)));
        }
        tiles.push_back(write.sum(parts));
    }
    return {Layout::column_vector(unit, m.rows(), where), std::move(tiles), where};
}

RowVector multiply(const Matrix& a, const ColumnVector& b, Location where) {
    return sum_columns(hadamard(a, b, where), where);
}

}  // namespace tacit::linalg
