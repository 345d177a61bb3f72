#include "tensor/targets.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/fail.hpp"

namespace tacit::tensor {

namespace {

class Finder {
public:
    Finder(const Program& program, Association association)
        : program_(program), forms_(linear_forms(program, association)) {}

    Targets run() {
        for (const std::uint32_t output : program_.outputs()) {
            require_secret(output);
            found_.outputs.push_back(target(forms_[output], program_.nodes()[output].size, 1));
        }
        return std::move(found_);
    }

private:
    void require_secret(std::uint32_t output) const {
        for (const auto& [leaf, coefficient] : forms_[output]) {
            if (!leaf.chain.empty() || leaf.base.kind != Base::Kind::ones) return;
        }
        fail(ErrorCode::invalid_argument,
             "tensor: an output is a constant; only what depends on an input is encrypted");
    }

    /// The target of scale * form; equal ones are one.
    std::uint32_t target(const LinearForm& form, std::size_t size, double scale) {
        const auto key = std::make_pair(form, scale);
        if (const auto at = numbers_.find(key); at != numbers_.end()) return at->second;
        Target made;
        made.size = size;
        for (const auto& [leaf, coefficient] : form) add_term(made, leaf, scale * coefficient);
        found_.targets.push_back(std::move(made));
        const auto number = static_cast<std::uint32_t>(found_.targets.size() - 1);
        numbers_.emplace(key, number);
        return number;
    }

    void add_term(Target& made, const Leaf& leaf, double coefficient) {
        if (leaf.chain.empty() && leaf.base.kind == Base::Kind::ones) {
            made.constant += coefficient;
        } else if (leaf.chain.empty() && leaf.base.kind == Base::Kind::polynomial) {
            const std::uint32_t p = polynomial(leaf.base.index);
            made.bare.emplace_back(coefficient * found_.polynomials[p].factor, p);
        } else if (const std::optional<Owner> owner = sole_owner(leaf)) {
            made.clear[*owner].push_back({coefficient, leaf});
        } else {
            made.products.push_back(product(leaf, coefficient));
        }
    }

    /// The owner who knows all of a leaf; none if nobody does.
    [[nodiscard]] std::optional<Owner> sole_owner(const Leaf& leaf) const {
        if (leaf.base.kind == Base::Kind::polynomial || leaf.base.kind == Base::Kind::node) return std::nullopt;
        const Owner owner = leaf.base.kind == Base::Kind::vector ? program_.vectors()[leaf.base.index].owner
                                                                 : owner_of(leaf.chain.front());
        const bool same = std::ranges::all_of(leaf.chain, [&](const Factor& f) { return owner_of(f) == owner; });
        return same ? std::optional(owner) : std::nullopt;
    }
    [[nodiscard]] Owner owner_of(const Factor& f) const { return program_.matrices()[f.matrix].owner; }

    /// The first matrices of a chain, as many as have one owner, times the rest.
    ProductTerm product(const Leaf& leaf, double coefficient) {
        const Owner owner = owner_of(leaf.chain.front());
        const auto end = std::ranges::find_if(leaf.chain, [&](const Factor& f) { return owner_of(f) != owner; });
        ProductTerm term{coefficient, Chain(leaf.chain.begin(), end), {}};
        const Leaf rest{Chain(end, leaf.chain.end()), leaf.base};
        if (rest.chain.empty() && rest.base.kind == Base::Kind::node) {
            term.operand = {false, target(forms_[rest.base.index], program_.nodes()[rest.base.index].size, 1)};
        } else if (rest.chain.empty() && rest.base.kind == Base::Kind::polynomial) {
            term.operand = {true, polynomial(rest.base.index)};
            term.coefficient *= found_.polynomials[term.operand.index].factor;
        } else {
            term.operand = {false, target({{rest, 1.0}}, program_.columns(term.block.back()), 1)};
        }
        return term;
    }

    std::uint32_t polynomial(std::uint32_t node) {
        if (const auto at = polynomials_.find(node); at != polynomials_.end()) return at->second;
        const std::vector<double>& c = program_.nodes()[node].coefficients;
        Polynomial p;
        p.degree = static_cast<int>(c.size()) - 1;
        p.scale = std::sqrt(std::abs(c.back()));
        const double sign = c.back() > 0 ? 1 : -1;
        if (p.degree == 3) {  // c1 x + c2 x^2 + c3 x^3 = x'/scale (+-x'^2 + c2/scale x' + c1)
            p.factor = 1 / p.scale;
            p.square = sign;
            p.linear = c[2] / p.scale;
            p.constant = c[1];
        } else {  // c1 x + c2 x^2 = x' (+-x' + c1/scale)
            p.linear = sign;
            p.constant = c[1] / p.scale;
        }
        const std::uint32_t argument = program_.nodes()[node].lhs;
        p.argument = target(forms_[argument], program_.nodes()[argument].size, p.scale);
        found_.polynomials.push_back(p);
        const auto number = static_cast<std::uint32_t>(found_.polynomials.size() - 1);
        polynomials_.emplace(node, number);
        return number;
    }

    const Program& program_;
    std::vector<LinearForm> forms_;
    Targets found_;
    std::map<std::pair<LinearForm, double>, std::uint32_t> numbers_;
    std::map<std::uint32_t, std::uint32_t> polynomials_;
};

}  // namespace

Targets find_targets(const Program& program, Association association) { return Finder(program, association).run(); }

}  // namespace tacit::tensor
