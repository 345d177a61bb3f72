#pragma once

#include <span>
#include <vector>

#include "tacit/circuit/expr.hpp"
#include "tacit/linalg/dense.hpp"
#include "tacit/linalg/layout.hpp"

namespace tacit::linalg {

template <Kind K>
class Value;

/// An operand and the line where it was written. Only a parameter type: it borrows its operand.
template <class T>
class Located {
public:
    Located(const T& value, const char* file = __builtin_FILE(), int line = __builtin_LINE())
        : value_(&value), where_{file, line} {}
    /// An operand written at a line that is known.
    Located(const T& value, Location where) : value_(&value), where_(where) {}
    [[nodiscard]] const T& value() const noexcept { return *value_; }
    [[nodiscard]] Location where() const noexcept { return where_; }

private:
    const T* value_;
    Location where_;
};

/// A matrix, vector or scalar that is not known yet: the expressions of its tiles and their layout. Operations
/// look at the layout and write the circuit that they need; levels, scales and keys do not appear.
///
/// Every operation takes clean and dirty values. Where garbage would reach an element, the operation first masks
/// the value, which costs a product with a constant and so a level; where it would not, the garbage stays and the
/// result's layout says so. Values combined by one operation have the same unit unless it says otherwise.
///
/// Errors are `invalid_argument` and name the line: shapes or units that do not fit, values of two programs.
template <Kind K>
class Value {
public:
    /// The tiles in the order of the layout; `invalid_argument` unless kind and number fit.
    Value(const Layout& layout, std::vector<circuit::Expr> tiles, Location where = Location::here());

    [[nodiscard]] const Layout& layout() const noexcept { return layout_; }
    [[nodiscard]] std::span<const circuit::Expr> tiles() const noexcept { return tiles_; }
    [[nodiscard]] const circuit::Expr& tile(std::size_t number) const { return tiles_[number]; }

    // Sums, differences and multiples, slot by slot. Shapes are equal; a vector keeps the copies that both operands
    // have. A public matrix or number is added to the elements alone, so that zeros stay zeros. Only the products cost
    // a level. The other products are in products.hpp.
    friend Value operator+(const Located<Value>& a, const Value& b) { return combine(circuit::Op::add, a, b); }
    friend Value operator-(const Located<Value>& a, const Value& b) { return combine(circuit::Op::sub, a, b); }
    friend Value operator-(const Located<Value>& a) { return scale(a, -1); }
    friend Value operator+(const Located<Value>& a, const Dense& b) { return shift(a, b, 1); }
    friend Value operator+(const Dense& a, const Located<Value>& b) { return shift(b, a, 1); }
    friend Value operator-(const Located<Value>& a, const Dense& b) { return shift(a, b, -1); }
    friend Value operator-(const Dense& a, const Located<Value>& b) { return shift({scale(b, -1), b.where()}, a, 1); }
    friend Value operator+(const Located<Value>& a, double b) { return shift(a, b); }
    friend Value operator+(double a, const Located<Value>& b) { return shift(b, a); }
    friend Value operator-(const Located<Value>& a, double b) { return shift(a, -b); }
    friend Value operator-(double a, const Located<Value>& b) { return shift({scale(b, -1), b.where()}, a); }
    friend Value operator*(const Located<Value>& a, double b) { return scale(a, b); }
    friend Value operator*(double a, const Located<Value>& b) { return scale(b, a); }

private:
    static Value combine(circuit::Op op, const Located<Value>& a, const Value& b);
    /// a + sign * b
    static Value shift(const Located<Value>& a, const Dense& b, double sign);
    static Value shift(const Located<Value>& a, double b);
    /// A factor of -1 costs no level.
    static Value scale(const Located<Value>& a, double factor);

    Layout layout_;
    std::vector<circuit::Expr> tiles_;
};

using Scalar = Value<Kind::scalar>;
using RowVector = Value<Kind::row_vector>;
using ColumnVector = Value<Kind::column_vector>;
using Matrix = Value<Kind::matrix>;
using DiagonalMatrix = Value<Kind::diagonals>;

/// The sum of at least one value, all of one shape.
template <Kind K>
[[nodiscard]] Value<K> sum(const std::vector<Value<K>>& values, Location where = Location::here());

/// The same value with zero in the rest: a product with a mask, which costs a level, if it is dirty; else the value
/// itself. Operations do this where they need it; do it yourself before others see a decrypted rest.
template <Kind K>
[[nodiscard]] Value<K> cleaned(const Value<K>& value, Location where = Location::here());

extern template class Value<Kind::scalar>;
extern template class Value<Kind::row_vector>;
extern template class Value<Kind::column_vector>;
extern template class Value<Kind::matrix>;
extern template class Value<Kind::diagonals>;

}  // namespace tacit::linalg
