#include "tacit/circuit/interval.hpp"

#include <algorithm>

#include "base/fail.hpp"
#include "circuit/directed.hpp"
#include "tacit/circuit/interpret.hpp"

namespace tacit::circuit {

namespace {

using Form = detail::AffineForm;
using Term = Form::Term;

bool is_zero(const Form& form) { return form.range == Range{0, 0}; }

Range intersection(const Range& a, const Range& b) { return {std::max(a.low, b.low), std::min(a.high, b.high)}; }

Range sum(const Range& a, const Range& b) { return {plus_down(a.low, b.low), plus_up(a.high, b.high)}; }

Range product(const Range& a, const Range& b) {
    const auto extreme = [&](auto times, auto choose) {
        return choose({times(a.low, b.low), times(a.low, b.high), times(a.high, b.low), times(a.high, b.high)});
    };
    return {extreme(times_down, [](std::initializer_list<double> x) { return std::min(x); }),
            extreme(times_up, [](std::initializer_list<double> x) { return std::max(x); })};
}

Range negated(const Range& a) { return {-a.high, -a.low}; }

Range square(const Range& a) {
    const double most = std::max(times_up(a.low, a.low), times_up(a.high, a.high));
    if (a.contains(0)) return {0, most};
    return {std::max(0.0, std::min(times_down(a.low, a.low), times_down(a.high, a.high))), most};
}

double radius(const Form& form) {
    double r = form.error;
    for (const Term& term : form.terms) r = plus_up(r, std::fabs(term.coefficient));
    return r;
}

/// Calls visit(a's term or null, b's term or null) for every symbol of either form, in order.
template <class Visit>
void merge(const Form& a, const Form& b, const Visit& visit) {
    const auto key = [](const Term& term) { return std::pair(term.symbol, term.steps); };
    auto x = a.terms.begin();
    auto y = b.terms.begin();
    while (x != a.terms.end() || y != b.terms.end()) {
        const bool take_x = y == b.terms.end() || (x != a.terms.end() && key(*x) <= key(*y));
        const bool take_y = x == a.terms.end() || (y != b.terms.end() && key(*y) <= key(*x));
        visit(take_x ? &*x : nullptr, take_y ? &*y : nullptr);
        if (take_x) ++x;
        if (take_y) ++y;
    }
}

void note(double& error, double more) { error = plus_up(error, more); }

void negate_in_place(Form& form) {
    form.center = -form.center;
    for (Term& term : form.terms) term.coefficient = -term.coefficient;
    form.range = negated(form.range);
    if (!is_zero(form)) form.negated = !form.negated;
}

}  // namespace

double Bounds::magnitude() const noexcept {
    const double x = real.magnitude();
    const double y = imaginary.magnitude();
    if (x == 0 || y == 0) return x + y;
    return std::nextafter(std::hypot(x, y), infinity) * (1 + 0x1p-52);  // hypot errs by less than one ulp
}

Bounds Interval::Value::bounds() const noexcept {
    const auto hull = [](Range& all, const Range& range) {
        all = {std::min(all.low, range.low), std::max(all.high, range.high)};
    };
    Bounds all{slots_[0].real.range, slots_[0].imaginary.range};
    for (const Slot& slot : slots_) {
        hull(all.real, slot.real.range);
        hull(all.imaginary, slot.imaginary.range);
    }
    return all;
}

std::size_t Interval::Value::symbols() const noexcept {
    std::size_t most = 0;
    for (const Slot& slot : slots_) most = std::max({most, slot.real.terms.size(), slot.imaginary.terms.size()});
    return most;
}

Interval::Interval(std::vector<Bounds> inputs, std::size_t most_symbols, std::size_t most_slots)
    : inputs_(std::move(inputs)), most_symbols_(most_symbols), most_slots_(most_slots) {
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
        for (const Range& range : {inputs_[i].real, inputs_[i].imaginary}) {
            if (std::isfinite(range.low) && std::isfinite(range.high) && range.low <= range.high) continue;
            fail(ErrorCode::invalid_argument,
                 "Interval: input {} is said to lie between {} and {}; give two finite numbers in order", i, range.low,
                 range.high);
        }
    }
    if (most_symbols_ < 2) {
        fail(ErrorCode::invalid_argument, "Interval: {} symbols; products need at least 2", most_symbols_);
    }
}

auto Interval::between(const Range& range) -> Form {
    Form form;
    form.center = range.low / 2 + range.high / 2;
    const double half = std::max(plus_up(range.high, -form.center), plus_up(form.center, -range.low));
    if (half > 0) form.terms.push_back({next_symbol_++, 0, half});
    finish(form, range);
    return form;
}

/// Names a new form, bounds it and makes it safe to calculate with.
void Interval::finish(Form& form, const Range& known) {
    condense(form);
    const bool finite = std::isfinite(form.center) && std::ranges::all_of(form.terms, [](const Term& term) {
                            return std::isfinite(term.coefficient);
                        });
    if (!finite) {
        form.center = 0;
        form.terms.clear();
        form.error = infinity;
    }
    const double r = radius(form);
    form.range = intersection(known, {plus_down(form.center, -r), plus_up(form.center, r)});
    if (is_zero(form)) form = {};
    form.negated = false;
    form.identity = is_zero(form) ? 0 : next_identity_++;
}

void Interval::condense(Form& form) {
    if (form.terms.size() <= most_symbols_) return;
    std::vector<double> sizes;
    for (const Term& term : form.terms) sizes.push_back(std::fabs(term.coefficient));
    const auto last_kept = sizes.begin() + static_cast<std::ptrdiff_t>(most_symbols_) - 2;
    std::ranges::nth_element(sizes, last_kept, std::greater<>());
    const double limit = *last_kept;
    std::vector<Term> kept;
    double rest = 0;
    for (const Term& term : form.terms) {
        if (kept.size() + 1 < most_symbols_ && std::fabs(term.coefficient) >= limit) {
            kept.push_back(term);
        } else {
            note(rest, std::fabs(term.coefficient));
        }
    }
    kept.push_back({next_symbol_++, 0, rest});
    form.terms = std::move(kept);
}

auto Interval::sum(const Form& a, const Form& b) -> Form {
    if (a.identity == b.identity && a.negated != b.negated) return {};
    if (is_zero(a)) return b;
    if (is_zero(b)) return a;
    Form out;
    const auto center = plus(a.center, b.center);
    out.center = center.value;
    out.error = plus_up(plus_up(a.error, b.error), center.error);
    merge(a, b, [&](const Term* x, const Term* y) {
        const auto c = plus(x == nullptr ? 0 : x->coefficient, y == nullptr ? 0 : y->coefficient);
        const Term& key = x == nullptr ? *y : *x;
        if (c.value != 0) out.terms.push_back({key.symbol, key.steps, c.value});
        note(out.error, c.error);
    });
    finish(out, circuit::sum(a.range, b.range));
    return out;
}

auto Interval::scaled(const Form& a, double factor) -> Form {
    Form out;
    const auto center = times(a.center, factor);
    out.center = center.value;
    out.error = plus_up(times_up(a.error, std::fabs(factor)), center.error);
    for (const Term& term : a.terms) {
        const auto c = times(term.coefficient, factor);
        out.terms.push_back({term.symbol, term.steps, c.value});
        note(out.error, c.error);
    }
    finish(out, circuit::product(a.range, {factor, factor}));
    return out;
}

/// (a0 + A)(b0 + B) with A = sum a_i e_i, B likewise: a0 b0 + a0 B + b0 A is affine. Of A B the terms a_i b_i e_i^2 lie
/// between 0 and a_i b_i, the others between -+ rad A rad B less those.
auto Interval::new_product(const Form& a, const Form& b) -> Form {
    Form out;
    double error = plus_up(times_up(std::fabs(a.center), b.error), times_up(std::fabs(b.center), a.error));
    double diagonal = 0;  // of sum |a_i b_i|, from below
    const auto center = times(a.center, b.center);
    out.center = center.value;
    note(error, center.error);
    merge(a, b, [&](const Term* x, const Term* y) {
        const auto from_a = times(b.center, x == nullptr ? 0 : x->coefficient);
        const auto from_b = times(a.center, y == nullptr ? 0 : y->coefficient);
        const auto c = plus(from_a.value, from_b.value);
        for (const double e : {from_a.error, from_b.error, c.error}) note(error, e);
        const Term& key = x == nullptr ? *y : *x;
        if (c.value != 0) out.terms.push_back({key.symbol, key.steps, c.value});
        if (x == nullptr || y == nullptr) return;
        const auto shared = times(x->coefficient, y->coefficient);
        const auto moved = plus(out.center, shared.value / 2);
        out.center = moved.value;
        note(error, shared.error);
        note(error, moved.error);
        diagonal = plus_down(diagonal, times_down(std::fabs(x->coefficient), std::fabs(y->coefficient)));
    });
    note(error, plus_up(times_up(radius(a), radius(b)), -diagonal / 2));
    if (error > 0) out.terms.push_back({next_symbol_++, 0, error});
    Range known = circuit::product(a.range, b.range);
    if (a.identity == b.identity) {
        known = intersection(known, a.negated == b.negated ? square(a.range) : negated(square(a.range)));
    }
    finish(out, known);
    return out;
}

auto Interval::product(const Form& a, const Form& b) -> Form {
    if (is_zero(a) || is_zero(b)) return {};
    const auto key = std::minmax(a.identity, b.identity);
    const bool negative = a.negated != b.negated;
    auto found = products_.find(key);
    if (found == products_.end()) {
        const bool exact_a = a.terms.empty() && a.error == 0;
        const bool exact_b = b.terms.empty() && b.error == 0;
        Form made = exact_b ? scaled(a, b.center) : exact_a ? scaled(b, a.center) : new_product(a, b);
        if (negative) negate_in_place(made);  // kept as the product of the numbers themselves
        found = products_.emplace(key, std::move(made)).first;
    }
    Form out = found->second;
    if (negative) negate_in_place(out);
    return out;
}

Interval::Value Interval::input(std::int32_t number) {
    const auto at = static_cast<std::size_t>(number);
    if (at >= inputs_.size()) {
        fail(ErrorCode::invalid_argument,
             "Interval: the circuit reads input {} but bounds of {} were given; give one per input", number,
             inputs_.size());
    }
    Form real = between(inputs_[at].real);
    return Value({Slot{std::move(real), between(inputs_[at].imaginary)}});
}

Interval::Value Interval::constant(std::span<const double> values) {
    std::vector<Slot> slots;
    if (values.size() <= most_slots_) {
        for (const double value : values) slots.push_back({between({value, value}), {}});
    } else {
        const auto [low, high] = std::ranges::minmax(values);
        slots.push_back({between({low, high}), {}});
    }
    return Value(std::move(slots));
}

template <class F>
Interval::Value Interval::zip(const Value& a, const Value& b, const F& f) {
    std::vector<Slot> slots;
    const std::size_t size = std::max(a.slots_.size(), b.slots_.size());
    for (std::size_t i = 0; i < size; ++i) slots.push_back(f(a.slot(i), b.slot(i)));
    return Value(std::move(slots));
}

Interval::Value Interval::add(const Value& a, const Value& b) {
    return zip(a, b, [this](const Slot& x, const Slot& y) {
        Form real = sum(x.real, y.real);
        return Slot{std::move(real), sum(x.imaginary, y.imaginary)};
    });
}

Interval::Value Interval::mul(const Value& a, const Value& b) {
    return zip(a, b, [this](const Slot& x, const Slot& y) {
        Form minus = product(x.imaginary, y.imaginary);
        negate_in_place(minus);
        Form real = sum(product(x.real, y.real), minus);
        return Slot{std::move(real), sum(product(x.real, y.imaginary), product(x.imaginary, y.real))};
    });
}

Interval::Value Interval::negate(const Value& a) {
    Value out = a;
    for (Slot& slot : out.slots_) {
        negate_in_place(slot.real);
        negate_in_place(slot.imaginary);
    }
    return out;
}

auto Interval::rotated(Form a, std::int32_t steps) -> Form {
    if (a.terms.empty()) return a;
    for (Term& term : a.terms) term.steps += steps;
    a.identity = next_identity_++;
    a.negated = false;
    return a;
}

Interval::Value Interval::rotate(const Value& a, std::int32_t steps) {
    std::vector<Slot> slots;
    for (std::size_t i = 0; i < a.slots_.size(); ++i) {
        const Slot& from = a.slot(i + static_cast<std::size_t>(std::int64_t{steps}));
        Form real = rotated(from.real, steps);
        slots.push_back({std::move(real), rotated(from.imaginary, steps)});
    }
    return Value(std::move(slots));
}

Interval::Value Interval::conjugate(const Value& a) {
    Value out = a;
    for (Slot& slot : out.slots_) negate_in_place(slot.imaginary);
    return out;
}

std::vector<Bounds> bounds(const Circuit& circuit, std::vector<Bounds> inputs) {
    Interval domain(std::move(inputs));
    std::vector<Bounds> found;
    for (const Interval::Value& value : interpret_nodes(circuit, domain)) found.push_back(value.bounds());
    return found;
}

}  // namespace tacit::circuit
