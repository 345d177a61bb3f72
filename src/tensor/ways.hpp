#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "tacit/tensor/optimise.hpp"
#include "tensor/choices.hpp"
#include "tensor/linear_form.hpp"
#include "tensor/techniques.hpp"

namespace tacit::tensor {

/// One way to compute a program, but for the grid.
struct Way {
    Grouping grouping;
    Summation summation;
    std::shared_ptr<const Targets> targets;
    std::shared_ptr<const Levels> levels;
    Choices choices;
};

/// The groupings to look at for an association, or for all; those that come to the same once. By term: the newest one,
/// two or four levels of polynomials multiplied out.
[[nodiscard]] std::vector<Grouping> groupings(const Program& program, std::optional<Association> association);

/// The ways of one grouping, by summation, if it is left open, and by the encoding that outputs prefer.
[[nodiscard]] std::vector<Way> ways(const Program& program, const Grouping& grouping,
                                    std::optional<Summation> summation, const Techniques& techniques);

/// Ways and grids, but those with many times the blocks of the best, which are not worth a look.
[[nodiscard]] std::vector<std::pair<const Way*, Grid>> candidates(const std::vector<Way>& all, std::size_t slots,
                                                                  const Techniques& techniques);

/// The least level of the deepest output.
[[nodiscard]] int depth(const Targets& targets, const Levels& levels);

}  // namespace tacit::tensor
