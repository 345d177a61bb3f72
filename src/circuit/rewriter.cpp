#include "circuit/rewriter.hpp"

#include <cmath>

#include "base/log_line.hpp"
#include "circuit/slotwise.hpp"
#include "tacit/base/error.hpp"
#include "tacit/circuit/domains.hpp"
#include "tacit/circuit/passes.hpp"
#include "tacit/circuit/rotations.hpp"

namespace tacit::circuit {

Rewriter::Rewriter(const Circuit& source)
    : source_(source), live_(source.nodes().size()), uses_(source.nodes().size()), now_(source.nodes().size()) {
    for (const InputInfo& input : source.inputs()) live_[input.value.index] = true;
    const auto use = [this](ValueId v) {
        live_[v.index] = true;
        ++uses_[v.index];
    };
    for (const ValueId v : source.outputs()) use(v);
    for (std::size_t i = live_.size(); i-- > 0;) {
        const Node& node = source.nodes()[i];
        if (live_[i] && operand_count(node.op) > 0) use(node.lhs);
        if (live_[i] && operand_count(node.op) > 1) use(node.rhs);
    }
}

ValueId Rewriter::copy(ValueId old) {
    const Node& node = source_.node(old);
    switch (node.op) {
        case Op::input:
            return builder_.input(source_.inputs()[static_cast<std::size_t>(node.attribute)].name, location());
        case Op::constant: return builder_.constant(source_.constant(node.attribute), location());
        case Op::add:
        case Op::sub:
        case Op::mul: return binary(node.op, now_[node.lhs.index], now_[node.rhs.index]);
        case Op::negate: return negate(now_[node.lhs.index]);
        case Op::rotate: return rotate(now_[node.lhs.index], node.attribute);
        case Op::conjugate: return conjugate(now_[node.lhs.index]);
        case Op::refresh: return refresh(now_[node.lhs.index]);
    }
    return {};
}

ValueId Rewriter::binary(Op op, ValueId a, ValueId b) {
    TACIT_ASSERT(operand_count(op) == 2);
    if (op == Op::add) return builder_.add(a, b, location());
    return op == Op::sub ? builder_.sub(a, b, location()) : builder_.mul(a, b, location());
}

bool Rewriter::is_constant(ValueId now, double value) const {
    if (!is(Op::constant, now)) return false;
    const auto slots = builder_.constant_values(node(now).attribute);
    return slots.size() == 1 && slots[0] == value;
}

std::optional<ValueId> Rewriter::fold(Op op, ValueId a, ValueId b) {
    const auto x = builder_.constant_values(node(a).attribute);
    const auto y = builder_.constant_values(node(b).attribute);
    const auto result = slotwise(op, x, y);
    if (op == Op::mul && circuit::is_integer(x) && circuit::is_integer(y) && !circuit::is_integer(result))
        return std::nullopt;
    for (std::size_t i = 0; i < result.size(); ++i) {
        const bool lost = op == Op::mul && result[i] == 0 && x[i & (x.size() - 1)] != 0 && y[i & (y.size() - 1)] != 0;
        const bool inexact = op == Op::mul && std::fpclassify(result[i]) == FP_SUBNORMAL;
        if (lost || inexact || !std::isfinite(result[i])) return std::nullopt;
    }
    return builder_.constant(result, location());
}

Circuit Rewriter::finish() {
    for (std::size_t i = 0; i < source_.outputs().size(); ++i) {
        builder_.output(now_[source_.outputs()[i].index], source_.output_names()[i]);
    }
    return std::move(builder_).finish();
}

Circuit eliminate_dead(const Circuit& circuit) {
    Rewriter out(circuit);
    return out.run([&out](ValueId old) { return out.copy(old); });
}

Circuit optimise(const Circuit& circuit) {
    const auto automorphisms = [](const Circuit& c) { return operation_count(c).automorphisms(); };
    Circuit now = simplify(circuit);
    do {  // rotations that became equal, or neighbours in a product, may leave others to factor out
        now = simplify(balance(simplify(factor_rotations(now))));
    } while (automorphisms(factor_rotations(now)) < automorphisms(now));
    log(LogLevel::debug, "optimise: {} values of depth {} became {} of depth {}", circuit.nodes().size(),
        depth(circuit), now.nodes().size(), depth(now));
    return now;
}

}  // namespace tacit::circuit
