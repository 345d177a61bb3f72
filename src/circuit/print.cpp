#include <fmt/format.h>

#include <iterator>

#include "tacit/circuit/text.hpp"

namespace tacit::circuit {

namespace {

using Out = std::back_insert_iterator<std::string>;

void print_constant(Out out, std::span<const double> values) {
    if (values.size() == 1) {
        fmt::format_to(out, "constant {}", values[0]);
    } else {
        fmt::format_to(out, "constant [{}]", fmt::join(values, ", "));
    }
}

void print_operation(Out out, const Circuit& circuit, const Node& node) {
    switch (node.op) {
        case Op::input:
            fmt::format_to(out, "input \"{}\"", circuit.inputs()[static_cast<std::size_t>(node.attribute)].name);
            break;
        case Op::constant: print_constant(out, circuit.constant(node.attribute)); break;
        case Op::add:
        case Op::sub:
        case Op::mul: fmt::format_to(out, "{} %{}, %{}", to_string(node.op), node.lhs.index, node.rhs.index); break;
        case Op::negate:
        case Op::conjugate:
        case Op::refresh: fmt::format_to(out, "{} %{}", to_string(node.op), node.lhs.index); break;
        case Op::rotate: fmt::format_to(out, "rotate %{}, {}", node.lhs.index, node.attribute); break;
    }
}

}  // namespace

std::string print(const Circuit& circuit) {
    std::string text = "circuit 1\n";
    const Out out(text);
    for (std::size_t i = 0; i < circuit.nodes().size(); ++i) {
        fmt::format_to(out, "%{} = ", i);
        print_operation(out, circuit, circuit.nodes()[i]);
        text += '\n';
    }
    for (std::size_t i = 0; i < circuit.outputs().size(); ++i) {
        fmt::format_to(out, "output %{} \"{}\"\n", circuit.outputs()[i].index, circuit.output_names()[i]);
    }
    return text;
}

}  // namespace tacit::circuit
