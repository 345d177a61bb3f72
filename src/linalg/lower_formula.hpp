#pragma once

#include <span>
#include <vector>

#include "linalg/formula_nodes.hpp"
#include "linalg/layout_choices.hpp"
#include "tacit/linalg/program.hpp"

namespace tacit::linalg {

/// Writes a formula as a program, taking options from `choices`. `units[i]` are those open for input i.
[[nodiscard]] Program lower(const detail::FormulaNodes& formula, std::span<const std::vector<Unit>> units,
                            LayoutChoices& choices);

}  // namespace tacit::linalg
