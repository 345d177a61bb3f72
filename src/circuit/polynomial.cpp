#include "tacit/circuit/polynomial.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "tacit/circuit/domains.hpp"
#include "tacit/circuit/trace.hpp"

namespace tacit::circuit {

namespace {

using polynomial::Basis;
using polynomial::Polynomial;

/// Slots calculate at once; Expr records, at the user's line.
struct InTheClear {
    using Value = Slots;
    [[nodiscard]] const Slots& left(const Slots& a) const { return a; }
    [[nodiscard]] Slots constant(const Slots& like, double value) const { return like.constant(value); }
};
struct Recorded {
    using Value = Expr;
    Location where;
    [[nodiscard]] Located left(const Expr& a) const { return {a, where.file.data(), where.line}; }
    [[nodiscard]] Expr constant(const Expr& like, double value) const { return like.constant(value, where); }
};

/// How a polynomial is taken apart.
struct Shape {
    int budget = 0;             ///< levels for the whole
    std::size_t baby = 2;       ///< polynomials of a smaller degree are sums, where the levels allow
    bool short_giants = false;  ///< split at the smallest power of two that the levels allow, not the largest
};

/// Evaluates one polynomial at one value.
template <class Arithmetic>
class Evaluation {
public:
    using Value = typename Arithmetic::Value;

    Evaluation(const Polynomial& p, const Value& x, Arithmetic arithmetic) : p_(p), arithmetic_(arithmetic) {
        if (p.basis() == Basis::power) {
            steps_.emplace(1, BabyStep{x, 1});
            return;
        }
        const double middle = p.interval().midpoint();
        const Value centred = middle == 0 ? x : arithmetic_.left(x) - arithmetic_.constant(x, middle);
        steps_.emplace(1, doubled(centred, p.interval().half_width()));
    }

    Value run(const Shape& shape) {
        shape_ = shape;
        const Sum sum = evaluate({p_.coefficients().begin(), p_.coefficients().end()}, shape.budget);
        return sum.variable ? whole(sum) : arithmetic_.constant(step(1).value, sum.constant);
    }

private:
    /// V_i = multiple * T_i, or x^i.
    struct BabyStep {
        Value value;
        double multiple = 1;
    };
    struct Sum {
        std::optional<Value> variable;
        double constant = 0;
    };

    Value mul(const Value& a, const Value& b) const { return arithmetic_.left(a) * b; }
    Value add(const Value& a, const Value& b) const { return arithmetic_.left(a) + b; }
    Value sub(const Value& a, const Value& b) const { return arithmetic_.left(a) - b; }
    Value scaled(const Value& a, double factor) const {
        return factor == 1 ? a : mul(a, arithmetic_.constant(a, factor));
    }
    Value whole(const Sum& sum) const {
        return sum.constant == 0 ? *sum.variable
                                 : add(*sum.variable, arithmetic_.constant(*sum.variable, sum.constant));
    }
    void accumulate(std::optional<Value>& sum, const Value& term) const { sum = sum ? add(*sum, term) : term; }

    /// 2^j value, with the smallest j that brings the multiple to 1 or above.
    BabyStep doubled(Value value, double multiple) const {
        for (; multiple < 1; multiple *= 2) value = add(value, value);
        return {value, multiple};
    }

    /// V_i from V_a and V_b with a + b = i, a the largest power of two that leaves something for b.
    const BabyStep& step(std::size_t i) {
        if (const auto known = steps_.find(i); known != steps_.end()) return known->second;
        const std::size_t a = std::bit_floor(i - 1), b = i - a;
        const BabyStep left = step(a), right = step(b);
        const Value product = mul(left.value, right.value);
        if (p_.basis() == Basis::power) return steps_.emplace(i, BabyStep{product, 1}).first->second;
        // V_a V_b = m_a m_b / 2 (T_{a+b} + T_{a-b})
        BabyStep made = doubled(product, left.multiple * right.multiple / 2);
        if (a == b) {
            made.value = sub(made.value, arithmetic_.constant(product, made.multiple));
        } else {
            const BabyStep& difference = step(a - b);
            made.value = sub(made.value, scaled(difference.value, made.multiple / difference.multiple));
        }
        return steps_.emplace(i, made).first->second;
    }

    [[nodiscard]] static int levels_of(std::size_t i) { return static_cast<int>(std::bit_width(i - 1)); }

    /// Whether sum c_i V_i needs no more levels than `budget`.
    [[nodiscard]] bool is_leaf(const std::vector<double>& c, int budget) {
        if (c.size() <= 2) return true;
        if (c.size() > shape_.baby) return false;
        for (std::size_t i = 1; i < c.size(); ++i) {
            const bool exact = p_.basis() == Basis::power && c[i] == 1;
            if (c[i] != 0 && levels_of(i) + (exact ? 0 : 1) > budget) return false;
        }
        return true;
    }

    /// c in the basis of the polynomial, with `budget` levels.
    Sum evaluate(std::vector<double> c, int budget) {
        while (c.size() > 1 && c.back() == 0) c.pop_back();
        if (!is_leaf(c, budget)) return split(std::move(c), budget);
        Sum sum{std::nullopt, c[0]};
        for (std::size_t i = 1; i < c.size(); ++i) {
            if (c[i] == 0) continue;
            const BabyStep& power = step(i);
            accumulate(sum.variable, scaled(power.value, c[i] / power.multiple));
        }
        return sum;
    }

    /// Where to split: V_s and the quotient have to fit into a level less than the whole.
    [[nodiscard]] std::size_t giant_step(std::size_t degree, int budget) const {
        std::size_t s = std::bit_floor(degree);
        if (!shape_.short_giants) return s;
        const auto fits = [&](std::size_t smaller) {
            return smaller >= std::max<std::size_t>(2, shape_.baby / 2) &&
                   static_cast<int>(std::bit_width(degree - smaller)) < budget;
        };
        while (fits(s / 2)) s /= 2;
        return s;
    }

    /// c = q V_s + r
    Sum split(std::vector<double> c, int budget) {
        const std::size_t s = giant_step(c.size() - 1, budget);
        const BabyStep giant = step(s);
        std::vector<double> q(c.size() - s);
        for (std::size_t i = q.size(); i-- > 0;) {
            q[i] = c[s + i] / giant.multiple;
            if (p_.basis() == Basis::power || i == 0) continue;
            q[i] *= 2;  // T_{s+i} = 2 T_s T_i - T_{|s-i|}
            c[i < s ? s - i : i - s] -= c[s + i];
        }
        c.resize(s);
        const Sum quotient = evaluate(std::move(q), budget - 1);
        Sum sum = evaluate(std::move(c), budget);
        const Value high =
            quotient.variable ? mul(whole(quotient), giant.value) : scaled(giant.value, quotient.constant);
        accumulate(sum.variable, high);
        return sum;
    }

    const Polynomial& p_;
    Arithmetic arithmetic_;
    Shape shape_;
    std::map<std::size_t, BabyStep> steps_;
};

/// Lower is better: depth, then products, then what is cheap.
using Cost = std::tuple<int, std::size_t, std::size_t, std::size_t>;

Cost cost(const Polynomial& p, const Shape& shape) {
    const Circuit circuit =
        trace<1>([&](const Expr& x) { return Evaluation(p, x, Recorded{Location::here()}).run(shape); });
    const OperationCount count = operation_count(circuit);
    return {depth(circuit), count.products(), count.constant_products(), count.additions()};
}

/// The cheapest shape: tried out, because what a shape costs depends on which coefficients are 0 or 1.
Shape choose_shape(const Polynomial& p) {
    const auto most_baby_steps = static_cast<std::size_t>(2 * std::sqrt(static_cast<double>(p.degree()))) + 2;
    const auto levels = static_cast<int>(std::bit_width(p.degree()));
    std::optional<std::pair<Cost, Shape>> best;
    const auto offer = [&](const Shape& shape) {
        const Cost price = cost(p, shape);
        if (!best || price < best->first) best.emplace(price, shape);
    };
    for (const int budget : {levels - 1, levels}) {
        for (std::size_t baby = 2; baby <= std::min(p.degree() + 1, most_baby_steps); ++baby) {
            offer({budget, baby, false});
            offer({budget, baby, true});
        }
    }
    return best ? best->second : Shape{};
}

}  // namespace

Expr evaluate(const Polynomial& p, const Expr& x, Location where) {
    return Evaluation(p, x, Recorded{where}).run(choose_shape(p));
}

Slots evaluate(const Polynomial& p, const Slots& x) { return Evaluation(p, x, InTheClear{}).run(choose_shape(p)); }

}  // namespace tacit::circuit
