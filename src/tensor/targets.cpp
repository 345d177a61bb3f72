#include "tensor/targets.hpp"

#include <cstdint>
#include <optional>
#include <set>

#include "base/fail.hpp"
#include "tensor/clear.hpp"

namespace tacit::tensor {

namespace {

class Finder {
public:
    Finder(const Program& program, const LinearForms& forms, const Techniques& techniques)
        : program_(program), public_(program), forms_(forms), owner_products_(techniques.owner_products) {}

    Targets run() {
        for (const std::uint32_t output : program_.outputs()) {
            require_secret(output);
            found_.outputs.push_back(target(forms_.of_node[output], program_.nodes()[output].size, 1));
        }
        return std::move(found_);
    }

private:
    void require_secret(std::uint32_t output) const {
        for (const auto& [leaf, coefficient] : forms_.of_node[output]) {
            if (!is_known(leaf) || !owners(leaf).empty()) return;
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
        if (leaf.chain.empty() && leaf.base.kind == Base::Kind::polynomial) {
            const std::uint32_t p = polynomial(leaf.base.index);
            made.bare.emplace_back(coefficient * found_.polynomials[p].folded.factor, p);
            return;
        }
        const std::set<Owner> who = owners(leaf);
        if (is_known(leaf) && who.empty()) {
            add_public(made, leaf, coefficient);
        } else if (is_known(leaf) && who.size() == 1 && (owner_products_ || leaf.chain.empty())) {
            made.clear[*who.begin()].push_back({coefficient, leaf});
        } else {
            made.products.push_back(product(leaf, coefficient));
        }
    }

    void add_public(Target& made, const Leaf& leaf, double coefficient) const {
        const bool ones = leaf.base.kind == Base::Kind::ones;
        const std::vector<double> x = public_.times(
            leaf.chain, ones ? std::vector<double>(leaf.base.index, 1.0) : public_.vector(leaf.base.index));
        made.constant.resize(made.size, 0.0);
        for (std::size_t i = 0; i < x.size(); ++i) made.constant[i] += coefficient * x[i];
    }

    /// Made of inputs and constants alone.
    [[nodiscard]] static bool is_known(const Leaf& leaf) {
        return leaf.base.kind == Base::Kind::ones || leaf.base.kind == Base::Kind::vector;
    }
    /// The owners of what a leaf names.
    [[nodiscard]] std::set<Owner> owners(const Leaf& leaf) const {
        std::set<Owner> found;
        for (const Factor& f : leaf.chain) {
            if (const auto o = owner_of(f)) found.insert(*o);
        }
        if (leaf.base.kind == Base::Kind::vector) {
            const VectorInfo& v = program_.vectors()[leaf.base.index];
            if (!v.known) found.insert(v.owner);
        }
        return found;
    }
    [[nodiscard]] std::optional<Owner> owner_of(const Factor& f) const {
        const MatrixInfo& m = program_.matrices()[f.matrix];
        return m.known ? std::nullopt : std::optional(m.owner);
    }

    /// The first matrices of a chain, as many as are public or of one owner, times the rest.
    ProductTerm product(const Leaf& leaf, double coefficient) {
        std::optional<Owner> owner;
        auto end = leaf.chain.begin();
        for (; end != leaf.chain.end(); ++end) {
            const auto next = owner_of(*end);
            if (owner && next && *next != *owner) break;
            if (next) owner = next;
        }
        ProductTerm term{coefficient, Chain(leaf.chain.begin(), end), {}, !owner};
        const Leaf rest{Chain(end, leaf.chain.end()), leaf.base};
        if (rest.chain.empty() && rest.base.kind == Base::Kind::sum) {
            term.operand = {false, target(forms_.sums.at(rest.base.index), program_.columns(term.block.back()), 1)};
        } else if (rest.chain.empty() && rest.base.kind == Base::Kind::polynomial) {
            term.operand = {true, polynomial(rest.base.index)};
            term.coefficient *= found_.polynomials[term.operand.index].folded.factor;
        } else {
            term.operand = {false, target({{rest, 1.0}}, program_.columns(term.block.back()), 1)};
        }
        return term;
    }

    std::uint32_t polynomial(std::uint32_t node) {
        if (const auto at = polynomials_.find(node); at != polynomials_.end()) return at->second;
        Polynomial p;
        p.folded = fold(*program_.nodes()[node].entrywise);
        const std::uint32_t argument = program_.nodes()[node].lhs;
        const std::size_t size = program_.nodes()[argument].size;
        LinearForm centred = forms_.of_node[argument];
        if (p.folded.centre != 0) {
            centred[{{}, {Base::Kind::ones, static_cast<std::uint32_t>(size)}}] -= p.folded.centre;
        }
        p.argument = target(centred, size, p.folded.scale);
        found_.polynomials.push_back(std::move(p));
        const auto number = static_cast<std::uint32_t>(found_.polynomials.size() - 1);
        polynomials_.emplace(node, number);
        return number;
    }

    const Program& program_;
    Values public_;
    const LinearForms& forms_;
    bool owner_products_;
    Targets found_;
    std::map<std::pair<LinearForm, double>, std::uint32_t> numbers_;
    std::map<std::uint32_t, std::uint32_t> polynomials_;
};

}  // namespace

Targets find_targets(const Program& program, const LinearForms& forms, const Techniques& techniques) {
    return Finder(program, forms, techniques).run();
}

}  // namespace tacit::tensor
