#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "tensor/linear_form.hpp"

namespace tacit::tensor {

/// A polynomial without its constant term, of degree 2 or 3, on the scaled argument x' = scale x:
/// p(x) - p(0) = factor x' h(x'), where h costs one level less than x' h. The scaling keeps the leading coefficient off
/// the ciphertexts and costs no level, since whoever encrypts the matrices behind x carries it out.
struct Polynomial {
    std::uint32_t argument = 0;  ///< the target x'
    int degree = 3;
    double scale = 1;
    double factor = 1;
    double square = 0;  ///< h(x') = square x'^2 + linear x' + constant; square is 0 (degree 2), 1 or -1
    double linear = 0;  ///< degree 2: 1 or -1
    double constant = 0;
};

/// A vector that another one is made of: a target, or a polynomial of one.
struct Operand {
    bool is_polynomial = false;
    std::uint32_t index = 0;
};

/// coefficient * block * operand; the matrices of a block have one owner, who multiplies them in the clear.
struct ProductTerm {
    double coefficient = 1;
    Chain block{};
    Operand operand{};
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
    double constant = 0;                              ///< added to every entry
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

[[nodiscard]] Targets find_targets(const Program& program, Association association);

}  // namespace tacit::tensor
