#include "tacit/circuit/cost.hpp"

#include <cmath>
#include <vector>

#include "circuit/products_after.hpp"

namespace tacit::circuit {

namespace {

double weight(const Circuit& circuit, const Node& node) {
    constexpr double light = 0.1;
    switch (node.op) {
        case Op::rotate:
        case Op::conjugate: return 1;
        case Op::mul: return circuit.is_constant(node.rhs) ? light : 1 + light;
        case Op::input: return light;
        case Op::add:
        case Op::sub:
        case Op::negate: return light / 4;
        case Op::constant:
        case Op::refresh: return 0;  // placed where a circuit is too deep, after any search
    }
    return 0;
}

}  // namespace

double estimated_cost(const Circuit& circuit) {
    const std::vector<int> levels = products_after(circuit);
    double cost = 0;
    for (std::size_t i = 0; i < levels.size(); ++i) {
        if (levels[i] == dead) continue;
        cost += weight(circuit, circuit.nodes()[i]) * std::pow(levels[i] + 2, 1.5);
    }
    return cost;
}

}  // namespace tacit::circuit
