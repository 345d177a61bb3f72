#include "tensor/linear_form.hpp"

#include <algorithm>
#include <cmath>

#include "base/fail.hpp"
#include "tensor/folded_polynomial.hpp"

namespace tacit::tensor {

namespace {

using Kind = VectorNode::Kind;

void add_to(LinearForm& sum, const Leaf& leaf, double coefficient) {
    const auto [at, fresh] = sum.try_emplace(leaf, coefficient);
    if (!fresh) at->second += coefficient;
    if (!std::isfinite(at->second)) {
        fail(ErrorCode::invalid_argument,
             "tensor: a coefficient overflows when the program is multiplied out; scale the program down");
    }
    if (at->second == 0) sum.erase(at);
}

void add_to(LinearForm& sum, const LinearForm& form, double factor) {
    for (const auto& [leaf, coefficient] : form) add_to(sum, leaf, factor * coefficient);
}

Leaf ones(std::size_t size) { return {{}, {Base::Kind::ones, static_cast<std::uint32_t>(size)}}; }

LinearForm polynomial(const VectorNode& node, std::uint32_t position, const LinearForm& argument) {
    const polynomial::Polynomial& p = *node.entrywise;
    LinearForm form;
    const bool constant = argument.size() == 1 && argument.begin()->first == ones(node.size);
    if (argument.empty() || constant) {
        add_to(form, ones(node.size), p(constant ? argument.begin()->second : 0));
    } else if (p.degree() < 2) {
        const polynomial::Polynomial line = p.in_power_basis();
        add_to(form, ones(node.size), line.coefficients()[0]);
        if (p.degree() == 1) add_to(form, argument, line.coefficients()[1]);
    } else {
        add_to(form, ones(node.size), fold(p).constant);
        add_to(form, {{}, {Base::Kind::polynomial, position}}, 1);
    }
    return form;
}

/// chain * form.
LinearForm product(const Chain& chain, const LinearForm& form) {
    LinearForm result;
    for (const auto& [leaf, coefficient] : form) {
        Leaf longer{chain, leaf.base};
        longer.chain.insert(longer.chain.end(), leaf.chain.begin(), leaf.chain.end());
        add_to(result, longer, coefficient);
    }
    return result;
}

/// Whether a product with such a sum is multiplied out in any case: it is one of polynomials, inputs and constants.
bool is_polynomial_or_known(const LinearForm& form) {
    return std::ranges::all_of(form, [](const auto& term) { return term.first.chain.empty(); });
}

class Former {
public:
    Former(const Program& program, const Grouping& grouping) : program_(program), grouping_(grouping) {}

    LinearForms run() {
        for (std::uint32_t i = 0; i < program_.nodes().size(); ++i) {
            made_.of_node.push_back(form(i));
            nesting_.push_back(
                program_.nodes()[i].kind == Kind::polynomial ? 1 + nesting(made_.of_node[program_.nodes()[i].lhs]) : 0);
        }
        return std::move(made_);
    }

private:
    LinearForm form(std::uint32_t i) {
        const VectorNode& node = program_.nodes()[i];
        LinearForm form;
        switch (node.kind) {
            case Kind::zero: break;
            case Kind::input: form.emplace(Leaf{{}, {Base::Kind::vector, node.lhs}}, 1.0); break;
            case Kind::scale: add_to(form, made_.of_node[node.lhs], node.factor); break;
            case Kind::polynomial: form = polynomial(node, i, made_.of_node[node.lhs]); break;
            case Kind::add:
                form = made_.of_node[node.lhs];
                add_to(form, made_.of_node[node.rhs], 1);
                break;
            case Kind::product: form = product_of(i); break;
        }
        return form;
    }

    LinearForm product_of(std::uint32_t i) {
        const VectorNode& node = program_.nodes()[i];
        const LinearForm& argument = made_.of_node[node.lhs];
        if (is_polynomial_or_known(argument)) return product(node.chain, argument);
        const int top = nesting(argument);
        LinearForm grouped, rest;
        for (const auto& [leaf, coefficient] : argument) {
            const std::pair choice{i, leaf.base};
            made_.choices.insert(choice);
            const bool old = nesting(leaf.base) <= top - grouping_.newest;
            (old != grouping_.exceptions.contains(choice) ? grouped : rest).emplace(leaf, coefficient);
        }
        if (is_polynomial_or_known(grouped)) return product(node.chain, argument);
        LinearForm form = product(node.chain, rest);
        form.emplace(Leaf{node.chain, {Base::Kind::sum, i}}, 1.0);
        made_.sums.emplace(i, std::move(grouped));
        return form;
    }

    /// How many polynomials lie within one another.
    [[nodiscard]] int nesting(const Base& base) const {
        if (base.kind == Base::Kind::polynomial) return nesting_[base.index];
        return base.kind == Base::Kind::sum ? nesting(made_.sums.at(base.index)) : 0;
    }
    [[nodiscard]] int nesting(const LinearForm& form) const {
        int deepest = 0;
        for (const auto& [leaf, coefficient] : form) deepest = std::max(deepest, nesting(leaf.base));
        return deepest;
    }

    const Program& program_;
    const Grouping& grouping_;
    LinearForms made_;
    std::vector<int> nesting_;  // of polynomial nodes
};

}  // namespace

Chain transposed(const Chain& chain) {
    Chain result(chain.rbegin(), chain.rend());
    for (Factor& f : result) f.transposed = !f.transposed;
    return result;
}

LinearForms linear_forms(const Program& program, const Grouping& grouping) { return Former(program, grouping).run(); }

}  // namespace tacit::tensor
