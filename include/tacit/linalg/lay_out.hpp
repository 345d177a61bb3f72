#pragma once

#include <cstddef>
#include <optional>

#include "tacit/circuit/cost.hpp"
#include "tacit/linalg/formula.hpp"
#include "tacit/linalg/program.hpp"

namespace tacit::linalg {

/// What a layout has to satisfy and how far to look for it.
struct LayoutSearch {
    std::size_t slots = 0;  ///< of every unit: a power of two, at most those of a ciphertext
    /// Circuits of at most this depth are compared by cost; without it, or where none is so shallow, the shallowest
    /// circuits are.
    std::optional<int> depth{};
    /// The cost of a circuit as it will run; the depth is circuit::depth.
    circuit::CostFunction cost = circuit::estimated_cost;
    /// The circuits that are written at most.
    std::size_t budget = 200;
};

/// A formula as a program, and how it was found.
struct LaidOut {
    Program program;  ///< its circuit is optimised
    int depth = 0;
    double cost = 0;
    std::size_t circuits = 0;  ///< that were written and compared
    bool exhaustive = false;   ///< whether these are all there are
};

/// Chooses how the values of a formula lie in slots: the unit of each input; whether a vector runs down or along, and a
/// matrix is kept as it is, transposed or by its diagonals; which operand of an operation is moved where two do not
/// meet; the form of each product. Inputs fill all copies, which costs nothing. What is stated for an input is kept.
///
/// Every candidate is written as a circuit, optimised and measured, so that its cost is that of the whole program. If
/// there are at most `budget` candidates all are compared; else the search starts from one unit for all inputs, every
/// unit in turn, and improves the best starts by changing one choice at a time, then two. Units that cut an input into
/// more than 8 times the fewest tiles are not looked at.
///
/// `invalid_argument` if slots is no power of two or a stated unit has another number of slots. Cost: that of writing
/// and optimising `budget` circuits, each a few milliseconds for products with vectors and about 0.1 s for products of
/// matrices in 4096 slots.
[[nodiscard]] LaidOut lay_out(const Formula& formula, const LayoutSearch& search, Location where = Location::here());

}  // namespace tacit::linalg
