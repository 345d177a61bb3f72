#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <vector>

#include "tacit/tensor/lowered.hpp"
#include "tacit/tensor/program.hpp"

namespace tacit::tensor {

/// The transpose of a product.
[[nodiscard]] Chain transposed(const Chain& chain);

/// What a linear form is a combination of: chain * base.
struct Base {
    enum class Kind : std::uint8_t { ones, vector, polynomial, node };
    Kind kind = Kind::ones;
    std::uint32_t index = 0;  ///< ones: how many; vector: its input's number; otherwise the node
    friend auto operator<=>(const Base&, const Base&) = default;
};
struct Leaf {
    Chain chain{};
    Base base{};
    friend auto operator<=>(const Leaf&, const Leaf&) = default;
};
/// sum_i coefficient_i chain_i base_i.
using LinearForm = std::map<Leaf, double>;

/// The linear form of every node: sums and scalars are multiplied out, and with Association::multiplied_out matrices
/// too, so that all that happens between two polynomials is one sum; as written, a product is matrix * node. The
/// constant term of a polynomial counts as a multiple of the vector of ones, and a polynomial of degree 1 disappears.
[[nodiscard]] std::vector<LinearForm> linear_forms(const Program& program, Association association);

}  // namespace tacit::tensor
