#include "tacit/circuit/levels.hpp"

#include <algorithm>
#include <cstdint>

#include "base/fail.hpp"
#include "circuit/products_after.hpp"
#include "tacit/circuit/domains.hpp"

namespace tacit::circuit {

namespace {

std::vector<int> input_levels(const Circuit& circuit, std::span<const std::optional<int>> stated,
                              const std::vector<int>& after) {
    const auto inputs = circuit.inputs();
    if (!stated.empty() && stated.size() != inputs.size()) {
        fail(ErrorCode::invalid_argument,
             "levels: {} levels given but the circuit has {} inputs; give one entry for each, empty where the level "
             "may be chosen",
             stated.size(), inputs.size());
    }
    std::vector<int> result;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (!stated.empty() && stated[i]) {
            if (*stated[i] < 0) {
                fail(ErrorCode::invalid_argument, "levels: input \"{}\" is stated at level {}; levels start at 0",
                     inputs[i].name, *stated[i]);
            }
            result.push_back(*stated[i]);
        } else {
            result.push_back(std::max(0, after[inputs[i].value.index]));
        }
    }
    return result;
}

/// The level of a value and the input that keeps it from being higher.
struct Limited {
    int level = Levels::unlimited;
    std::size_t input = 0;
};

Limited lower(const Limited& a, const Limited& b) { return b.level < a.level ? b : a; }

std::vector<Limited> follow(const Circuit& circuit, const std::vector<int>& inputs, const std::vector<int>& after) {
    std::vector<Limited> found(circuit.nodes().size());
    for (std::uint32_t i = 0; i < found.size(); ++i) {
        const Node& node = circuit.nodes()[i];
        if (after[i] == dead) continue;
        if (node.op == Op::input) {
            const auto number = static_cast<std::size_t>(node.attribute);
            found[i] = {inputs[number], number};
        }
        if (operand_count(node.op) > 0) found[i] = found[node.lhs.index];
        if (node.op == Op::refresh) found[i] = {after[i], 0};  // as many as needed: no product fails because of it
        if (operand_count(node.op) > 1) found[i] = lower(found[i], found[node.rhs.index]);
        if (!circuit.takes_level({i})) continue;
        if (found[i].level == 0) {
            const InputInfo& input = circuit.inputs()[found[i].input];
            const int needed = after[input.value.index];
            fail(ErrorCode::out_of_levels,
                 "{}levels: no level is left for this product: input \"{}\" comes at level {} but {} products follow "
                 "it; encrypt it at level {} or above, or leave its level open",
                 prefix(circuit.location({i})), input.name, inputs[found[i].input], needed, needed);
        }
        --found[i].level;
    }
    return found;
}

std::vector<ValueId> deepest_chain(const Circuit& circuit, const std::vector<int>& after) {
    Depth domain;
    const std::vector<int> depths = interpret_nodes(circuit, domain);
    const auto deeper = [&](ValueId a, ValueId b) { return depths[a.index] < depths[b.index]; };
    ValueId at{};
    for (std::uint32_t i = 0; i < depths.size(); ++i) {
        if (after[i] != dead && deeper(at, {i})) at = {i};
    }
    if (after[at.index] == dead) return {};
    std::vector<ValueId> chain;
    while (depths[at.index] > 0) {
        const Node& node = circuit.node(at);
        if (circuit.takes_level(at)) chain.push_back(at);
        at = operand_count(node.op) < 2 ? node.lhs : std::max(node.lhs, node.rhs, deeper);
    }
    return {chain.rbegin(), chain.rend()};
}

}  // namespace

Levels levels(const Circuit& circuit, std::span<const std::optional<int>> stated) {
    const std::vector<int> after = products_after(circuit);
    Levels result;
    result.inputs = input_levels(circuit, stated, after);
    const std::vector<Limited> found = follow(circuit, result.inputs, after);
    for (const ValueId v : circuit.outputs()) result.outputs.push_back(found[v.index].level);
    result.deepest_chain = deepest_chain(circuit, after);
    result.depth = static_cast<int>(result.deepest_chain.size());
    return result;
}

}  // namespace tacit::circuit
