#include "tensor/hosts.hpp"

#include <set>

namespace tacit::tensor {

namespace {

using Conversion = std::pair<std::uint32_t, Encoding>;

/// The product term of a form that takes a polynomial in the encoding of its argument.
std::optional<std::size_t> carrier(const Target& target, const std::vector<Encoding>& from, const Conversion& c) {
    for (std::size_t i = 0; i < target.products.size(); ++i) {
        const ProductTerm& term = target.products[i];
        const bool takes = term.operand.is_polynomial && term.operand.index == c.first && from[i] == other(c.second);
        if (takes && !term.is_public) return i;
    }
    return std::nullopt;
}

/// Conversions that a public matrix takes in.
std::set<Conversion> met_by_public(const Targets& targets, const Choices& choices) {
    std::set<Conversion> met;
    for (const auto& [form, from] : choices.forms) {
        const Target& target = targets.targets[form.target];
        for (std::size_t i = 0; i < target.products.size(); ++i) {
            const ProductTerm& term = target.products[i];
            if (term.is_public && term.operand.is_polynomial && from[i] == form.encoding) {
                met.emplace(term.operand.index, other(form.encoding));
            }
        }
    }
    return met;
}

}  // namespace

Hosts::Hosts(const Targets& targets, const Levels& levels, const Choices& choices) {
    const std::set<Conversion> excluded = met_by_public(targets, choices);
    for (const Conversion& c : choices.conversions) {
        if (excluded.contains(c)) continue;
        const auto& [polynomial, to] = c;
        const std::size_t size = targets.targets[targets.polynomials[polynomial].argument].size;
        for (const auto& [form, from] : choices.forms) {
            const Target& target = targets.targets[form.target];
            if (form.final || form.encoding != to || carried_.contains(form) || target.size != size ||
                levels.target(form.target, to) > levels.converted(polynomial, to)) {
                continue;
            }
            if (const auto term = carrier(target, from, c)) {
                hosts_.emplace(c, form);
                carried_.emplace(form, Carried{*term, polynomial});
                break;  // forms are in the order of targets: the earliest
            }
        }
    }
}

std::optional<Form> Hosts::of(std::uint32_t polynomial, Encoding to) const {
    const auto at = hosts_.find({polynomial, to});
    return at == hosts_.end() ? std::nullopt : std::optional(at->second);
}

std::optional<Hosts::Carried> Hosts::carried(const Form& form) const {
    const auto at = carried_.find(form);
    return at == carried_.end() ? std::nullopt : std::optional(at->second);
}

}  // namespace tacit::tensor
