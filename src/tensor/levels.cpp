#include "tensor/levels.hpp"

#include <algorithm>
#include <cmath>

namespace tacit::tensor {

namespace {
std::size_t slot(Encoding e, bool final) { return (e == Encoding::inner ? 2U : 0U) + (final ? 1U : 0U); }
}  // namespace

Levels::Levels(const Targets& targets, Summation summation, const Techniques& techniques)
    : targets_(targets), summation_(summation), fold_(techniques.folded_polynomials) {
    for (const Target& t : targets.targets) {  // operands come first
        std::array<int, 4> levels{};
        for (const Encoding e : {Encoding::outer, Encoding::inner}) {
            for (const bool final : {false, true}) levels[slot(e, final)] = compute(t, e, final);
        }
        known_.push_back(levels);
    }
}

int Levels::target(std::uint32_t t, Encoding e, bool final) const { return known_[t][slot(e, final)]; }

int Levels::compute(const Target& target, Encoding e, bool final) const {
    int level = 0;
    for (const ProductTerm& term : target.products) {
        const int natural = product(term, e, other(e), final);
        level = std::max(level, term.operand.is_polynomial ? std::min(natural, product(term, e, e, final)) : natural);
    }
    for (const auto& [factor, polynomial] : target.bare) level = std::max(level, bare(factor, polynomial, e));
    return level;
}

int Levels::product(const ProductTerm& term, Encoding e, Encoding from, bool final) const {
    const int sum = 1 + mask(e, final);
    if (!term.operand.is_polynomial) return target(term.operand.index, from) + sum;
    if (from == e) return converted(term.operand.index, other(e)) + sum;
    return folded(term.operand.index, from) + sum - 1;
}

int Levels::folded(std::uint32_t polynomial, Encoding e) const {
    const Polynomial& p = targets_.polynomials[polynomial];
    return fold_ ? target(p.argument, e) + product_levels(p.folded) : slope(polynomial, e) + 1;
}

int Levels::slope(std::uint32_t polynomial, Encoding e) const {
    const Polynomial& p = targets_.polynomials[polynomial];
    return target(p.argument, e) + slope_levels(p.folded);
}

int Levels::slope_product(const ProductTerm& term, Encoding e, bool final) const {
    return slope(term.operand.index, other(e)) + 1 + mask(e, final);
}

int Levels::converted(std::uint32_t polynomial, Encoding to) const {
    return folded(polynomial, other(to)) + mask(to, false);
}

int Levels::bare(double factor, std::uint32_t polynomial, Encoding e) const {
    return std::abs(factor) == 1 ? slope(polynomial, e) : folded(polynomial, e);
}

}  // namespace tacit::tensor
