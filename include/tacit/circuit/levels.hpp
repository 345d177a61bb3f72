#pragma once

#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "tacit/circuit/circuit.hpp"

namespace tacit::circuit {

/// Where the levels of a circuit go; a product takes one, also that with a constant that is no integer.
struct Levels {
    /// The level of an output that depends on no input.
    static constexpr int unlimited = std::numeric_limits<int>::max();

    /// Products on the longest chain from an input or refresh to a refresh or output, as `depth(circuit)` says.
    int depth = 0;
    /// Of each input, in the order of their numbers: as stated, or the lowest that its uses allow (0 if unused).
    std::vector<int> inputs{};
    /// What is left at each output, at least 0.
    std::vector<int> outputs{};
    /// The products on one chain of `depth` of them, the first one first.
    std::vector<ValueId> deepest_chain{};
};

/// Follows the levels from the inputs to the outputs. A refresh gives what its uses need. `stated` is empty or has one
/// entry per input: the level at which it comes, or nothing where the analysis may choose; both kinds mix. What no
/// output needs takes no levels. Cost: three passes over the circuit.
///
/// Errors: `invalid_argument` for a wrong number of entries or a negative level; `out_of_levels` for the first
/// product below level 0, naming its line, the input that came too low, and the level that it needs.
[[nodiscard]] Levels levels(const Circuit& circuit, std::span<const std::optional<int>> stated = {});

}  // namespace tacit::circuit
