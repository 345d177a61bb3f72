#pragma once

#include <concepts>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "tacit/circuit/circuit.hpp"

namespace tacit::circuit {

/// What it takes to give a circuit a meaning: a type of values and the operations on them.
/// `sub` and `refresh` may be added; without them a - b is a + negate(b) and refresh(a) is a.
template <class D>
concept Domain = requires(D domain, const typename D::Value v, std::span<const double> slots, std::int32_t number) {
    { domain.input(number) } -> std::same_as<typename D::Value>;
    { domain.constant(slots) } -> std::same_as<typename D::Value>;
    { domain.add(v, v) } -> std::same_as<typename D::Value>;
    { domain.mul(v, v) } -> std::same_as<typename D::Value>;
    { domain.negate(v) } -> std::same_as<typename D::Value>;
    { domain.rotate(v, number) } -> std::same_as<typename D::Value>;
    { domain.conjugate(v) } -> std::same_as<typename D::Value>;
};

/// For every value the position of the last node that reads it; nodes().size() for outputs, and the
/// value's own position where nothing reads it. One pass over the circuit.
[[nodiscard]] std::vector<std::uint32_t> last_uses(const Circuit& circuit);

namespace detail {

template <Domain D, class Operand>
typename D::Value apply(const Circuit& circuit, const Node& node, D& domain, const Operand& operand) {
    switch (node.op) {
        case Op::input: return domain.input(node.attribute);
        case Op::constant: return domain.constant(circuit.constant(node.attribute));
        case Op::add: return domain.add(operand(node.lhs), operand(node.rhs));
        case Op::sub:
            if constexpr (requires { domain.sub(operand(node.lhs), operand(node.rhs)); }) {
                return domain.sub(operand(node.lhs), operand(node.rhs));
            } else {
                return domain.add(operand(node.lhs), domain.negate(operand(node.rhs)));
            }
        case Op::mul: return domain.mul(operand(node.lhs), operand(node.rhs));
        case Op::negate: return domain.negate(operand(node.lhs));
        case Op::rotate: return domain.rotate(operand(node.lhs), node.attribute);
        case Op::conjugate: return domain.conjugate(operand(node.lhs));
        case Op::refresh:
            if constexpr (requires { domain.refresh(operand(node.lhs)); }) {
                return domain.refresh(operand(node.lhs));
            } else {
                return operand(node.lhs);
            }
    }
    std::abort();  // not an Op
}

}  // namespace detail

/// Runs the circuit in `domain` and returns its outputs, in order. Every node is visited once, in
/// order, also those that no output needs. A value is destroyed after its last use.
template <Domain D>
[[nodiscard]] std::vector<typename D::Value> interpret(const Circuit& circuit, D& domain) {
    using Value = typename D::Value;
    const auto nodes = circuit.nodes();
    std::vector<std::optional<Value>> values(nodes.size());
    const auto operand = [&values](ValueId v) -> const Value& { return *values[v.index]; };
    std::vector<std::uint32_t> last;
    if constexpr (!std::is_trivially_destructible_v<Value>) last = last_uses(circuit);
    const auto release = [&](std::uint32_t value, std::uint32_t now) {
        if constexpr (!std::is_trivially_destructible_v<Value>) {
            if (last[value] == now) values[value].reset();
        }
    };
    for (std::uint32_t i = 0; i < nodes.size(); ++i) {
        const Node& node = nodes[i];
        values[i].emplace(detail::apply(circuit, node, domain, operand));
        if (operand_count(node.op) > 0) release(node.lhs.index, i);
        if (operand_count(node.op) > 1) release(node.rhs.index, i);
        release(i, i);
    }
    std::vector<Value> outputs;
    outputs.reserve(circuit.outputs().size());
    for (const ValueId v : circuit.outputs()) outputs.push_back(*values[v.index]);
    return outputs;
}

/// The same, but keeps and returns the values of all nodes, in order.
template <Domain D>
[[nodiscard]] std::vector<typename D::Value> interpret_nodes(const Circuit& circuit, D& domain) {
    std::vector<typename D::Value> values;
    values.reserve(circuit.nodes().size());
    const auto operand = [&values](ValueId v) -> const typename D::Value& { return values[v.index]; };
    for (const Node& node : circuit.nodes()) values.push_back(detail::apply(circuit, node, domain, operand));
    return values;
}

}  // namespace tacit::circuit
