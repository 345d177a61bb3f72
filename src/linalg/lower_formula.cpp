#include "linalg/lower_formula.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "base/fail.hpp"
#include "linalg/accumulate.hpp"
#include "linalg/stored.hpp"
#include "tacit/linalg/inverse.hpp"
#include "tacit/linalg/matrix_product.hpp"
#include "tacit/linalg/products.hpp"
#include "tacit/linalg/public_product.hpp"

namespace tacit::linalg {

namespace {

using detail::FormulaNode;
using detail::FormulaNodes;
using Op = FormulaNode::Op;
using Pair = std::pair<Stored, Stored>;

/// Writes one node from its stored operands.
class NodeLowering {
public:
    NodeLowering(const FormulaNode& node, std::size_t number, LayoutChoices& choices)
        : node_(node), number_(number), choices_(choices), where_(node.where) {}

    [[nodiscard]] Stored sum(const Stored& a, const Stored& b) {
        const auto [x, y] = same_slots(a, b);
        return with_same_kind(x, y, [this](const auto& u, const auto& v) {
            const Located at(u, where_);
            return node_.op == Op::add ? at + v : at - v;
        });
    }
    [[nodiscard]] Stored with_number(const Stored& a) const {
        return map(a, [this](const auto& v) {
            const Located at(v, where_);
            return node_.op == Op::scale ? at * node_.number : at + node_.number;
        });
    }
    [[nodiscard]] Stored with_public(const Stored& a) const {
        const Dense matrix = a.transposed ? transposed(*node_.matrix) : *node_.matrix;
        return map(a, [&](const auto& v) {
            return node_.op == Op::add_public ? Located(v, where_) + matrix : hadamard(v, matrix, where_);
        });
    }
    [[nodiscard]] Stored elementwise(const Stored& a, const Stored& b) {
        if (b.is_matrix() && !a.is_matrix()) return scaled_rows(a, b);
        const auto [x, y] = same_slots(a, b);
        return with_same_kind(x, y, [this](const auto& u, const auto& v) { return hadamard(u, v, where_); });
    }
    [[nodiscard]] Stored sums(const Stored& a) const {
        if (a.is_matrix()) {
            const Matrix& m = a.as<Matrix>();
            return a.transposed ? Stored{sum_columns(m, where_), false} : Stored{sum_rows(m, where_), true};
        }
        const std::size_t length = a.layout().length();
        const bool down = std::holds_alternative<RowVector>(a.value);
        if (a.is_scalar() || down != a.transposed) return a;  // one row: every sum is its only term
        return weighted_sum(a, Dense(1, length, std::vector(length, 1.0)));
    }
    [[nodiscard]] Stored inverse(const Stored& a) const {
        return {inverse_positive_definite(a.as<Matrix>(), node_.number, node_.attribute, where_), a.transposed};
    }

    [[nodiscard]] Stored product(const Stored& a, const Stored& b) {
        if (a.is_scalar()) return times_scalar(a, b);
        if (b.is_scalar()) return times_scalar(b, a);
        if (a.is_matrix() && b.is_matrix()) return matrix_product(a, b);
        if (a.is_diagonals()) return diagonals_vector(a.as<DiagonalMatrix>(), b);
        if (a.is_matrix()) return matrix_vector(a, b);
        if (b.is_matrix()) return flipped(matrix_vector(flipped(b), flipped(a)));
        return node_.is_scalar() ? dot_product(a, b) : outer_product(a, b);
    }

    [[nodiscard]] Stored public_product(const Stored& b) {
        const Dense& matrix = *node_.matrix;
        if (matrix.rows() == 1) return weighted_sum(b, matrix);
        if (b.is_matrix()) {
            const Matrix& m = b.as<Matrix>();
            return b.transposed ? Stored{multiply(m, transposed(matrix), where_), true}
                                : Stored{multiply(matrix, m, where_), false};
        }
        const bool diagonals = pick(Decision::form, 2) == 1;
        if (const auto* row = std::get_if<RowVector>(&b.value)) {
            if (diagonals) return {multiply_by_diagonals(*row, transposed(matrix), where_), true};
            return {multiply(*row, transposed(matrix), where_), false};
        }
        const auto& column = b.as<ColumnVector>();
        if (diagonals) return {multiply_by_diagonals(matrix, column, where_), false};
        return {multiply(matrix, column, where_), true};
    }

private:
    std::size_t pick(Decision decision, std::size_t options) { return choices_.pick({number_, decision}, options); }

    template <class F>
    [[nodiscard]] static Stored map(const Stored& a, const F& f) {
        return {std::visit([&](const auto& v) { return decltype(Stored::value)(f(v)); }, a.value), a.transposed};
    }
    template <class F>
    [[nodiscard]] static Stored with_same_kind(const Stored& a, const Stored& b, const F& f) {
        return map(a, [&](const auto& v) { return f(v, b.as<std::remove_cvref_t<decltype(v)>>()); });
    }

    /// Two values of one shape in the same slots; one of them is moved if they are not.
    Pair same_slots(const Stored& a, const Stored& b) {
        if (a.layout().unit() == b.layout().unit() && a.transposed == b.transposed) return {a, b};
        if (pick(Decision::operand, 2) == 0) return {a, kept_as(b, a, where_)};
        return {kept_as(a, b, where_), b};
    }
    Pair same_unit(const Stored& a, const Stored& b) {
        if (a.layout().unit() == b.layout().unit()) return {a, b};
        if (pick(Decision::unit, 2) == 0) return {a, in_unit(b, a.layout().unit(), where_)};
        return {in_unit(a, b.layout().unit(), where_), b};
    }
    /// A matrix and a column vector in its unit, kept as it is: along the unit if the matrix is not transposed, else
    /// down. Where they are not, the vector is turned, or the matrix if it has few tiles.
    Pair meeting(const Stored& matrix, const Stored& vector) {
        Pair pair{matrix, in_unit(vector, matrix.layout().unit(), where_)};
        if (matrix.transposed == vector.transposed) return pair;
        constexpr std::size_t few = 4;
        const std::size_t options = matrix.layout().tiles() <= few ? 2 : 1;
        Stored& moved = pick(Decision::operand, options) == 0 ? pair.second : pair.first;
        moved = turned(moved, where_);
        return pair;
    }

    [[nodiscard]] Stored times_scalar(const Stored& scalar, const Stored& b) const {
        return map(b, [&](const auto& v) { return multiply(scalar.as<Scalar>(), v, where_); });
    }
    /// One public row times a vector or a matrix.
    [[nodiscard]] Stored weighted_sum(const Stored& b, const Dense& row) const {
        if (!b.is_matrix()) {
            if (const auto* down = std::get_if<RowVector>(&b.value)) return {dot(*down, row, where_)};
            return {dot(b.as<ColumnVector>(), transposed(row), where_)};
        }
        const Matrix& m = b.as<Matrix>();
        if (b.transposed) return {sum_columns(hadamard(m, transposed(row), where_), where_), false};
        return {sum_rows(hadamard(m, row, where_), where_), true};
    }
    Stored scaled_rows(const Stored& vector, const Stored& matrix) {
        // Along a matrix kept transposed, down one that is not: the other way round than in a product with it.
        const auto [m, v] = meeting(flipped(matrix), vector);
        if (m.transposed) return {hadamard(v.as<RowVector>(), m.as<Matrix>(), where_), false};
        return {hadamard(m.as<Matrix>(), v.as<ColumnVector>(), where_), true};
    }
    Stored matrix_vector(const Stored& matrix, const Stored& vector) {
        const auto [m, v] = meeting(matrix, vector);
        if (m.transposed) return {multiply(v.as<RowVector>(), m.as<Matrix>(), where_), false};
        return {multiply(m.as<Matrix>(), v.as<ColumnVector>(), where_), true};
    }
    [[nodiscard]] Stored diagonals_vector(const DiagonalMatrix& matrix, const Stored& vector) const {
        const Stored moved = in_unit(vector, matrix.layout().unit(), where_);
        const Stored along = moved.transposed ? turned(moved, where_) : moved;
        return {multiply(matrix, along.as<ColumnVector>(), where_), false};
    }
    Stored dot_product(const Stored& a, const Stored& b) {
        const auto [x, y] = same_slots(flipped(a), b);
        if (const auto* row = std::get_if<RowVector>(&x.value)) return {dot(*row, y.as<RowVector>(), where_)};
        return {dot(x.as<ColumnVector>(), y.as<ColumnVector>(), where_)};
    }
    Stored outer_product(const Stored& a, const Stored& b) {
        auto [x, y] = same_unit(a, b);
        if (x.transposed != y.transposed) {  // both down or both along
            Stored& moved = pick(Decision::operand, 2) == 0 ? y : x;
            moved = turned(moved, where_);
        }
        if (const auto* down = std::get_if<RowVector>(&x.value)) {
            return {outer(*down, y.as<ColumnVector>(), where_), false};
        }
        return {outer(y.as<RowVector>(), x.as<ColumnVector>(), where_), true};
    }
    Stored matrix_product(const Stored& a, const Stored& b) {
        const auto [x, y] = same_unit(a, b);
        const Matrix& p = x.as<Matrix>();
        const Matrix& q = y.as<Matrix>();
        if (!x.transposed && !y.transposed) return {multiply(p, q, where_), false};
        if (x.transposed && y.transposed) return {multiply(q, p, where_), true};
        if (x.transposed) {
            const Way way = pick_way(true, true);
            if (way.forward) return {transposed_times(p, q, way.form, where_), false};
            return {transposed_times(q, p, way.form, where_), true};
        }
        const Way way = pick_way(diagonals_fit(p.layout(), q.layout()), diagonals_fit(q.layout(), p.layout()));
        if (way.forward) return {times_transposed(p, q, way.form, where_), false};
        return {times_transposed(q, p, way.form, where_), true};
    }

    /// How a product with a transposed factor is made: itself or its transpose.
    struct Way {
        bool forward = true;
        ProductForm form = ProductForm::vectors;
    };
    /// Diagonals are open where they fit.
    Way pick_way(bool forward, bool backward) {
        std::vector<Way> ways;
        if (forward) ways.push_back({true, ProductForm::diagonals});
        if (backward) ways.push_back({false, ProductForm::diagonals});
        ways.push_back({true, ProductForm::vectors});
        ways.push_back({false, ProductForm::vectors});
        return ways[pick(Decision::form, ways.size())];
    }

    const FormulaNode& node_;
    std::size_t number_;
    LayoutChoices& choices_;
    Location where_;
};

/// Writes nodes in their order, those that an output needs.
class FormulaLowering {
public:
    FormulaLowering(const FormulaNodes& formula, std::span<const std::vector<Unit>> units, LayoutChoices& choices)
        : formula_(formula), units_(units), choices_(choices), stored_(formula.nodes.size()) {}

    Program run() && {
        const std::vector<bool> needed = needed_nodes();
        for (std::size_t i = 0; i < stored_.size(); ++i) {
            const FormulaNode& node = formula_.nodes[i];
            if (node.op == Op::input) {
                stored_[i] = input(node, i);
            } else if (needed[i]) {
                stored_[i] = write(node, i);
            }
        }
        for (const detail::FormulaOutput& output : formula_.outputs) {
            const Stored& value = *stored_[output.node];
            std::visit([&](const auto& v) { builder_.output(output.name, v, value.transposed); }, value.value);
        }
        return std::move(builder_).finish();
    }

private:
    [[nodiscard]] std::vector<bool> needed_nodes() const {
        std::vector<bool> needed(formula_.nodes.size());
        for (const detail::FormulaOutput& output : formula_.outputs) needed[output.node] = true;
        for (std::size_t i = needed.size(); i-- > 0;) {
            const int operands = needed[i] ? operand_count(formula_.nodes[i].op) : 0;
            if (operands > 0) needed[formula_.nodes[i].lhs] = true;
            if (operands > 1) needed[formula_.nodes[i].rhs] = true;
        }
        return needed;
    }

    Stored input(const FormulaNode& node, std::size_t number) {
        const auto at = static_cast<std::size_t>(node.attribute);
        const detail::FormulaInput& declared = formula_.inputs[at];
        const Description what = declared.stated ? *declared.stated : chosen(node, number, declared.name, units_[at]);
        switch (what.layout.kind()) {
            case Kind::scalar: return {builder_.input<Kind::scalar>(what, node.where), false};
            case Kind::row_vector: return {builder_.input<Kind::row_vector>(what, node.where), what.transposed};
            case Kind::column_vector: return {builder_.input<Kind::column_vector>(what, node.where), what.transposed};
            case Kind::diagonals: return {builder_.input<Kind::diagonals>(what, node.where), what.transposed};
            case Kind::matrix: break;
        }
        return {builder_.input<Kind::matrix>(what, node.where), what.transposed};
    }

    /// Whether an input may be kept by diagonals: a matrix that is only multiplied with columns, in few tiles.
    [[nodiscard]] bool by_diagonals(const FormulaNode& node, std::size_t number, Unit unit) const {
        constexpr std::size_t most_tiles = 128;
        if (node.is_vector() || Layout::diagonals(unit, node.rows, node.columns, node.where).tiles() > most_tiles) {
            return false;
        }
        return std::ranges::all_of(formula_.nodes, [&](const FormulaNode& user) {
            const int operands = operand_count(user.op);
            const bool left = operands > 0 && user.lhs == number;
            const bool right = operands > 1 && user.rhs == number;
            const bool times_column = user.op == Op::product && user.columns == 1 && user.rows == node.rows;
            return !right && (!left || times_column);
        });
    }

    Description chosen(const FormulaNode& node, std::size_t number, const std::string& name,
                       const std::vector<Unit>& units) {
        const Unit unit = units[choices_.pick({number, Decision::unit}, units.size())];
        if (node.is_scalar()) return {name, Layout::scalar(unit)};
        const std::size_t options = by_diagonals(node, number, unit) ? 3 : 2;
        const std::size_t option = choices_.pick({number, Decision::orientation}, options);
        if (option == 2) return {name, Layout::diagonals(unit, node.rows, node.columns, node.where)};
        const bool turned = option == 1;
        if (node.is_vector()) {
            const std::size_t length = node.rows * node.columns;
            const bool down = (node.rows == 1) != turned;
            return {
                name,
                down ? Layout::row_vector(unit, length, node.where) : Layout::column_vector(unit, length, node.where),
                turned};
        }
        return {name,
                turned ? Layout::matrix(unit, node.columns, node.rows, node.where)
                       : Layout::matrix(unit, node.rows, node.columns, node.where),
                turned};
    }

    /// Matrices by diagonals can be added and scaled, and multiplied with a column.
    void require_kinds(const FormulaNode& node, const Stored& a, const Stored& b) const {
        const bool both = operand_count(node.op) == 2;
        if (!a.is_diagonals() && !(both && b.is_diagonals())) return;
        const bool elementwise = !both || (a.is_diagonals() && b.is_diagonals() && a.layout().same_shape(b.layout()) &&
                                           a.transposed == b.transposed);
        bool fits = false;
        switch (node.op) {
            case Op::add:
            case Op::sub:
            case Op::scale:
            case Op::add_number:
            case Op::add_public:
            case Op::hadamard:
            case Op::hadamard_public: fits = elementwise; break;
            case Op::product:
                fits = a.is_scalar() || b.is_scalar() ||
                       (a.is_diagonals() && !a.transposed && node.columns == 1 && node.rows > 1);
                break;
            case Op::input:
            case Op::public_product:
            case Op::transpose:
            case Op::sum_rows:
            case Op::inverse: break;
        }
        if (fits) return;
        fail(
            ErrorCode::invalid_argument,
            "{}lay_out: {} is kept by diagonals; such a matrix can be added to its like, scaled, and multiplied with a "
            "column; state another layout for it",
            prefix(node.where), print(a.is_diagonals() ? a.layout() : b.layout()));
    }

    Stored write(const FormulaNode& node, std::size_t number) {
        NodeLowering lowering(node, number, choices_);
        const Stored& a = *stored_[node.lhs];
        require_kinds(node, a, operand_count(node.op) == 2 ? *stored_[node.rhs] : a);
        switch (node.op) {
            case Op::input: break;
            case Op::add:
            case Op::sub: return lowering.sum(a, *stored_[node.rhs]);
            case Op::scale:
            case Op::add_number: return lowering.with_number(a);
            case Op::add_public:
            case Op::hadamard_public: return lowering.with_public(a);
            case Op::product: return lowering.product(a, *stored_[node.rhs]);
            case Op::public_product: return lowering.public_product(a);
            case Op::transpose: return flipped(a);
            case Op::hadamard: return lowering.elementwise(a, *stored_[node.rhs]);
            case Op::sum_rows: return lowering.sums(a);
            case Op::inverse: return lowering.inverse(a);
        }
        return a;
    }

    const FormulaNodes& formula_;
    std::span<const std::vector<Unit>> units_;
    LayoutChoices& choices_;
    ProgramBuilder builder_;
    std::vector<std::optional<Stored>> stored_;
};

}  // namespace

Program lower(const FormulaNodes& formula, std::span<const std::vector<Unit>> units, LayoutChoices& choices) {
    return FormulaLowering(formula, units, choices).run();
}

}  // namespace tacit::linalg
