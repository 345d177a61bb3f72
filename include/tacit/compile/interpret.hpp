#pragma once

#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

#include "tacit/circuit/interpret.hpp"
#include "tacit/compile/managed_circuit.hpp"

namespace tacit::compile {

/// For every instruction the position of the last one that reads it; instructions().size() for outputs, and its own
/// position where nothing reads it.
[[nodiscard]] std::vector<std::uint32_t> last_uses(const ManagedCircuit& program);

namespace detail {

/// Relinearising, rescaling, dropping levels and refreshing change no value.
[[nodiscard]] constexpr bool keeps_value(Step step) noexcept {
    return step == Step::relinearize_rescale || step == Step::rescale || step == Step::drop_level ||
           step == Step::refresh;
}

template <circuit::Domain D, class Operand>
typename D::Value apply(const ManagedCircuit& program, const Instruction& i, D& domain, const Operand& operand) {
    const auto constant = [&] { return domain.constant(program.circuit().constant(i.attribute)); };
    switch (i.step) {
        case Step::input: return domain.input(i.attribute);
        case Step::zero: return domain.constant(std::array{0.0});
        case Step::add: return domain.add(operand(i.lhs), operand(i.rhs));
        case Step::sub: return domain.add(operand(i.lhs), domain.negate(operand(i.rhs)));
        case Step::negate: return domain.negate(operand(i.lhs));
        case Step::mul: return domain.mul(operand(i.lhs), operand(i.rhs));
        case Step::add_constant: return domain.add(operand(i.lhs), constant());
        case Step::mul_constant:
        case Step::mul_integer: return domain.mul(operand(i.lhs), constant());
        case Step::rotate: return domain.rotate(operand(i.lhs), i.attribute);
        case Step::conjugate: return domain.conjugate(operand(i.lhs));
        case Step::relinearize_rescale:
        case Step::rescale:
        case Step::drop_level:
        case Step::refresh: break;
    }
    std::abort();  // not a Step that changes a value
}

struct VisitNothing {
    template <class Value>
    void operator()(std::uint32_t, const Value&) const noexcept {}
};

}  // namespace detail

/// Runs the instructions in a domain of the circuit and returns the outputs: what a managed circuit means apart from
/// levels and scales, which change no value. Equal to interpret(program.circuit(), domain) up to rounding, if the
/// compiler is right. Calls visit(instruction, value) after each instruction. A value is destroyed after its last use.
template <circuit::Domain D, class Visit = detail::VisitNothing>
std::vector<typename D::Value> interpret(const ManagedCircuit& program, D& domain, const Visit& visit = {}) {
    using Value = typename D::Value;
    const auto& instructions = program.instructions();
    std::vector<std::shared_ptr<const Value>> values(instructions.size());
    const auto operand = [&values](std::uint32_t i) -> const Value& { return *values[i]; };
    const std::vector<std::uint32_t> last = last_uses(program);
    for (std::uint32_t n = 0; n < instructions.size(); ++n) {
        const Instruction& i = instructions[n];
        values[n] = detail::keeps_value(i.step)
                        ? values[i.lhs]
                        : std::make_shared<const Value>(detail::apply(program, i, domain, operand));
        visit(n, *values[n]);
        if (operand_count(i.step) > 0 && last[i.lhs] == n) values[i.lhs].reset();
        if (operand_count(i.step) > 1 && last[i.rhs] == n) values[i.rhs].reset();
        if (last[n] == n) values[n].reset();
    }
    std::vector<Value> outputs;
    for (const std::uint32_t output : program.outputs()) outputs.push_back(*values[output]);
    return outputs;
}

}  // namespace tacit::compile
