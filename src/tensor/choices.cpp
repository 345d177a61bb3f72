#include "tensor/choices.hpp"

#include <algorithm>

namespace tacit::tensor {

namespace {

/// Goes from the outputs to the operands; by the time a target is reached, all its users have said what they want.
class Chooser {
public:
    Chooser(const Targets& targets, const Levels& levels)
        : targets_(targets), levels_(levels), wishes_(targets.targets.size()), forms_of_(targets.targets.size()) {}

    Choices run(Encoding preferred) {
        for (const std::uint32_t output : targets_.outputs) {
            const int first = levels_.target(output, preferred, true);
            const int second = levels_.target(output, other(preferred), true);
            const Form form{output, second < first ? other(preferred) : preferred, true};
            choices_.outputs.push_back(form);
            forms_of_[output].insert(form);
        }
        for (auto t = static_cast<std::uint32_t>(targets_.targets.size()); t-- > 0;) {
            grant_wishes(t);
            for (const Form& form : forms_of_[t]) make_wishes(form);
        }
        return std::move(choices_);
    }

private:
    /// A product term that could take its operand in either encoding.
    struct Wish {
        Form user;
        std::size_t term = 0;
    };

    void need(std::uint32_t target, Encoding e) { forms_of_[target].insert({target, e, false}); }

    void make_wishes(const Form& form) {
        const Target& target = targets_.targets[form.target];
        std::vector<Encoding>& from = choices_.forms[form];
        const int level = levels_.target(form.target, form.encoding, form.final);
        for (std::size_t i = 0; i < target.products.size(); ++i) {
            const ProductTerm& term = target.products[i];
            const Encoding natural = other(form.encoding);
            from.push_back(natural);
            if (!term.operand.is_polynomial) {
                need(term.operand.index, natural);
                continue;
            }
            const std::uint32_t argument = targets_.polynomials[term.operand.index].argument;
            const bool can_natural = levels_.product(term, form.encoding, natural, form.final) <= level;
            const bool can_convert = levels_.product(term, form.encoding, form.encoding, form.final) <= level;
            if (can_natural && can_convert) {
                wishes_[argument].push_back({form, i});
            } else {
                take(form, i, can_natural ? natural : form.encoding);
            }
        }
        for (const auto& [factor, p] : target.bare) need(targets_.polynomials[p].argument, form.encoding);
    }

    void take(const Form& user, std::size_t term, Encoding from) {
        const std::uint32_t p = targets_.targets[user.target].products[term].operand.index;
        choices_.forms[user][term] = from;
        need(targets_.polynomials[p].argument, from);
        if (from == user.encoding) choices_.conversions.emplace(p, other(user.encoding));
    }

    void grant_wishes(std::uint32_t t) {
        const auto has = [&](Encoding e) { return forms_of_[t].contains({t, e, false}); };
        for (const Wish& wish : wishes_[t]) {
            const Encoding natural = other(wish.user.encoding);
            take(wish.user, wish.term, has(natural) || !has(wish.user.encoding) ? natural : wish.user.encoding);
        }
    }

    const Targets& targets_;
    const Levels& levels_;
    std::vector<std::vector<Wish>> wishes_;
    std::vector<std::set<Form>> forms_of_;
    Choices choices_;
};

}  // namespace

Choices choose(const Targets& targets, const Levels& levels, Encoding preferred) {
    return Chooser(targets, levels).run(preferred);
}

}  // namespace tacit::tensor
