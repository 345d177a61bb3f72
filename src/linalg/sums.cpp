#include <algorithm>
#include <bit>

#include "base/fail.hpp"
#include "linalg/shapes.hpp"
#include "linalg/writer.hpp"

namespace tacit::linalg {

namespace {

/// Repeats the first copies of a vector over the unit; columns are `stride` slots apart.
template <Kind K>
Value<K> spread_by(const Value<K>& vector, std::size_t stride, Location where) {
    const Layout& layout = vector.layout();
    const std::size_t all = layout.all_copies();
    if (layout.copies() == all) return vector;
    const std::size_t from = std::bit_floor(layout.copies());
    const bool as_is = layout.clean() && from == layout.copies();
    const Layout kept = layout.with_copies(from, where);
    const Writer write(where);
    std::vector<Expr> tiles;
    for (const Expr& tile : vector.tiles()) {
        const Expr first = as_is ? tile : write.mul(tile, element_mask(kept, tiles.size()));
        tiles.push_back(write.repeat(first, stride, from, all));
    }
    return {layout.with_copies(all, where).with_clean(true), std::move(tiles), where};
}

}  // namespace

ColumnVector sum_rows(const Matrix& matrix, Location where) {
    const Unit unit = matrix.layout().unit();
    const bool mixes = matrix.layout().rows() % unit.height() != 0;
    const Matrix& m = mixes ? cleaned(matrix, where) : matrix;
    const Layout& layout = m.layout();
    const Writer write(where);
    std::vector<Expr> tiles;
    for (std::size_t j = 0; j < layout.tile_columns(); ++j) {
        std::vector<Expr> terms;
        for (std::size_t i = 0; i < layout.tile_rows(); ++i) terms.push_back(m.tile(i * layout.tile_columns() + j));
        tiles.push_back(write.window_sum(write.sum(terms), unit.width(), unit.height(), 0));
    }
    const Layout result = Layout::column_vector(unit, layout.columns(), where);
    return {result.with_clean(layout.clean()), std::move(tiles), where};
}

RowVector sum_columns(const Matrix& matrix, Location where) {
    const Unit unit = matrix.layout().unit();
    const bool mixes = matrix.layout().columns() % unit.width() != 0;
    const Matrix& m = mixes ? cleaned(matrix, where) : matrix;
    const Layout& layout = m.layout();
    // A window of w slots that begins w - k slots to the left holds columns 0 .. k-1 of its row and only zeros of the
    // rows beside it, for every slot in columns 0 .. w-k.
    const std::size_t occupied = std::min(layout.columns(), unit.width());
    const std::size_t backwards = unit.width() - occupied;
    const Writer write(where);
    std::vector<Expr> tiles;
    for (std::size_t i = 0; i < layout.tile_rows(); ++i) {
        const Expr total = write.sum(m.tiles().subspan(i * layout.tile_columns(), layout.tile_columns()));
        tiles.push_back(write.window_sum(total, 1, unit.width(), backwards));
    }
    const Layout result = Layout::row_vector(unit, layout.rows(), where).with_copies(backwards + 1, where);
    return {result.with_clean(layout.clean() && backwards + 1 == unit.width()), std::move(tiles), where};
}

RowVector spread(const RowVector& vector, Location where) { return spread_by(vector, 1, where); }

ColumnVector spread(const ColumnVector& vector, Location where) {
    return spread_by(vector, vector.layout().unit().width(), where);
}

namespace {

/// The sum of the elements of a clean vector with all copies.
template <Kind K>
Scalar total(const Value<K>& vector, Location where) {
    const Unit unit = vector.layout().unit();
    const Writer write(where);
    const Expr sum = write.sum(vector.tiles());
    // A column vector stands in every row, so that a window that runs over the end of one goes on in its copy.
    return {Layout::scalar(unit),
            {K == Kind::row_vector ? write.window_sum(sum, unit.width(), unit.height(), 0)
                                   : write.window_sum(sum, 1, unit.width(), 0)},
            where};
}

}  // namespace

Scalar dot(const RowVector& a, const RowVector& b, Location where) {
    return total(cleaned(hadamard(spread(a, where), spread(b, where), where), where), where);
}

Scalar dot(const ColumnVector& a, const ColumnVector& b, Location where) {
    return total(cleaned(hadamard(spread(a, where), spread(b, where), where), where), where);
}

Scalar dot(const RowVector& a, const Dense& b, Location where) {
    return total(hadamard(spread(a, where), b, where), where);
}

Scalar dot(const ColumnVector& a, const Dense& b, Location where) {
    return total(hadamard(spread(a, where), b, where), where);
}

}  // namespace tacit::linalg
