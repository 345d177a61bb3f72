#include "tensor/linear_form.hpp"

#include <algorithm>
#include <cmath>

#include "base/fail.hpp"

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
    const auto& c = node.coefficients;
    LinearForm form;
    if (!c.empty()) add_to(form, ones(node.size), c[0]);
    if (c.size() < 2 || argument.empty()) return form;
    if (argument.size() == 1 && argument.begin()->first == ones(node.size)) {  // a constant
        const double x = argument.begin()->second;
        double value = 0;
        for (std::size_t i = c.size(); i-- > 1;) value = (value + c[i]) * x;
        add_to(form, ones(node.size), value);
    } else if (c.size() == 2) {
        add_to(form, argument, c[1]);
    } else {
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

}  // namespace

Chain transposed(const Chain& chain) {
    Chain result(chain.rbegin(), chain.rend());
    for (Factor& f : result) f.transposed = !f.transposed;
    return result;
}

std::vector<LinearForm> linear_forms(const Program& program, Association association) {
    std::vector<LinearForm> forms;
    for (std::uint32_t i = 0; i < program.nodes().size(); ++i) {
        const VectorNode& node = program.nodes()[i];
        LinearForm form;
        switch (node.kind) {
            case Kind::zero: break;
            case Kind::input: form.emplace(Leaf{{}, {Base::Kind::vector, node.lhs}}, 1.0); break;
            case Kind::scale: add_to(form, forms[node.lhs], node.factor); break;
            case Kind::polynomial: form = polynomial(node, i, forms[node.lhs]); break;
            case Kind::add:
                form = forms[node.lhs];
                add_to(form, forms[node.rhs], 1);
                break;
            case Kind::product:
                if (association == Association::multiplied_out || is_polynomial_or_known(forms[node.lhs])) {
                    form = product(node.chain, forms[node.lhs]);
                } else {
                    form.emplace(Leaf{node.chain, {Base::Kind::node, node.lhs}}, 1.0);
                }
                break;
        }
        forms.push_back(std::move(form));
    }
    return forms;
}

}  // namespace tacit::tensor
