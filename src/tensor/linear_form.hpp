#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "tacit/tensor/lowered.hpp"
#include "tacit/tensor/program.hpp"

namespace tacit::tensor {

/// The transpose of a product.
[[nodiscard]] Chain transposed(const Chain& chain);

/// What a linear form is a combination of: chain * base.
struct Base {
    enum class Kind : std::uint8_t { ones, vector, polynomial, sum };
    Kind kind = Kind::ones;
    /// ones: how many; vector: its input's number; polynomial: the node; sum: the product node that keeps it together
    std::uint32_t index = 0;
    friend auto operator<=>(const Base&, const Base&) = default;
};
struct Leaf {
    Chain chain{};
    Base base{};
    friend auto operator<=>(const Leaf&, const Leaf&) = default;
};
/// sum_i coefficient_i chain_i base_i.
using LinearForm = std::map<Leaf, double>;

/// Which products are multiplied out: M (sum of terms), term by term, or the terms are summed first and M takes the
/// sum. The terms of the deepest polynomials are on the path that decides the depth; a product saves a level for each
/// that is multiplied out, older ones may have levels to spare.
struct Grouping {
    static constexpr int all = std::numeric_limits<int>::max();
    int newest = all;  ///< terms of the so many innermost levels of polynomials are multiplied out
    /// Terms of a product node, by their base, for which it is the other way round.
    std::set<std::pair<std::uint32_t, Base>> exceptions{};
};

/// The linear forms of a program.
struct LinearForms {
    /// Of every node: sums and scalars are multiplied out, and matrices where the grouping says so. The constant of a
    /// folded polynomial counts as a multiple of the vector of ones, and a polynomial of degree 1 disappears.
    std::vector<LinearForm> of_node{};
    /// What a product node keeps together.
    std::map<std::uint32_t, LinearForm> sums{};
    /// The terms about which a grouping can decide.
    std::set<std::pair<std::uint32_t, Base>> choices{};
};

[[nodiscard]] LinearForms linear_forms(const Program& program, const Grouping& grouping);

}  // namespace tacit::tensor
