#include "circuit/products_after.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace tacit::circuit {

std::vector<int> products_after(const Circuit& circuit) {
    const auto nodes = circuit.nodes();
    std::vector<int> after(nodes.size(), dead);
    for (const ValueId v : circuit.outputs()) after[v.index] = 0;
    for (std::size_t i = nodes.size(); i-- > 0;) {
        if (after[i] == dead) continue;
        const int left = nodes[i].op == Op::refresh ? 0 : after[i];
        const int before = left + (circuit.takes_level({static_cast<std::uint32_t>(i)}) ? 1 : 0);
        if (operand_count(nodes[i].op) > 0) after[nodes[i].lhs.index] = std::max(after[nodes[i].lhs.index], before);
        if (operand_count(nodes[i].op) > 1) after[nodes[i].rhs.index] = std::max(after[nodes[i].rhs.index], before);
    }
    return after;
}

}  // namespace tacit::circuit
