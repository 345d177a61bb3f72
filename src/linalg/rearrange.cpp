#include "tacit/linalg/rearrange.hpp"

#include <algorithm>
#include <bit>
#include <optional>

#include "linalg/gather.hpp"
#include "linalg/shapes.hpp"

namespace tacit::linalg {

Matrix transpose(const Matrix& matrix, Location where) {
    const Layout& source = matrix.layout();
    const Layout target = Layout::matrix(source.unit(), source.columns(), source.rows(), where);
    const auto mirrored = [](Position at) { return std::optional(Position{at.column, at.row}); };
    return {target, gather(target, source, matrix.tiles(), mirrored, Writer(where)), where};
}

namespace {

/// Picks each element of a vector at one slot, the one that the other encoding wants: element `first` + c of column c
/// (row r) of a tile. Tile t of the result has the elements from t * `per_tile` on.
template <Kind K>
std::vector<Expr> diagonal_of(const Value<K>& vector, std::size_t per_tile, const Writer& write) {
    const Layout& layout = vector.layout();
    std::vector<Expr> result;
    for (std::size_t first = 0; first < layout.length(); first += per_tile) {
        std::vector<std::vector<double>> masks(layout.tiles());
        for (std::size_t e = first; e < std::min(first + per_tile, layout.length()); ++e) {
            const Position at = K == Kind::row_vector ? Position{0, e} : Position{e, 0};
            const Place place = place_of(layout, at, e - first);
            masks[place.tile].resize(layout.unit().slots());
            masks[place.tile][place.slot] = 1;
        }
        std::vector<Expr> terms;
        for (std::size_t tile = 0; tile < masks.size(); ++tile) {
            if (!masks[tile].empty()) terms.push_back(write.mul(vector.tile(tile), std::move(masks[tile])));
        }
        result.push_back(write.sum(terms));
    }
    return result;
}

}  // namespace

ColumnVector transpose(const RowVector& vector, Location where) {
    const Unit unit = vector.layout().unit();
    const std::size_t length = vector.layout().length();
    const RowVector source = with_copies(vector, std::min(length, unit.width()), where);
    const Matrix diagonal(Layout::matrix(unit, std::min(length, unit.height()), length, where),
                          diagonal_of(source, unit.width(), Writer(where)), where);
    return sum_rows(diagonal, where);
}

RowVector transpose(const ColumnVector& vector, Location where) {
    const Unit unit = vector.layout().unit();
    const std::size_t length = vector.layout().length();
    const ColumnVector source = with_copies(vector, std::min(length, unit.height()), where);
    const Matrix diagonal(Layout::matrix(unit, length, std::min(length, unit.width()), where),
                          diagonal_of(source, unit.height(), Writer(where)), where);
    return sum_columns(diagonal, where);
}

namespace {

/// How many copies of a vector move at once: each from one of its own, and as many as can be doubled until they are
/// all.
std::size_t kept_copies(const Layout& source, const Layout& target) {
    return std::bit_floor(std::min(source.copies(), target.all_copies()));
}

/// The elements of a vector in the copies of `target`, then in all of them.
template <Kind K>
Value<K> moved_copies(const Value<K>& vector, const Layout& target, Location where) {
    const auto same = [](Position at) { return std::optional(at); };
    const Value<K> moved{target, gather(target, vector.layout(), vector.tiles(), same, Writer(where)), where};
    return spread(moved, where);
}

}  // namespace

template <Kind K>
Value<K> with_unit(const Value<K>& value, Unit unit, Location where) {
    const Layout& source = value.layout();
    if (unit == source.unit()) return value;
    if (unit.slots() != source.unit().slots()) {
        fail(ErrorCode::invalid_argument, "{}with_unit: a {} in units of {} x {}; the number of slots stays {}",
             prefix(where), print(source), unit.height(), unit.width(), source.unit().slots());
    }
    const Writer write(where);
    if constexpr (K == Kind::scalar) {
        return {Layout::scalar(unit), {value.tile(0)}, where};
    } else if constexpr (K == Kind::column_vector) {
        const Layout target = Layout::column_vector(unit, source.length(), where);
        const std::size_t narrow = std::min(unit.width(), source.unit().width());
        if (source.length() <= narrow) {
            const ColumnVector all = spread(value, where);
            // Narrower rows cut the old ones into pieces, which all get the first; wider rows hold several old ones.
            if (unit.width() > narrow) return {target.with_clean(false), {all.tile(0)}, where};
            const Expr clean = cleaned(all, where).tile(0);
            return {target, {write.repeat(clean, 1, narrow, source.unit().width())}, where};
        }
        const bool periodic = source.copies() == source.all_copies();
        return moved_copies(value, periodic ? target : target.with_copies(kept_copies(source, target), where), where);
    } else if constexpr (K == Kind::row_vector) {
        const Layout target = Layout::row_vector(unit, source.length(), where);
        return moved_copies(value, target.with_copies(kept_copies(source, target), where), where);
    } else {
        const Layout target = Layout::matrix(unit, source.rows(), source.columns(), where);
        const auto same = [](Position at) { return std::optional(at); };
        return {target, gather(target, source, value.tiles(), same, write), where};
    }
}

template Scalar with_unit(const Scalar&, Unit, Location);
template RowVector with_unit(const RowVector&, Unit, Location);
template ColumnVector with_unit(const ColumnVector&, Unit, Location);
template Matrix with_unit(const Matrix&, Unit, Location);

}  // namespace tacit::linalg
