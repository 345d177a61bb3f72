#pragma once

#include <vector>

#include "tacit/circuit/circuit.hpp"

namespace tacit::circuit {

/// Marks values that no output needs.
inline constexpr int dead = -1;

/// For every value the most products that take a level between it and an output or refresh; `dead` where no output
/// needs it.
[[nodiscard]] std::vector<int> products_after(const Circuit& circuit);

}  // namespace tacit::circuit
