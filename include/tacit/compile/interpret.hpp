#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "tacit/circuit/interpret.hpp"
#include "tacit/compile/managed_circuit.hpp"

namespace tacit::compile {

namespace detail {

template <circuit::Domain D, class Operand>
typename D::Value apply(const ManagedCircuit& program, const Instruction& i, D& domain, const Operand& operand) {
    const auto constant = [&] { return domain.constant(program.circuit().constant(i.attribute)); };
    switch (i.step) {
        case Step::input: return domain.input(i.attribute);
        case Step::add: return domain.add(operand(i.lhs), operand(i.rhs));
        case Step::sub: return domain.add(operand(i.lhs), domain.negate(operand(i.rhs)));
        case Step::negate: return domain.negate(operand(i.lhs));
        case Step::mul: return domain.mul(operand(i.lhs), operand(i.rhs));
        case Step::add_constant: return domain.add(operand(i.lhs), constant());
        case Step::mul_constant: return domain.mul(operand(i.lhs), constant());
        case Step::relinearize_rescale:
        case Step::rescale:
        case Step::drop_level: return operand(i.lhs);
        case Step::rotate: return domain.rotate(operand(i.lhs), i.attribute);
        case Step::conjugate: return domain.conjugate(operand(i.lhs));
    }
    std::abort();  // not a Step
}

}  // namespace detail

/// Runs the instructions in a domain of the circuit and returns the outputs: what a managed circuit means apart from
/// levels and scales, which change no value. Equal to interpret(program.circuit(), domain) up to rounding, if the
/// compiler is right. A value is destroyed after its last use.
template <circuit::Domain D>
[[nodiscard]] std::vector<typename D::Value> interpret(const ManagedCircuit& program, D& domain) {
    const auto& instructions = program.instructions();
    std::vector<std::uint32_t> reads(instructions.size());
    for (const Instruction& i : instructions) {
        if (operand_count(i.step) > 0) ++reads[i.lhs];
        if (operand_count(i.step) > 1) ++reads[i.rhs];
    }
    for (const std::uint32_t output : program.outputs()) ++reads[output];
    std::vector<std::optional<typename D::Value>> values(instructions.size());
    const auto operand = [&values](std::uint32_t v) -> const typename D::Value& { return *values[v]; };
    const auto release = [&](std::uint32_t v) {
        if (--reads[v] == 0) values[v].reset();
    };
    for (std::size_t n = 0; n < instructions.size(); ++n) {
        const Instruction& i = instructions[n];
        values[n].emplace(detail::apply(program, i, domain, operand));
        if (operand_count(i.step) > 0) release(i.lhs);
        if (operand_count(i.step) > 1) release(i.rhs);
    }
    std::vector<typename D::Value> outputs;
    for (const std::uint32_t output : program.outputs()) outputs.push_back(*values[output]);
    return outputs;
}

}  // namespace tacit::compile
