#include <fmt/format.h>

#include <iterator>

#include "tacit/circuit/text.hpp"
#include "tacit/compile/text.hpp"

namespace tacit::compile {

namespace {

/// The node of each constant of a circuit.
std::vector<std::size_t> constant_nodes(const circuit::Circuit& circuit) {
    std::vector<std::size_t> nodes(circuit.constant_count());
    for (std::size_t i = circuit.nodes().size(); i-- > 0;) {
        const circuit::Node& node = circuit.nodes()[i];
        if (node.op == circuit::Op::constant) nodes[static_cast<std::size_t>(node.attribute)] = i;
    }
    return nodes;
}

std::string operation(const ManagedCircuit& program, const Instruction& i, const std::vector<std::size_t>& constants) {
    const auto number = static_cast<std::size_t>(i.attribute);
    switch (i.step) {
        case Step::input: return fmt::format("input \"{}\"", program.circuit().inputs()[number].name);
        case Step::zero: return "zero";
        case Step::add:
        case Step::sub:
        case Step::mul: return fmt::format("{} %{}, %{}", to_string(i.step), i.lhs, i.rhs);
        case Step::add_constant:
        case Step::mul_constant:
        case Step::mul_integer: return fmt::format("{} %{}, value {}", to_string(i.step), i.lhs, constants[number]);
        case Step::rotate: return fmt::format("rotate %{}, {}", i.lhs, i.attribute);
        case Step::negate:
        case Step::relinearize_rescale:
        case Step::rescale:
        case Step::drop_level:
        case Step::conjugate:
        case Step::refresh: return fmt::format("{} %{}", to_string(i.step), i.lhs);
    }
    return "unknown";
}

}  // namespace

std::string print(const ManagedCircuit& program) {
    std::string text = fmt::format("managed 1\nslots {}\n", program.slots());
    text += circuit::print(program.circuit());
    text += "instructions\n";
    const auto constants = constant_nodes(program.circuit());
    for (std::size_t n = 0; n < program.instructions().size(); ++n) {
        const Instruction& i = program.instructions()[n];
        fmt::format_to(std::back_inserter(text), "%{} = {} : level {} power {} degree {} of value {}\n", n,
                       operation(program, i, constants), i.type.level, i.type.scale_power, i.type.degree,
                       i.source.index);
    }
    for (const std::uint32_t output : program.outputs()) text += fmt::format("output %{}\n", output);
    return text;
}

}  // namespace tacit::compile
