#include <algorithm>
#include <optional>

#include "base/fail.hpp"
#include "base/log_line.hpp"
#include "circuit/products_after.hpp"
#include "tacit/compile/managed_circuit.hpp"

namespace tacit::compile {

using circuit::Node;
using circuit::Op;
using circuit::ValueId;

/// Turns one circuit into instructions: backward for levels, forward for forms, forward to emit.
class Manager {
public:
    Manager(const circuit::Circuit& circuit, std::size_t slots)
        : circuit_(circuit),
          out_(circuit, slots),
          level_(circuit::products_after(circuit)),
          normal_(circuit.nodes().size()),
          raw_form_(circuit.nodes().size()) {}

    ManagedCircuit run() {
        decide_forms();
        for (std::uint32_t i = 0; i < circuit_.nodes().size(); ++i) {
            if (live(i)) emit(i);
        }
        for (const ValueId v : circuit_.outputs()) {
            out_.outputs_.push_back(is_constant(v) ? constant_output(v) : at_level(normal(v.index), 0, v));
        }
        out_.measure();
        out_.verify();
        return std::move(out_);
    }

private:
    [[nodiscard]] const Node& node(std::uint32_t i) const { return circuit_.nodes()[i]; }
    [[nodiscard]] bool live(std::uint32_t i) const { return level_[i] != circuit::dead && node(i).op != Op::constant; }
    [[nodiscard]] bool is_constant(ValueId v) const { return circuit_.is_constant(v); }
    [[nodiscard]] bool takes_level(std::uint32_t i) const { return circuit_.takes_level({i}); }

    /// raw_[v]: v is first computed with scale power 2 at level_[v] + 1. Products that take a level are; sums,
    /// differences, negations and integer multiples are where all their parts are and no part is needed in normal form
    /// anyway. A negation or multiple that is itself needed in normal form, of a part that others read too, is not: its
    /// part is brought there once for all.
    void decide_forms() {
        std::vector<bool> needs_normal(circuit_.nodes().size(), false);
        for (const ValueId v : circuit_.outputs()) needs_normal[v.index] = true;
        for (std::uint32_t i = 0; i < circuit_.nodes().size(); ++i) {
            const Op op = node(i).op;
            if (!live(i) || (!takes_level(i) && op != Op::rotate && op != Op::conjugate && op != Op::refresh)) {
                continue;
            }
            needs_normal[node(i).lhs.index] = true;
            if (op == Op::mul) needs_normal[node(i).rhs.index] = true;
        }
        const std::vector<std::uint32_t> uses = count_uses();
        raw_.assign(circuit_.nodes().size(), false);
        for (std::uint32_t i = 0; i < circuit_.nodes().size(); ++i) {
            if (!live(i)) continue;
            const auto raw_part = [&](ValueId v) {
                return is_constant(v) || (raw_[v.index] && !needs_normal[v.index] && level_[v.index] == level_[i]);
            };
            const auto raw_multiple = [&](ValueId v) {
                return raw_part(v) && (!needs_normal[i] || uses[v.index] == 1);
            };
            switch (node(i).op) {
                case Op::mul: raw_[i] = takes_level(i) || raw_multiple(node(i).lhs); break;
                case Op::add:
                case Op::sub: raw_[i] = raw_part(node(i).lhs) && raw_part(node(i).rhs); break;
                case Op::negate: raw_[i] = raw_multiple(node(i).lhs); break;
                case Op::input:
                case Op::constant:
                case Op::rotate:
                case Op::conjugate:
                case Op::refresh: break;
            }
        }
    }

    /// How often live operations and outputs read each value.
    [[nodiscard]] std::vector<std::uint32_t> count_uses() const {
        std::vector<std::uint32_t> uses(circuit_.nodes().size());
        for (const ValueId v : circuit_.outputs()) ++uses[v.index];
        for (std::uint32_t i = 0; i < uses.size(); ++i) {
            if (!live(i)) continue;
            if (operand_count(node(i).op) > 0) ++uses[node(i).lhs.index];
            if (operand_count(node(i).op) > 1) ++uses[node(i).rhs.index];
        }
        return uses;
    }

    std::uint32_t push(Step step, std::uint32_t lhs, std::uint32_t rhs, std::int32_t attribute,
                       ckks::CiphertextType type, ValueId source) {
        out_.instructions_.push_back({step, lhs, rhs, attribute, type, source});
        return static_cast<std::uint32_t>(out_.instructions_.size() - 1);
    }
    [[nodiscard]] const ckks::CiphertextType& type(std::uint32_t instruction) const {
        return out_.instructions_[instruction].type;
    }

    /// The value in normal form at its own level; rescaled and relinearised on first use.
    std::uint32_t normal(std::uint32_t v) {
        if (!normal_[v]) {
            const std::uint32_t raw = *raw_form_[v];
            const Step step = type(raw).degree == 2 ? Step::relinearize_rescale : Step::rescale;
            normal_[v] = push(step, raw, 0, 0, {type(raw).level - 1, 1, 1}, {v});
        }
        return *normal_[v];
    }

    /// A normal form brought down to a level.
    std::uint32_t at_level(std::uint32_t instruction, int level, ValueId source) {
        if (type(instruction).level == level) return instruction;
        for (const auto& [from, to] : drops_) {
            if (from == instruction && type(to).level == level) return to;
        }
        const std::uint32_t dropped = push(Step::drop_level, instruction, 0, 0, {level, 1, 1}, source);
        drops_.emplace_back(instruction, dropped);
        return dropped;
    }

    /// An operand of the form and level that node i works in.
    std::uint32_t operand(std::uint32_t i, ValueId v) {
        if (raw_[i] && !takes_level(i)) return *raw_form_[v.index];
        const int wanted = level_[i] + (takes_level(i) ? 1 : 0);
        return at_level(normal(v.index), wanted, v);
    }

    std::uint32_t emit_sum(std::uint32_t i) {
        const Node& n = node(i);
        const Step step = n.op == Op::add ? Step::add : Step::sub;
        if (!is_constant(n.lhs) && !is_constant(n.rhs)) {
            const std::uint32_t a = operand(i, n.lhs);
            const std::uint32_t b = operand(i, n.rhs);
            ckks::CiphertextType result = type(a);
            result.degree = std::max(result.degree, type(b).degree);
            return push(step, a, b, 0, result, {i});
        }
        // A constant on either side: x + c; x - c = -(c - x) would need -c, so negate around an addition.
        const bool constant_first = is_constant(n.lhs);
        std::uint32_t value = operand(i, constant_first ? n.rhs : n.lhs);
        const ckks::CiphertextType kind = type(value);
        const std::int32_t number = node((constant_first ? n.lhs : n.rhs).index).attribute;
        if (n.op == Op::sub) value = push(Step::negate, value, 0, 0, kind, {i});
        value = push(Step::add_constant, value, 0, number, kind, {i});
        if (n.op == Op::sub && !constant_first) value = push(Step::negate, value, 0, 0, kind, {i});
        return value;
    }

    std::uint32_t emit_product(std::uint32_t i) {
        const Node& n = node(i);
        const std::uint32_t a = operand(i, n.lhs);
        if (!takes_level(i)) return push(Step::mul_integer, a, 0, node(n.rhs.index).attribute, type(a), {i});
        if (is_constant(n.rhs)) {
            return push(Step::mul_constant, a, 0, node(n.rhs.index).attribute, {level_[i] + 1, 2, 1}, {i});
        }
        return push(Step::mul, a, operand(i, n.rhs), 0, {level_[i] + 1, 2, 2}, {i});
    }

    std::uint32_t emit_rotation(std::uint32_t i) {
        const auto slots = static_cast<std::int64_t>(out_.slots_);
        const std::int64_t steps = (node(i).attribute % slots + slots) % slots;
        const std::uint32_t a = operand(i, node(i).lhs);
        return steps == 0 ? a : push(Step::rotate, a, 0, static_cast<std::int32_t>(steps), type(a), {i});
    }

    void emit(std::uint32_t i) {
        std::uint32_t result = 0;
        switch (node(i).op) {
            case Op::input: result = push(Step::input, 0, 0, node(i).attribute, {level_[i], 1, 1}, {i}); break;
            case Op::add:
            case Op::sub: result = emit_sum(i); break;
            case Op::mul: result = emit_product(i); break;
            case Op::negate: {
                const std::uint32_t a = operand(i, node(i).lhs);
                result = push(Step::negate, a, 0, 0, type(a), {i});
                break;
            }
            case Op::rotate: result = emit_rotation(i); break;
            case Op::conjugate: {
                const std::uint32_t a = operand(i, node(i).lhs);
                result = push(Step::conjugate, a, 0, 0, type(a), {i});
                break;
            }
            case Op::refresh: {
                const std::uint32_t worn = at_level(normal(node(i).lhs.index), 0, node(i).lhs);
                result = push(Step::refresh, worn, 0, 0, {level_[i], 1, 1}, {i});
                break;
            }
            case Op::constant: return;
        }
        (raw_[i] ? raw_form_[i] : normal_[i]) = result;
    }

    /// 0 plus the constant.
    std::uint32_t constant_output(ValueId v) {
        if (normal_[v.index]) return *normal_[v.index];
        constexpr ckks::CiphertextType kind{0, 1, 1};
        std::uint32_t value = push(Step::zero, 0, 0, 0, kind, v);
        const std::int32_t number = circuit_.node(v).attribute;
        const auto is_zero = [](double x) { return x == 0; };
        if (!std::ranges::all_of(circuit_.constant(number), is_zero)) {
            value = push(Step::add_constant, value, 0, number, kind, v);
        }
        normal_[v.index] = value;
        return value;
    }

    const circuit::Circuit& circuit_;
    ManagedCircuit out_;
    std::vector<int> level_;  // the highest at which some use wants a value with scale power 1; dead if there is none
    std::vector<bool> raw_;
    std::vector<std::optional<std::uint32_t>> normal_;    // instruction that holds the normal form
    std::vector<std::optional<std::uint32_t>> raw_form_;  // instruction that holds the raw form
    std::vector<std::pair<std::uint32_t, std::uint32_t>> drops_;
};

ManagedCircuit manage(const circuit::Circuit& circuit, std::size_t slots) {
    if (slots == 0 || (slots & (slots - 1)) != 0) {
        fail(ErrorCode::invalid_argument, "manage: {} slots; the number of slots is a power of two", slots);
    }
    ManagedCircuit program = Manager(circuit, slots).run();
    log(LogLevel::info, "manage: {} values became {} instructions of depth {} for {} slots, {} refreshes among them",
        circuit.nodes().size(), program.instructions().size(), program.depth(), slots, program.count(Step::refresh));
    return program;
}

}  // namespace tacit::compile
