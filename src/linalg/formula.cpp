#include "tacit/linalg/formula.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/fail.hpp"
#include "linalg/formula_nodes.hpp"

namespace tacit::linalg {

using detail::FormulaNode;
using detail::FormulaNodes;
using Op = FormulaNode::Op;

namespace {

[[noreturn]] void refuse(Location where, const char* operation, const FormulaNode& a, std::size_t rows,
                         std::size_t columns, const char* rule) {
    fail(ErrorCode::invalid_argument, "{}{}: {} x {} and {} x {}; {}", prefix(where), operation, a.rows, a.columns,
         rows, columns, rule);
}

template <class Outputs>
void require_new_name(const char* kind, const Outputs& taken, const std::string& name, Location where) {
    if (std::ranges::any_of(taken, [&](const auto& other) { return other.name == name; })) {
        fail(ErrorCode::invalid_argument, "{}formula: there is an {} \"{}\" already; every {} has its own name",
             prefix(where), kind, name, kind);
    }
}

Dense negated(const Dense& matrix) {
    Dense result = matrix;
    for (std::size_t i = 0; i < matrix.rows(); ++i) {
        for (std::size_t j = 0; j < matrix.columns(); ++j) result(i, j) = -matrix(i, j);
    }
    return result;
}

}  // namespace

int detail::operand_count(Op op) noexcept {
    switch (op) {
        case Op::input: return 0;
        case Op::add:
        case Op::sub:
        case Op::product:
        case Op::hadamard: return 2;
        case Op::scale:
        case Op::add_number:
        case Op::add_public:
        case Op::public_product:
        case Op::transpose:
        case Op::hadamard_public:
        case Op::sum_rows:
        case Op::inverse: return 1;
    }
    return 0;
}

/// Appends nodes on behalf of a line.
class TermWriter {
public:
    TermWriter(const Term& a, Location where) : a_(&a), where_(where) {}

    [[nodiscard]] const FormulaNode& lhs() const { return node(*a_); }
    [[nodiscard]] static const FormulaNode& node(const Term& term) { return nodes(term)->nodes[index(term)]; }
    [[nodiscard]] const FormulaNode& rhs(const Term& b) const {
        if (nodes(*a_) != nodes(b)) {
            fail(ErrorCode::invalid_argument, "{}formula: terms of two formulas; make both with one builder",
                 prefix(where_));
        }
        return node(b);
    }
    Term append(FormulaNode node) const {
        node.where = where_;
        node.lhs = index(*a_);
        nodes(*a_)->nodes.push_back(std::move(node));
        return make(nodes(*a_), nodes(*a_)->nodes.size() - 1);
    }
    Term append(Op op, std::size_t rows, std::size_t columns, const Term& b) const {
        return append({.op = op, .rows = rows, .columns = columns, .rhs = index(b)});
    }
    Term append_public(Op op, std::size_t rows, std::size_t columns, Dense matrix) const {
        return append({.op = op, .rows = rows, .columns = columns, .matrix = std::move(matrix)});
    }
    Term same_shape(Op op, double number) const {
        if (!std::isfinite(number)) {
            fail(ErrorCode::invalid_argument, "{}formula: the number {}; numbers are finite", prefix(where_), number);
        }
        return append({.op = op, .rows = lhs().rows, .columns = lhs().columns, .number = number});
    }
    Term elementwise(Op op, const char* name, const Term& b) const {
        const FormulaNode& x = lhs();
        const FormulaNode& y = rhs(b);
        if (x.rows != y.rows || x.columns != y.columns) refuse(where_, name, x, y.rows, y.columns, "shapes are equal");
        return append(op, x.rows, x.columns, b);
    }
    Term elementwise(Op op, const char* name, const Dense& b) const {
        const FormulaNode& x = lhs();
        if (x.rows != b.rows() || x.columns != b.columns()) {
            refuse(where_, name, x, b.rows(), b.columns(), "shapes are equal");
        }
        return append_public(op, x.rows, x.columns, b);
    }
    [[nodiscard]] Location where() const { return where_; }

private:
    static const std::shared_ptr<FormulaNodes>& nodes(const Term& term) { return FormulaNodes::of(term); }
    static std::size_t index(const Term& term) { return FormulaNodes::index(term); }
    static Term make(const std::shared_ptr<FormulaNodes>& nodes, std::size_t index) {
        return FormulaNodes::term(nodes, index);
    }
    const Term* a_;
    Location where_;
};

std::size_t Term::rows() const { return nodes_->nodes[index_].rows; }
std::size_t Term::columns() const { return nodes_->nodes[index_].columns; }

Term operator+(const Located<Term>& a, const Term& b) {
    return TermWriter(a.value(), a.where()).elementwise(Op::add, "add", b);
}
Term operator-(const Located<Term>& a, const Term& b) {
    return TermWriter(a.value(), a.where()).elementwise(Op::sub, "sub", b);
}
Term operator-(const Located<Term>& a) { return a * -1.0; }
Term operator+(const Located<Term>& a, const Dense& b) {
    return TermWriter(a.value(), a.where()).elementwise(Op::add_public, "add", b);
}
Term operator-(const Located<Term>& a, const Dense& b) { return a + negated(b); }
Term operator+(const Located<Term>& a, double b) {
    return TermWriter(a.value(), a.where()).same_shape(Op::add_number, b);
}
Term operator-(const Located<Term>& a, double b) { return a + -b; }
Term operator*(const Located<Term>& a, double b) { return TermWriter(a.value(), a.where()).same_shape(Op::scale, b); }
Term operator*(double a, const Located<Term>& b) { return b * a; }

Term operator*(const Located<Term>& a, const Term& b) {
    const TermWriter write(a.value(), a.where());
    const FormulaNode& x = write.lhs();
    const FormulaNode& y = write.rhs(b);
    if (x.is_scalar()) return write.append(Op::product, y.rows, y.columns, b);
    if (y.is_scalar()) return write.append(Op::product, x.rows, x.columns, b);
    if (x.columns != y.rows) {
        refuse(a.where(), "multiply", x, y.rows, y.columns, "the lengths that are summed over are equal");
    }
    return write.append(Op::product, x.rows, y.columns, b);
}

Term operator*(const Dense& a, const Located<Term>& b) {
    const TermWriter write(b.value(), b.where());
    const FormulaNode& y = write.lhs();
    if (a.columns() != y.rows || y.rows == 1) {
        refuse(b.where(), "multiply", y, a.rows(), a.columns(),
               "a public matrix takes a term as high as it is wide, and of more than one row; use a number for less");
    }
    return write.append_public(Op::public_product, a.rows(), y.columns, a);
}

Term operator*(const Located<Term>& a, const Dense& b) {
    const Term turned = transpose(a);
    const Term product = transposed(b) * Located<Term>(turned, a.where());
    return transpose({product, a.where()});
}

Term transpose(const Located<Term>& a) {
    const TermWriter write(a.value(), a.where());
    return write.append({.op = Op::transpose, .rows = write.lhs().columns, .columns = write.lhs().rows});
}

Term hadamard(const Located<Term>& a, const Term& b) {
    const TermWriter write(a.value(), a.where());
    const FormulaNode& x = write.lhs();
    const FormulaNode& y = write.rhs(b);
    if (x.columns == 1 && x.rows == y.rows && x.rows > 1) return write.append(Op::hadamard, y.rows, y.columns, b);
    if (x.rows == 1 && x.columns == y.columns && x.columns > 1 && y.rows > 1) {
        const Term column = transpose(a);
        const Term scaled = hadamard(Located<Term>(column, a.where()), transpose({b, a.where()}));
        return transpose({scaled, a.where()});
    }
    return write.elementwise(Op::hadamard, "hadamard", b);
}

Term hadamard(const Located<Term>& a, const Dense& b) {
    return TermWriter(a.value(), a.where()).elementwise(Op::hadamard_public, "hadamard", b);
}

Term sum_rows(const Located<Term>& a) {
    const TermWriter write(a.value(), a.where());
    return write.append({.op = Op::sum_rows, .rows = 1, .columns = write.lhs().columns});
}

Term sum_columns(const Located<Term>& a) {
    const Term turned = transpose(a);
    const Term sums = sum_rows({turned, a.where()});
    return transpose({sums, a.where()});
}

Term inverse_positive_definite(const Located<Term>& a, double bound, int iterations) {
    const TermWriter write(a.value(), a.where());
    const FormulaNode& x = write.lhs();
    if (x.rows != x.columns || x.is_scalar()) {
        refuse(a.where(), "inverse", x, x.rows, x.columns, "a matrix is square and has at least 2 rows");
    }
    return write.append(
        {.op = Op::inverse, .rows = x.rows, .columns = x.columns, .number = bound, .attribute = iterations});
}

FormulaBuilder::FormulaBuilder() : nodes_(std::make_shared<FormulaNodes>()) {}

Term FormulaBuilder::input(const std::string& name, std::size_t rows, std::size_t columns, Location where) {
    constexpr std::size_t max_size = std::size_t{1} << 20U;
    if (rows == 0 || columns == 0 || rows > max_size || columns > max_size) {
        fail(ErrorCode::invalid_argument, "{}formula: input \"{}\" of {} x {}; sizes are 1 to {}", prefix(where), name,
             rows, columns, max_size);
    }
    require_new_name("input", nodes_->inputs, name, where);
    nodes_->inputs.push_back({name, nodes_->nodes.size(), {}});
    nodes_->nodes.push_back({.op = Op::input,
                             .rows = rows,
                             .columns = columns,
                             .attribute = static_cast<int>(nodes_->inputs.size() - 1),
                             .where = where});
    return {nodes_, nodes_->nodes.size() - 1};
}

Term FormulaBuilder::input(const Description& stated, Location where) {
    const std::size_t rows = stated.layout.rows();
    const std::size_t columns = stated.layout.columns();
    Term term = input(stated.name, stated.transposed ? columns : rows, stated.transposed ? rows : columns, where);
    nodes_->inputs.back().stated = stated;
    return term;
}

void FormulaBuilder::output(const std::string& name, const Term& value, Location where) {
    require_new_name("output", nodes_->outputs, name, where);
    if (value.nodes_ != nodes_) {
        fail(ErrorCode::invalid_argument, "{}formula: output \"{}\" is a term of another formula", prefix(where), name);
    }
    nodes_->outputs.push_back({name, value.index_});
}

Formula FormulaBuilder::finish() && {
    if (nodes_->outputs.empty()) {
        fail(ErrorCode::invalid_argument, "formula: no output; name at least one term as an output");
    }
    return Formula(std::make_shared<const FormulaNodes>(*nodes_));
}

}  // namespace tacit::linalg
