#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "tensor/folded_polynomial.hpp"
#include "tensor/linear_form.hpp"
#include "tensor/techniques.hpp"

namespace tacit::tensor {

/// A polynomial without its constant, and the target x' that it is of.
struct Polynomial {
    std::uint32_t argument = 0;
    FoldedPolynomial folded{};
};

/// A vector that another one is made of: a target, or a polynomial of one.
struct Operand {
    bool is_polynomial = false;
    std::uint32_t index = 0;
};

/// coefficient * block * operand; the matrices of a block are public or of one owner, who multiplies them in the clear.
struct ProductTerm {
    double coefficient = 1;
    Chain block{};
    Operand operand{};
    bool is_public = false;  ///< all matrices are, and the server multiplies with plaintext
};

/// coefficient * leaf, all of one owner, who computes it in the clear.
struct ClearTerm {
    double coefficient = 1;
    Leaf leaf{};
    friend bool operator==(const ClearTerm&, const ClearTerm&) = default;
};

/// A vector to be computed: the argument of a polynomial, an output, or the product of what one owner cannot multiply
/// by itself.
struct Target {
    std::size_t size = 0;
    std::vector<double> constant{};                   ///< what is public, entry by entry; empty: nothing
    std::map<Owner, std::vector<ClearTerm>> clear{};  ///< one encrypted vector for each owner
    std::vector<ProductTerm> products{};
    std::vector<std::pair<double, std::uint32_t>> bare{};  ///< multiples of polynomials themselves
};

/// A program as targets: operands have smaller numbers than what uses them.
struct Targets {
    std::vector<Target> targets;
    std::vector<Polynomial> polynomials;
    std::vector<std::uint32_t> outputs;

    /// The size of a product's operand.
    [[nodiscard]] std::size_t source_size(const ProductTerm& term) const {
        const std::uint32_t i = term.operand.index;
        return targets[term.operand.is_polynomial ? polynomials[i].argument : i].size;
    }
};

[[nodiscard]] Targets find_targets(const Program& program, const LinearForms& forms, const Techniques& techniques = {});

}  // namespace tacit::tensor
