#pragma once

#include <utility>
#include <variant>

#include "tacit/linalg/rearrange.hpp"
#include "tacit/linalg/value.hpp"

namespace tacit::linalg {

/// A value of a formula as it is kept: itself, or its transpose. A vector of one column is kept along the unit as a
/// ColumnVector, or down the unit as a RowVector, which is its transpose.
struct Stored {
    std::variant<Scalar, RowVector, ColumnVector, Matrix, DiagonalMatrix> value;
    bool transposed = false;

    [[nodiscard]] const Layout& layout() const {
        return std::visit([](const auto& v) -> const Layout& { return v.layout(); }, value);
    }
    [[nodiscard]] bool is_scalar() const { return std::holds_alternative<Scalar>(value); }
    [[nodiscard]] bool is_matrix() const { return std::holds_alternative<Matrix>(value); }
    [[nodiscard]] bool is_diagonals() const { return std::holds_alternative<DiagonalMatrix>(value); }
    template <class T>
    [[nodiscard]] const T& as() const {
        return std::get<T>(value);
    }
};

/// The transpose, kept in the same slots.
[[nodiscard]] inline Stored flipped(Stored a) {
    if (!a.is_scalar()) a.transposed = !a.transposed;
    return a;
}

/// The same value, its elements moved to where its transpose was kept; not by diagonals.
[[nodiscard]] inline Stored turned(const Stored& a, Location where) {
    if (a.is_scalar()) return a;
    if (a.is_matrix()) return {transpose(a.as<Matrix>(), where), !a.transposed};
    if (const auto* row = std::get_if<RowVector>(&a.value)) return {transpose(*row, where), !a.transposed};
    return {transpose(a.as<ColumnVector>(), where), !a.transposed};
}

/// In another unit; by diagonals in its own one alone.
[[nodiscard]] inline Stored in_unit(const Stored& a, Unit unit, Location where) {
    const auto moved = [&]<Kind K>(const Value<K>& v) -> decltype(Stored::value) {
        if constexpr (K == Kind::diagonals) {
            return v;
        } else {
            return with_unit(v, unit, where);
        }
    };
    return {std::visit(moved, a.value), a.transposed};
}

/// `a` kept as `model` is: in its unit and, for equal shapes, in the same slots.
[[nodiscard]] inline Stored kept_as(const Stored& a, const Stored& model, Location where) {
    const Stored moved = in_unit(a, model.layout().unit(), where);
    return moved.transposed == model.transposed ? moved : turned(moved, where);
}

}  // namespace tacit::linalg
