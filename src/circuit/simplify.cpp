#include <cstdint>
#include <limits>
#include <utility>

#include "circuit/rewriter.hpp"
#include "tacit/circuit/passes.hpp"

namespace tacit::circuit {

namespace {

/// One run of the rules, on operands that are already simplified. Names: x, y are encrypted values;
/// every function takes and returns values of the new circuit.
class Simplifier {
public:
    explicit Simplifier(const Circuit& source) : source_(source), out_(source) {}

    Circuit run() {
        return out_.run([this](ValueId old) { return visit(old); });
    }

private:
    ValueId visit(ValueId old) {
        const Node& node = source_.node(old);
        switch (node.op) {
            case Op::input:
            case Op::constant: break;
            case Op::add: return add(out_[node.lhs], out_[node.rhs]);
            case Op::sub: return sub(out_[node.lhs], out_[node.rhs]);
            case Op::mul: return mul(out_[node.lhs], out_[node.rhs]);
            case Op::negate: return negate(out_[node.lhs]);
            case Op::rotate: return rotate(node);
            case Op::conjugate: return conjugate(out_[node.lhs]);
            case Op::refresh: return refresh(out_[node.lhs]);
        }
        return out_.copy(old);
    }

    [[nodiscard]] bool is_constant(ValueId v) const { return out_.is(Op::constant, v); }

    ValueId mul(ValueId a, ValueId b) {
        if (is_constant(a)) std::swap(a, b);
        return is_constant(b) ? scale(a, b) : out_.binary(Op::mul, a, b);
    }

    ValueId scale(ValueId x, ValueId factor) {
        if (out_.is_constant(factor, 0)) return factor;
        if (out_.is_constant(factor, 1)) return x;
        if (out_.is_constant(factor, -1)) return negate(x);
        const Node node = out_.node(x);
        if (node.op == Op::negate) return scale(node.lhs, out_.negate(factor));
        if (node.op == Op::mul && is_constant(node.rhs)) {
            if (const auto both = out_.fold(Op::mul, node.rhs, factor)) return scale(node.lhs, *both);
        }
        return out_.binary(Op::mul, x, factor);
    }

    ValueId add(ValueId a, ValueId b) {
        if (is_constant(a)) std::swap(a, b);
        if (out_.is(Op::negate, b)) return sub(a, out_.node(b).lhs);
        if (out_.is(Op::negate, a)) return sub(b, out_.node(a).lhs);
        return is_constant(b) ? shift(a, b) : out_.binary(Op::add, a, b);
    }

    ValueId shift(ValueId x, ValueId offset) {
        if (out_.is_constant(offset, 0)) return x;
        const Node node = out_.node(x);
        if (node.op == Op::add && is_constant(node.rhs)) {
            if (const auto both = out_.fold(Op::add, node.rhs, offset)) return shift(node.lhs, *both);
        }
        if (node.op == Op::sub && is_constant(node.lhs)) {
            if (const auto both = out_.fold(Op::add, node.lhs, offset)) return sub(*both, node.rhs);
        }
        return out_.binary(Op::add, x, offset);
    }

    ValueId sub(ValueId a, ValueId b) {
        if (is_constant(b)) return add(a, out_.negate(b));
        const Node node = out_.node(b);
        if (node.op == Op::negate) return add(a, node.lhs);
        return is_constant(a) ? sub_from(a, b) : out_.binary(Op::sub, a, b);
    }

    /// constant - x
    ValueId sub_from(ValueId constant, ValueId x) {
        if (out_.is_constant(constant, 0)) return negate(x);
        const Node node = out_.node(x);
        if (node.op == Op::add && is_constant(node.rhs)) {
            if (const auto both = out_.fold(Op::sub, constant, node.rhs)) return sub(*both, node.lhs);
        }
        if (node.op == Op::sub && is_constant(node.lhs)) {
            if (const auto both = out_.fold(Op::sub, constant, node.lhs)) return shift(node.rhs, *both);
        }
        return out_.binary(Op::sub, constant, x);
    }

    ValueId negate(ValueId x) { return out_.is(Op::negate, x) ? out_.node(x).lhs : out_.negate(x); }

    ValueId conjugate(ValueId x) { return out_.is(Op::conjugate, x) ? out_.node(x).lhs : out_.conjugate(x); }

    ValueId refresh(ValueId x) { return out_.is(Op::refresh, x) ? x : out_.refresh(x); }

    ValueId rotate(const Node& old) {
        const ValueId x = out_[old.lhs];
        const Node inner = out_.node(x);
        const bool only_use = source_.node(old.lhs).op == Op::rotate && out_.uses(old.lhs) == 1;
        const std::int64_t steps = std::int64_t{old.attribute} + inner.attribute;
        const bool fits =
            steps >= std::numeric_limits<std::int32_t>::min() && steps <= std::numeric_limits<std::int32_t>::max();
        if (inner.op == Op::rotate && only_use && fits) return out_.rotate(inner.lhs, static_cast<std::int32_t>(steps));
        return out_.rotate(x, old.attribute);
    }

    const Circuit& source_;
    Rewriter out_;
};

}  // namespace

Circuit simplify(const Circuit& circuit) {
    Circuit before = eliminate_dead(circuit);
    for (;;) {
        Circuit after = eliminate_dead(Simplifier(before).run());
        if (after == before) return after;
        before = std::move(after);
    }
}

}  // namespace tacit::circuit
