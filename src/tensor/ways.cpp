#include "tensor/ways.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <limits>
#include <set>
#include <tuple>

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

}  // namespace

std::vector<Grouping> groupings(const Program& program, std::optional<Association> association) {
    std::vector<Grouping> wanted;
    if (association.value_or(Association::multiplied_out) == Association::multiplied_out) wanted.push_back({});
    if (association.value_or(Association::as_written) == Association::as_written) wanted.push_back({0, {}});
    if (association.value_or(Association::by_term) == Association::by_term) {
        for (const int newest : {1, 2, 4}) wanted.push_back({newest, {}});
    }
    std::vector<Grouping> different;
    std::set<std::map<std::uint32_t, LinearForm>> seen;
    for (const Grouping& grouping : wanted) {
        if (seen.insert(linear_forms(program, grouping).sums).second) different.push_back(grouping);
    }
    return different;
}

std::vector<Way> ways(const Program& program, const Grouping& grouping, std::optional<Summation> summation,
                      const Techniques& techniques) {
    std::vector<Way> found;
    const LinearForms forms = linear_forms(program, grouping);
    const auto targets = std::make_shared<const Targets>(find_targets(program, forms, techniques));
    for (const Summation s : {Summation::masked, Summation::mask_free}) {
        if (summation && *summation != s) continue;
        const auto levels = std::make_shared<const Levels>(*targets, s, techniques);
        for (const Encoding preferred : {Encoding::inner, Encoding::outer}) {
            found.push_back({grouping, s, targets, levels, choose(*targets, *levels, preferred)});
        }
    }
    return found;
}

std::vector<std::pair<const Way*, Grid>> candidates(const std::vector<Way>& all, std::size_t slots,
                                                    const Techniques& techniques) {
    constexpr std::size_t worst = 8;
    std::vector<std::tuple<std::size_t, const Way*, Grid>> counted;
    std::size_t least = std::numeric_limits<std::size_t>::max();
    for (const Way& way : all) {
        for (const Grid grid : techniques.grid ? std::vector{*techniques.grid} : candidate_grids(*way.targets, slots)) {
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

int depth(const Targets& targets, const Levels& levels) {
    int deepest = 0;
    for (const std::uint32_t output : targets.outputs) {
        deepest = std::max(deepest, std::min(levels.target(output, Encoding::outer, true),
                                             levels.target(output, Encoding::inner, true)));
    }
    return deepest;
}

}  // namespace tacit::tensor
