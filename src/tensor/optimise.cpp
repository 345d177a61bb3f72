#include "tacit/tensor/optimise.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "base/fail.hpp"
#include "tensor/lower.hpp"
#include "tensor/search.hpp"
#include "tensor/ways.hpp"

namespace tacit::tensor {

namespace {

Association association(const Grouping& grouping) {
    if (!grouping.exceptions.empty()) return Association::by_term;
    if (grouping.newest == Grouping::all) return Association::multiplied_out;
    return grouping.newest == 0 ? Association::as_written : Association::by_term;
}

class Search {
public:
    Search(const Program& program, std::size_t slots, const SearchSpace& space, const Techniques& techniques)
        : program_(program), slots_(slots), space_(space), techniques_(techniques) {}

    Lowered run() {
        std::vector<Way> all;
        for (const Grouping& grouping : groupings(program_, space_.association)) {
            for (Way& way : ways(program_, grouping, space_.summation, techniques_)) all.push_back(std::move(way));
        }
        for (const auto& [way, grid] : candidates(all, slots_, techniques_)) offer(*way, grid);
        if (space_.association.value_or(Association::by_term) == Association::by_term) refine();
        return std::move(*best_);
    }

private:
    void offer(const Way& way, Grid grid) {
        Lowered candidate = lower(program_, *way.targets, *way.levels, way.choices, grid, way.summation, techniques_);
        const double price = space_.cost(candidate.circuit);
        if (best_ && price >= least_) return;
        least_ = price;
        grouping_ = way.grouping;
        candidate.association = association(way.grouping);
        best_ = std::move(candidate);
    }

    /// Each term the other way round, while there is time; what helps stays. On the grid of the best so far, which
    /// single terms do not change.
    void refine() {
        constexpr std::size_t work = 2'000'000;  // nodes of circuits
        std::size_t trials = work / best_->circuit.nodes().size();
        for (const auto& choice : linear_forms(program_, grouping_).choices) {
            if (trials-- == 0) return;
            Grouping turned = grouping_;
            if (turned.exceptions.erase(choice) == 0) turned.exceptions.insert(choice);
            const Grid grid = best_->grid;
            for (const Way& way : ways(program_, turned, best_->summation, techniques_)) offer(way, grid);
        }
    }

    const Program& program_;
    std::size_t slots_;
    const SearchSpace& space_;
    const Techniques& techniques_;
    std::optional<Lowered> best_;
    double least_ = std::numeric_limits<double>::infinity();
    Grouping grouping_;
};

}  // namespace

int least_depth(const Program& program, Summation summation, Association association) {
    int least = std::numeric_limits<int>::max();
    for (const Grouping& grouping : groupings(program, association)) {
        const Targets targets = find_targets(program, linear_forms(program, grouping));
        least = std::min(least, depth(targets, Levels(targets, summation)));
    }
    return least;
}

Lowered optimise(const Program& program, std::size_t slots, const SearchSpace& space, const Techniques& techniques) {
    if (!std::has_single_bit(slots) || slots < 4) {
        fail(ErrorCode::invalid_argument, "tensor: {} slots; their number is a power of two, at least 4", slots);
    }
    return Search(program, slots, space, techniques).run();
}

Lowered optimise(const Program& program, std::size_t slots, const SearchSpace& space) {
    return optimise(program, slots, space, {});
}

}  // namespace tacit::tensor
