#include "tacit/tensor/optimise.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <set>
#include <vector>

#include "base/fail.hpp"
#include "tensor/lower.hpp"

namespace tacit::tensor {

namespace {

/// Grids whose sides fit the vectors or fill the slots.
std::vector<Grid> candidate_grids(const Targets& targets, std::size_t slots) {
    std::set<std::size_t> sides{slots};
    for (const Target& t : targets.targets) {
        const std::size_t side = std::min(std::bit_ceil(t.size), slots);
        for (const std::size_t s : {side, std::max<std::size_t>(slots / side, 1)}) sides.insert(s);
    }
    std::vector<Grid> grids;
    for (const std::size_t height : sides) {
        for (const std::size_t width : sides) {
            if (height * width <= slots && width >= 2) grids.push_back({height, width});
        }
    }
    return grids;
}

/// The levels that remain above each value: how many products are yet to come.
std::vector<int> levels_needed(const circuit::Circuit& circuit) {
    std::vector<int> level(circuit.nodes().size(), 0);
    for (auto i = circuit.nodes().size(); i-- > 0;) {
        const circuit::Node& node = circuit.nodes()[i];
        const int below = level[i] + (node.op == circuit::Op::mul ? 1 : 0);
        const int operands = circuit::operand_count(node.op);
        if (operands > 0) level[node.lhs.index] = std::max(level[node.lhs.index], below);
        if (operands > 1) level[node.rhs.index] = std::max(level[node.rhs.index], below);
    }
    return level;
}

double weight(const circuit::Circuit& circuit, const circuit::Node& node) {
    constexpr double light = 0.1;
    switch (node.op) {
        case circuit::Op::rotate:
        case circuit::Op::conjugate: return 1;
        case circuit::Op::mul: return circuit.is_constant(node.rhs) ? light : 1 + light;
        case circuit::Op::input: return light;
        case circuit::Op::add:
        case circuit::Op::sub:
        case circuit::Op::negate: return light / 4;
        case circuit::Op::constant: return 0;
    }
    return 0;
}

/// Every grid and both encodings of the outputs.
template <class Visit>
void for_each_circuit(const Targets& targets, Summation summation, std::size_t slots, const Visit& visit) {
    const Levels levels(targets, summation);
    for (const Encoding preferred : {Encoding::inner, Encoding::outer}) {
        const Choices choices = choose(targets, levels, preferred);
        for (const Grid grid : candidate_grids(targets, slots)) visit(lower(targets, levels, choices, grid, summation));
    }
}

}  // namespace

double estimated_cost(const circuit::Circuit& circuit) {
    const std::vector<int> levels = levels_needed(circuit);
    double cost = 0;
    for (std::size_t i = 0; i < levels.size(); ++i) {
        cost += weight(circuit, circuit.nodes()[i]) * std::pow(levels[i] + 2, 1.5);
    }
    return cost;
}

Lowered optimise(const Program& program, std::size_t slots, const SearchSpace& space) {
    if (!std::has_single_bit(slots) || slots < 4) {
        fail(ErrorCode::invalid_argument, "tensor: {} slots; their number is a power of two, at least 4", slots);
    }
    std::optional<Lowered> best;
    double least = 0;
    for (const Association association : {Association::multiplied_out, Association::as_written}) {
        if (space.association && *space.association != association) continue;
        const Targets targets = find_targets(program, association);
        for (const Summation s : {Summation::masked, Summation::mask_free}) {
            if (space.summation && *space.summation != s) continue;
            for_each_circuit(targets, s, slots, [&](Lowered candidate) {
                const double price = space.cost(candidate.circuit);
                if (best && price >= least) return;
                least = price;
                candidate.association = association;
                best = std::move(candidate);
            });
        }
    }
    return std::move(*best);
}

}  // namespace tacit::tensor
