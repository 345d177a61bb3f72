#include "tacit/circuit/rotations.hpp"

#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include "circuit/rewriter.hpp"
#include "circuit/slotwise.hpp"
#include "tacit/circuit/domains.hpp"
#include "tacit/circuit/passes.hpp"

namespace tacit::circuit {

namespace {

bool is_sum(Op op) { return op == Op::add || op == Op::sub || op == Op::negate; }

/// A rotation or a conjugation: what moves slots or their parts and goes through sums and products.
struct Move {
    Op op = Op::rotate;
    std::int32_t steps = 0;
    friend auto operator<=>(const Move&, const Move&) = default;
};

/// A leaf of a sum; `single` if the sum is all that reads it.
struct Term {
    ValueId value;  // of the new circuit
    bool negative = false;
    bool single = false;
};

/// One bottom-up run of factor_rotations.
class Factoring {
public:
    explicit Factoring(const Circuit& source) : source_(source), out_(source), inner_(find_inner()) {}

    Circuit run() {
        return out_.run([this](ValueId old) { return visit(old); });
    }

private:
    /// Inner nodes of sums: their only reader is of the same sum and rebuilds them.
    [[nodiscard]] std::vector<bool> find_inner() const {
        std::vector<bool> inner(source_.nodes().size());
        for (std::uint32_t i = 0; i < inner.size(); ++i) {
            const Node& node = source_.nodes()[i];
            if (!is_sum(node.op) || !out_.live({i})) continue;
            const auto mark = [&](ValueId v) {
                if (out_.uses(v) == 1 && is_sum(source_.node(v).op)) inner[v.index] = true;
            };
            mark(node.lhs);
            if (operand_count(node.op) > 1) mark(node.rhs);
        }
        return inner;
    }

    ValueId visit(ValueId old) {
        const Node& node = source_.node(old);
        if (node.op == Op::mul) return product(old);
        if (!is_sum(node.op) || inner_[old.index]) return out_.copy(old);
        const std::vector<Term> terms = find_terms(old);
        std::map<Move, std::vector<Term>> groups;  // what is moved, before that
        std::vector<Term> others;
        for (const Term& term : terms) {
            if (const auto move = moved_by(term)) {
                groups[*move].push_back(term);
            } else {
                others.push_back(term);
            }
        }
        if (groups.size() + others.size() == terms.size()) return out_.copy(old);
        for (const auto& [move, group] : groups) others.push_back(group.size() == 1 ? group[0] : joined(move, group));
        const Term sum = add_up(others);
        return sum.negative ? out_.negate(sum.value) : sum.value;
    }

    ValueId product(ValueId old) {
        const Node& node = source_.node(old);
        const Node a = out_.node(out_[node.lhs]), b = out_.node(out_[node.rhs]);
        const bool single = out_.uses(node.lhs) == 1 && out_.uses(node.rhs) == 1;
        const auto move = move_of(a);
        if (!single || !move || move != move_of(b)) return out_.copy(old);
        return moved(out_.binary(Op::mul, a.lhs, b.lhs), *move);
    }

    [[nodiscard]] static std::optional<Move> move_of(const Node& node) {
        if (node.op != Op::rotate && node.op != Op::conjugate) return std::nullopt;
        return Move{node.op, node.attribute};
    }
    ValueId moved(ValueId value, const Move& move) {
        return move.op == Op::conjugate ? out_.conjugate(value) : out_.rotate(value, move.steps);
    }
    /// A constant as it is before the move.
    ValueId moved_back(ValueId constant, const Move& move) {
        return move.op == Op::conjugate ? constant : out_.rotate(constant, -move.steps);
    }

    [[nodiscard]] std::vector<Term> find_terms(ValueId root) const {
        std::vector<Term> terms;
        std::vector<Term> pending{{root, false}};  // with values of the source
        while (!pending.empty()) {
            const Term at = pending.back();
            pending.pop_back();
            if (at.value != root && !inner_[at.value.index]) {
                terms.push_back({out_[at.value], at.negative, is_single(at.value)});
                continue;
            }
            const Node& node = source_.node(at.value);
            if (operand_count(node.op) > 1) pending.push_back({node.rhs, at.negative != (node.op == Op::sub)});
            pending.push_back({node.lhs, at.negative != (node.op == Op::negate)});
        }
        return terms;
    }

    /// Whether the value, and the move below it if it is one times a constant, has one reader.
    [[nodiscard]] bool is_single(ValueId old) const {
        const Node& node = source_.node(old);
        const bool scaled = node.op == Op::mul && source_.is_constant(node.rhs);
        return out_.uses(old) == 1 && (!scaled || out_.uses(node.lhs) == 1);
    }

    /// The move if the term is rotate(a, k), conjugate(a), or one of these times a constant.
    [[nodiscard]] std::optional<Move> moved_by(const Term& term) const {
        if (!term.single) return std::nullopt;
        Node node = out_.node(term.value);
        if (node.op == Op::mul && out_.is(Op::constant, node.rhs)) node = out_.node(node.lhs);
        const bool reversible = node.attribute != std::numeric_limits<std::int32_t>::min();
        return reversible ? move_of(node) : std::nullopt;
    }

    Term joined(const Move& move, std::vector<Term> group) {
        for (Term& term : group) {
            const Node node = out_.node(term.value);
            term.value = node.op == move.op ? node.lhs
                                            : out_.binary(Op::mul, out_.node(node.lhs).lhs, moved_back(node.rhs, move));
        }
        const Term sum = add_up(group);
        return {moved(sum.value, move), sum.negative};
    }

    Term add_up(const std::vector<Term>& terms) {
        Term sum = terms.front();
        for (std::size_t i = 1; i < terms.size(); ++i) {
            const Term& next = terms[i];
            if (sum.negative == next.negative) {
                sum.value = out_.binary(Op::add, sum.value, next.value);
            } else {
                sum.value = sum.negative ? out_.binary(Op::sub, next.value, sum.value)
                                         : out_.binary(Op::sub, sum.value, next.value);
                sum.negative = false;
            }
        }
        return sum;
    }

    const Circuit& source_;
    Rewriter out_;
    std::vector<bool> inner_;
};

/// One run of widen_rotation_sums.
class Widening {
public:
    explicit Widening(const Circuit& source) : source_(source), out_(source) {}

    Circuit run() {
        return out_.run([this](ValueId old) { return visit(old); });
    }

private:
    /// x + rotate(x, steps)
    struct Step {
        ValueId x;
        std::int32_t steps = 0;
    };

    template <class Nodes>
    static std::optional<Step> rotation_sum(const Nodes& of, ValueId value) {
        const Node node = of.node(value);
        if (node.op != Op::add) return std::nullopt;
        const Node a = of.node(node.lhs), b = of.node(node.rhs);
        if (b.op == Op::rotate && b.lhs == node.lhs) return Step{node.lhs, b.attribute};
        if (a.op == Op::rotate && a.lhs == node.rhs) return Step{node.rhs, a.attribute};
        return std::nullopt;
    }

    ValueId visit(ValueId old) {
        const auto second = rotation_sum(source_, old);
        if (!second || out_.uses(second->x) != 2) return out_.copy(old);
        const ValueId s = out_[second->x];
        const auto first = rotation_sum(out_, s);
        const std::int64_t both = first ? std::int64_t{first->steps} + second->steps : 0;
        const bool fits =
            both <= std::numeric_limits<std::int32_t>::max() && both >= std::numeric_limits<std::int32_t>::min();
        if (!first || !fits) return out_.copy(old);
        const ValueId nearer = out_.rotate(first->x, second->steps);
        const ValueId farther = out_.rotate(first->x, static_cast<std::int32_t>(both));
        return out_.binary(Op::add, s, out_.binary(Op::add, nearer, farther));
    }

    const Circuit& source_;
    Rewriter out_;
};

}  // namespace

double rotation_cost(const Circuit& circuit, std::size_t slots, const RotationCost& cost) {
    std::set<std::uint32_t> raised;
    std::size_t rotations = 0;
    for (const Node& node : circuit.nodes()) {
        if (node.op != Op::rotate || normalised_steps(node.attribute, slots) == 0) continue;
        raised.insert(node.lhs.index);
        ++rotations;
    }
    return cost.raise * static_cast<double>(raised.size()) + cost.each * static_cast<double>(rotations);
}

Circuit factor_rotations(const Circuit& circuit) {
    Circuit before = eliminate_dead(circuit);
    for (;;) {
        Circuit after = eliminate_dead(Factoring(before).run());
        if (operation_count(after).automorphisms() >= operation_count(before).automorphisms()) return before;
        before = std::move(after);
    }
}

Circuit widen_rotation_sums(const Circuit& circuit, const RotationCost& cost) {
    if (cost.raise <= cost.each) return eliminate_dead(circuit);
    return eliminate_dead(Widening(circuit).run());
}

}  // namespace tacit::circuit
