#include "tacit/tensor/optimise.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <memory>
#include <set>
#include <tuple>
#include <vector>

#include "base/fail.hpp"
#include "circuit/products_after.hpp"
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
        case circuit::Op::constant:
        case circuit::Op::refresh: return 0;  // placed where a circuit is too deep, after the search
    }
    return 0;
}

/// One way to compute a program, but for the grid.
struct Way {
    Association association;
    Summation summation;
    std::shared_ptr<const Targets> targets;
    std::shared_ptr<const Levels> levels;
    Choices choices;
};

std::vector<Way> ways(const Program& program, const SearchSpace& space) {
    std::vector<Way> found;
    for (const Association association : {Association::multiplied_out, Association::as_written}) {
        if (space.association && *space.association != association) continue;
        const auto targets = std::make_shared<const Targets>(find_targets(program, association));
        for (const Summation summation : {Summation::masked, Summation::mask_free}) {
            if (space.summation && *space.summation != summation) continue;
            const auto levels = std::make_shared<const Levels>(*targets, summation);
            for (const Encoding preferred : {Encoding::inner, Encoding::outer}) {
                found.push_back({association, summation, targets, levels, choose(*targets, *levels, preferred)});
            }
        }
    }
    return found;
}

/// How many blocks of matrices a circuit multiplies with.
std::size_t block_count(const Way& way, Grid grid) {
    const auto tiles = [&](std::size_t size, Encoding e) {
        const std::size_t extent = e == Encoding::inner ? grid.width : grid.height;
        return (size + extent - 1) / extent;
    };
    std::size_t count = 0;
    for (const auto& [form, from] : way.choices.forms) {
        const Target& target = way.targets->targets[form.target];
        std::size_t sources = 0;
        for (const ProductTerm& term : target.products) {
            sources += tiles(way.targets->source_size(term), other(form.encoding));
        }
        count += sources * tiles(target.size, form.encoding);
    }
    return way.summation == Summation::masked ? count : 2 * count;
}

/// Ways and grids, but those with many times the blocks of the best, which are not worth a look.
std::vector<std::pair<const Way*, Grid>> candidates(const std::vector<Way>& all, std::size_t slots) {
    constexpr std::size_t worst = 8;
    std::vector<std::tuple<std::size_t, const Way*, Grid>> counted;
    std::size_t least = std::numeric_limits<std::size_t>::max();
    for (const Way& way : all) {
        for (const Grid grid : candidate_grids(*way.targets, slots)) {
            counted.emplace_back(block_count(way, grid), &way, grid);
            least = std::min(least, std::get<0>(counted.back()));
        }
    }
    std::vector<std::pair<const Way*, Grid>> kept;
    for (const auto& [count, way, grid] : counted) {
        if (count <= worst * std::max<std::size_t>(least, 1)) kept.emplace_back(way, grid);
    }
    return kept;
}

}  // namespace

double estimated_cost(const circuit::Circuit& circuit) {
    const std::vector<int> levels = circuit::products_after(circuit);
    double cost = 0;
    for (std::size_t i = 0; i < levels.size(); ++i) {
        if (levels[i] == circuit::dead) continue;
        cost += weight(circuit, circuit.nodes()[i]) * std::pow(levels[i] + 2, 1.5);
    }
    return cost;
}

int least_depth(const Program& program, Summation summation, Association association) {
    const Targets targets = find_targets(program, association);
    const Levels levels(targets, summation);
    int depth = 0;
    for (const std::uint32_t output : targets.outputs) {
        depth = std::max(depth, std::min(levels.target(output, Encoding::outer, true),
                                         levels.target(output, Encoding::inner, true)));
    }
    return depth;
}

Lowered optimise(const Program& program, std::size_t slots, const SearchSpace& space) {
    if (!std::has_single_bit(slots) || slots < 4) {
        fail(ErrorCode::invalid_argument, "tensor: {} slots; their number is a power of two, at least 4", slots);
    }
    std::optional<Lowered> best;
    double least = 0;
    const std::vector<Way> all = ways(program, space);
    for (const auto& [way, grid] : candidates(all, slots)) {
        Lowered candidate = lower(*way->targets, *way->levels, way->choices, grid, way->summation);
        const double price = space.cost(candidate.circuit);
        if (best && price >= least) continue;
        least = price;
        candidate.association = way->association;
        best = std::move(candidate);
    }
    return std::move(*best);
}

}  // namespace tacit::tensor
