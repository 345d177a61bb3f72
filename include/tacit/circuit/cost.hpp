#pragma once

#include <functional>

#include "tacit/circuit/circuit.hpp"

namespace tacit::circuit {

/// What a circuit costs, in any unit.
using CostFunction = std::function<double(const Circuit&)>;

/// A rough cost from the circuit alone, in key switches at one prime: a product, rotation or conjugation at a value
/// that needs l more levels costs (l + 2)^1.5.
[[nodiscard]] double estimated_cost(const Circuit& circuit);

}  // namespace tacit::circuit
