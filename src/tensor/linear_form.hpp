#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <vector>

#include "tacit/tensor/program.hpp"

namespace tacit::tensor {

/// What a linear form is a combination of: chain * base.
struct Base {
    enum class Kind : std::uint8_t { ones, vector, polynomial };
    Kind kind = Kind::ones;
    std::uint32_t index = 0;  ///< ones: how many; vector: its input's number; polynomial: the node
    friend auto operator<=>(const Base&, const Base&) = default;
};
struct Leaf {
    Chain chain{};
    Base base{};
    friend auto operator<=>(const Leaf&, const Leaf&) = default;
};
/// sum_i coefficient_i chain_i base_i.
using LinearForm = std::map<Leaf, double>;

/// The linear form of every node: sums, scalars and matrices are multiplied out, so that all that happens between two
/// polynomials is one sum. The constant term of a polynomial counts as a multiple of the vector of ones, and a
/// polynomial of degree 1 disappears.
[[nodiscard]] std::vector<LinearForm> linear_forms(const Program& program);

}  // namespace tacit::tensor
