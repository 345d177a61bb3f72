#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "tacit/tensor/lowered.hpp"
#include "tensor/targets.hpp"

namespace tacit::tensor {

[[nodiscard]] constexpr Encoding other(Encoding e) { return e == Encoding::outer ? Encoding::inner : Encoding::outer; }

/// The smallest level at which each target can be had in each encoding, as the number of products behind it.
///
/// A product with a matrix takes a level and leaves the other encoding; sums into the outer encoding take one more to
/// mask, unless they are mask-free or final. What polynomials cost: block * p(x) is folded into ((block o x') o h(x'));
/// p(x) itself in the other encoding is its product with the identity.
class Levels {
public:
    Levels(const Targets& targets, Summation summation, const Techniques& techniques = {});

    /// Whether products with polynomials are folded.
    [[nodiscard]] bool folds() const noexcept { return fold_; }
    [[nodiscard]] int target(std::uint32_t t, Encoding e, bool final = false) const;
    /// A product term of a target in encoding e whose operand, or whose operand's argument, is taken in `from`.
    [[nodiscard]] int product(const ProductTerm& term, Encoding e, Encoding from, bool final) const;
    /// x' h(x') in the encoding of x', times what is known, and in the other one, `to`.
    [[nodiscard]] int slope(std::uint32_t polynomial, Encoding e) const;
    [[nodiscard]] int folded(std::uint32_t polynomial, Encoding e) const;
    [[nodiscard]] int converted(std::uint32_t polynomial, Encoding to) const;
    /// What a product with x' h(x') in the encoding of x' takes, as an alternative to the folded form.
    [[nodiscard]] int slope_product(const ProductTerm& term, Encoding e, bool final) const;

private:
    [[nodiscard]] int mask(Encoding result, bool final) const {
        return result == Encoding::outer && summation_ == Summation::masked && !final ? 1 : 0;
    }
    [[nodiscard]] int compute(const Target& target, Encoding e, bool final) const;
    [[nodiscard]] int bare(double factor, std::uint32_t polynomial, Encoding e) const;

    const Targets& targets_;
    Summation summation_;
    bool fold_;
    std::vector<std::array<int, 4>> known_;  // by encoding and finality
};

}  // namespace tacit::tensor
