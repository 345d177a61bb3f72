#include "tacit/linalg/value.hpp"

#include <algorithm>
#include <utility>

#include "base/fail.hpp"
#include "linalg/writer.hpp"

namespace tacit::linalg {

template <Kind K>
Value<K>::Value(const Layout& layout, std::vector<Expr> tiles, Location where)
    : layout_(layout), tiles_(std::move(tiles)) {
    if (layout_.kind() != K || tiles_.size() != layout_.tiles()) {
        fail(ErrorCode::invalid_argument, "{}value: {} tiles and the layout \"{}\" for a {}; kind and tiles must fit",
             prefix(where), tiles_.size(), print(layout_), to_string(K));
    }
}

template <Kind K>
Value<K> Value<K>::combine(circuit::Op op, const Located<Value>& a, const Value& b) {
    const Layout& x = a.value().layout_;
    const Layout& y = b.layout_;
    if (!x.same_shape(y)) {
        fail(ErrorCode::invalid_argument, "{}{}: a {} and a {}; shapes and units must be equal", prefix(a.where()),
             to_string(op), print(x), print(y));
    }
    const Writer write(a.where());
    std::vector<Expr> tiles;
    for (std::size_t i = 0; i < b.tiles_.size(); ++i) {
        tiles.push_back(op == circuit::Op::add ? write.add(a.value().tile(i), b.tile(i))
                                               : write.sub(a.value().tile(i), b.tile(i)));
    }
    // A copy that one operand alone has becomes garbage.
    const Layout& fewer = x.copies() < y.copies() ? x : y;
    return {fewer.with_clean(x.clean() && y.clean() && x.copies() == y.copies()), std::move(tiles), a.where()};
}

template <Kind K>
Value<K> Value<K>::shift(const Located<Value>& a, const Dense& b, double sign) {
    const Layout& layout = a.value().layout_;
    const Writer write(a.where());
    std::vector<Expr> tiles;
    for (std::vector<double>& slots : pack(layout, b, a.where())) {
        std::ranges::transform(slots, slots.begin(), [sign](double x) { return sign * x; });
        tiles.push_back(write.add(a.value().tile(tiles.size()), std::move(slots)));
    }
    return {layout, std::move(tiles), a.where()};
}

template <Kind K>
Value<K> Value<K>::shift(const Located<Value>& a, double b) {
    const Layout& layout = a.value().layout_;
    const Writer write(a.where());
    std::vector<Expr> tiles;
    for (const Expr& tile : a.value().tiles_) {
        tiles.push_back(write.add(tile, element_mask(layout, tiles.size(), b)));
    }
    return {layout, std::move(tiles), a.where()};
}

template <Kind K>
Value<K> Value<K>::scale(const Located<Value>& a, double factor) {
    const Writer write(a.where());
    std::vector<Expr> tiles;
    for (const Expr& tile : a.value().tiles_) {
        tiles.push_back(factor == -1 ? write.negate(tile) : write.mul(tile, std::vector{factor}));
    }
    return {a.value().layout_, std::move(tiles), a.where()};
}

template <Kind K>
Value<K> sum(const std::vector<Value<K>>& values, Location where) {
    if (values.empty()) {
        fail(ErrorCode::invalid_argument, "{}sum: no values; the shape of the sum is that of its terms", prefix(where));
    }
    Value<K> total = values.front();
    for (std::size_t i = 1; i < values.size(); ++i) {
        total = Located<Value<K>>(total, where) + values[i];
    }
    return total;
}

template <Kind K>
Value<K> cleaned(const Value<K>& value, Location where) {
    const Layout& layout = value.layout();
    if (layout.clean()) return value;
    const Writer write(where);
    std::vector<Expr> tiles;
    for (const Expr& tile : value.tiles()) {
        const std::size_t number = tiles.size();
        tiles.push_back(layout.has_rest(number) ? write.mul(tile, element_mask(layout, number)) : tile);
    }
    return {layout.with_clean(true), std::move(tiles), where};
}

template class Value<Kind::scalar>;
template class Value<Kind::row_vector>;
template class Value<Kind::column_vector>;
template class Value<Kind::matrix>;
template class Value<Kind::diagonals>;

template Scalar sum(const std::vector<Scalar>&, Location);
template RowVector sum(const std::vector<RowVector>&, Location);
template ColumnVector sum(const std::vector<ColumnVector>&, Location);
template Matrix sum(const std::vector<Matrix>&, Location);
template DiagonalMatrix sum(const std::vector<DiagonalMatrix>&, Location);

template Scalar cleaned(const Scalar&, Location);
template RowVector cleaned(const RowVector&, Location);
template ColumnVector cleaned(const ColumnVector&, Location);
template Matrix cleaned(const Matrix&, Location);
template DiagonalMatrix cleaned(const DiagonalMatrix&, Location);

}  // namespace tacit::linalg
