#include <algorithm>

#include "base/fail.hpp"
#include "linalg/formula_nodes.hpp"

namespace tacit::linalg {

using detail::FormulaNode;
using Op = FormulaNode::Op;

namespace {

template <class F>
Dense elementwise(const Dense& a, const F& f) {
    Dense result(a.rows(), a.columns());
    for (std::size_t i = 0; i < a.rows(); ++i) {
        for (std::size_t j = 0; j < a.columns(); ++j) result(i, j) = f(i, j);
    }
    return result;
}

Dense times(const Dense& a, const Dense& b) {
    if (a.values().size() == 1) return elementwise(b, [&](auto i, auto j) { return a(0, 0) * b(i, j); });
    if (b.values().size() == 1) return elementwise(a, [&](auto i, auto j) { return a(i, j) * b(0, 0); });
    Dense result(a.rows(), b.columns());
    for (std::size_t i = 0; i < a.rows(); ++i) {
        for (std::size_t k = 0; k < a.columns(); ++k) {
            for (std::size_t j = 0; j < b.columns(); ++j) result(i, j) += a(i, k) * b(k, j);
        }
    }
    return result;
}

Dense sum_rows(const Dense& a) { return times(Dense(1, a.rows(), std::vector(a.rows(), 1.0)), a); }

/// The steps of inverse_positive_definite: the first 2^n terms of (1 + R + R^2 + ...) / bound with R = I - A / bound.
Dense inverse(const Dense& a, double bound, int iterations) {
    const auto identity = [](std::size_t i, std::size_t j) { return i == j ? 1.0 : 0.0; };
    Dense power = elementwise(a, [&](auto i, auto j) { return identity(i, j) - a(i, j) / bound; });
    Dense total = elementwise(a, [&](auto i, auto j) { return identity(i, j) / bound; });
    for (int n = 0; n < iterations; ++n) {
        total = times(elementwise(power, [&](auto i, auto j) { return identity(i, j) + power(i, j); }), total);
        power = times(power, power);
    }
    return total;
}

Dense apply(const FormulaNode& node, const Dense& a, const Dense& b) {
    switch (node.op) {
        case Op::input:
        case Op::add: return elementwise(a, [&](auto i, auto j) { return a(i, j) + b(i, j); });
        case Op::sub: return elementwise(a, [&](auto i, auto j) { return a(i, j) - b(i, j); });
        case Op::scale: return elementwise(a, [&](auto i, auto j) { return a(i, j) * node.number; });
        case Op::add_number: return elementwise(a, [&](auto i, auto j) { return a(i, j) + node.number; });
        case Op::add_public: return elementwise(a, [&](auto i, auto j) { return a(i, j) + (*node.matrix)(i, j); });
        case Op::product: return times(a, b);
        case Op::public_product: return times(*node.matrix, a);
        case Op::transpose: return transposed(a);
        case Op::hadamard: {
            const bool rows = a.columns() == 1;
            return elementwise(b, [&](auto i, auto j) { return a(i, rows ? 0 : j) * b(i, j); });
        }
        case Op::hadamard_public: return elementwise(a, [&](auto i, auto j) { return a(i, j) * (*node.matrix)(i, j); });
        case Op::sum_rows: return sum_rows(a);
        case Op::inverse: return inverse(a, node.number, node.attribute);
    }
    return a;
}

}  // namespace

std::vector<Dense> evaluate(const Formula& formula, std::span<const Dense> inputs, Location where) {
    const detail::FormulaNodes& nodes = formula.nodes();
    if (inputs.size() != nodes.inputs.size()) {
        fail(ErrorCode::invalid_argument, "{}evaluate: {} matrices for a formula of {} inputs", prefix(where),
             inputs.size(), nodes.inputs.size());
    }
    std::vector<Dense> values;
    for (const FormulaNode& node : nodes.nodes) {
        if (node.op != Op::input) {
            values.push_back(apply(node, values[node.lhs], values[node.rhs]));
            continue;
        }
        const Dense& input = inputs[static_cast<std::size_t>(node.attribute)];
        if (input.rows() != node.rows || input.columns() != node.columns) {
            fail(ErrorCode::invalid_argument, "{}evaluate: {} x {} values for input \"{}\" of {} x {}", prefix(where),
                 input.rows(), input.columns(), nodes.inputs[static_cast<std::size_t>(node.attribute)].name, node.rows,
                 node.columns);
        }
        values.push_back(input);
    }
    std::vector<Dense> outputs;
    for (const detail::FormulaOutput& output : nodes.outputs) outputs.push_back(values[output.node]);
    return outputs;
}

}  // namespace tacit::linalg
