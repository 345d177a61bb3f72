#include "tensor/folded_polynomial.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <compare>
#include <optional>
#include <utility>

namespace tacit::tensor {

namespace {

using circuit::Expr;
using polynomial::Basis;
using polynomial::Polynomial;

/// What keeps x' h(x') and its factor about as large as each other.
double power_scale(double leading, std::size_t degree) {
    const std::size_t root = std::has_single_bit(degree) ? degree : degree - 1;
    return std::pow(std::abs(leading), 1 / static_cast<double>(root));
}

/// r such that the coefficients fall like r^n.
double rate(std::span<const double> c) {
    double largest = 0;
    for (const double x : c.subspan(1)) largest = std::max(largest, std::abs(x));
    return std::pow(std::abs(c.back()) / largest, 1 / static_cast<double>(c.size() - 2));
}

int levels_of_power(std::size_t n) { return n == 0 ? 0 : static_cast<int>(std::bit_width(n - 1)); }

/// The least levels of a polynomial; `monic`: its leading coefficient is 1.
int value_levels(std::size_t degree, bool monic) {
    if (monic && (degree == 0 || std::has_single_bit(degree))) return levels_of_power(degree);
    return static_cast<int>(std::bit_width(degree));
}

/// How m h(x') is computed for a monic h, m at some level: m (q V_s + r) = (m V_s) q + m r.
struct Split {
    int levels = 0;     ///< of the result
    int splits = 0;     ///< how many follow one another
    std::size_t s = 0;  ///< 0: h is a factor as a whole
    friend auto operator<=>(const Split&, const Split&) = default;
};

Split best_split(int level, std::size_t degree) {
    if (degree == 0) return {level, 0, 0};
    Split best{std::max(level, value_levels(degree, true)) + 1, 0, 0};
    for (std::size_t s = 1; s < degree; s *= 2) {
        const int after = std::max(level, levels_of_power(s)) + 1;
        if (after >= best.levels) break;
        const Split rest = best_split(after, degree - s);
        best = std::min(best, {rest.levels, rest.splits + 1, s});
    }
    return best;
}

bool is_zero(const std::vector<double>& c) {
    return std::ranges::all_of(c, [](double x) { return x == 0; });
}

}  // namespace

FoldedPolynomial fold(const Polynomial& p) {
    const auto c = p.coefficients();
    FoldedPolynomial made;
    made.degree = p.degree();
    std::vector<double> a(c.begin(), c.end());  // in the basis of V
    if (p.basis() == Basis::power) {
        made.scale = power_scale(c.back(), p.degree());
        for (std::size_t n = 0; n < a.size(); ++n) a[n] /= std::pow(made.scale, static_cast<double>(n));
    } else {
        const double r = rate(c);
        made.scale = 2 * r / p.interval().half_width();
        made.centre = p.interval().midpoint();
        made.shrink = r * r;
        for (std::size_t n = 1; n < a.size(); ++n) a[n] /= 2 * std::pow(r, static_cast<double>(n));
    }
    made.factor = a.back();
    std::vector<double>& h = made.cofactor;
    h.assign(p.degree() + 2, 0.0);  // V_1 V_n = V_{n+1} + shrink V_{n-1}
    for (std::size_t n = p.degree(); n > 0; --n) h[n - 1] = a[n] / made.factor - made.shrink * h[n + 1];
    h.resize(p.degree());
    h.back() = 1;
    made.constant = a[0] - 2 * made.shrink * made.factor * h[1];
    return made;
}

int slope_levels(const FoldedPolynomial& p) { return best_split(0, p.degree - 1).levels; }
int product_levels(const FoldedPolynomial& p) { return best_split(1, p.degree - 1).levels; }

Expr FoldedValue::slope() { return product(power(1), 0, p_.cofactor); }
Expr FoldedValue::times(const circuit::Located& m) { return product(m * power(1), 1, p_.cofactor); }

Expr FoldedValue::power(std::size_t n) {
    if (const auto known = powers_.find(n); known != powers_.end()) return known->second;
    const std::size_t a = std::bit_floor(n - 1), b = n - a;
    Expr v = power(a) * power(b);
    const double shrink = std::pow(p_.shrink, static_cast<double>(b));
    if (shrink != 0) v = a == b ? v - 2 * shrink : v - power(a - b) * shrink;
    return powers_.emplace(n, v).first->second;
}

Expr FoldedValue::product(Expr m, int level, Coefficients h) {
    std::optional<Expr> sum;
    for (;;) {
        const std::size_t s = best_split(level, h.size() - 1).s;
        if (s == 0) break;
        const Coefficients remainder = divide(h, s);
        add_product(sum, m, remainder);
        m = m * power(s);
        level = std::max(level, levels_of_power(s)) + 1;
    }
    add_product(sum, m, h);
    return *sum;
}

FoldedValue::Coefficients FoldedValue::divide(Coefficients& h, std::size_t s) const {
    Coefficients quotient(h.begin() + static_cast<std::ptrdiff_t>(s), h.end());
    for (std::size_t i = quotient.size(); i-- > 1;) {  // V_{s+i} = V_s V_i - shrink^min V_|s-i|, downwards
        const std::size_t least = std::min(s, i), low = std::max(s, i) - least;
        const double moved = quotient[i] * std::pow(p_.shrink, static_cast<double>(least));
        if (low >= s) {
            quotient[low - s] -= moved;
        } else {
            h[low] -= low == 0 ? 2 * moved : moved;
        }
    }
    h.resize(s);
    return std::exchange(h, std::move(quotient));
}

void FoldedValue::add_product(std::optional<Expr>& sum, const Expr& m, const Coefficients& h) {
    if (is_zero(h)) return;
    std::size_t degree = h.size() - 1;
    while (h[degree] == 0) --degree;
    const std::size_t baby = degree < 12 ? 2 : degree < 40 ? 4 : 8;
    const Sum factor = value({h.begin(), h.begin() + static_cast<std::ptrdiff_t>(degree) + 1},
                             value_levels(degree, h[degree] == 1), baby);
    const auto term = [&] {
        if (!factor.variable) return scaled(m, factor.constant);
        return m * (factor.constant == 0 ? *factor.variable : *factor.variable + factor.constant);
    }();
    sum = sum ? *sum + term : term;
}

Expr FoldedValue::scaled(const Expr& x, double factor) const {
    if (factor == 1) return x;
    return factor == -1 ? -x : x * factor;
}

FoldedValue::Sum FoldedValue::value(Coefficients h, int budget, std::size_t baby) {
    while (h.size() > 1 && h.back() == 0) h.pop_back();
    const auto fits = [&](std::size_t i) {
        return h[i] == 0 || levels_of_power(i) + (std::abs(h[i]) == 1 ? 0 : 1) <= budget;
    };
    bool leaf = h.size() <= std::max<std::size_t>(2, baby);
    for (std::size_t i = 1; i < h.size(); ++i) leaf = leaf && fits(i);
    Sum sum;
    const auto add = [&](const Expr& term) { sum.variable = sum.variable ? *sum.variable + term : term; };
    if (!leaf) {
        const std::size_t s = std::bit_floor(h.size() - 1);
        Coefficients low = divide(h, s);
        const Sum quotient = value(std::move(h), budget - 1, baby);
        if (!quotient.variable) {
            add(scaled(power(s), quotient.constant));
        } else {
            add((quotient.constant == 0 ? *quotient.variable : *quotient.variable + quotient.constant) * power(s));
        }
        const Sum rest = value(std::move(low), budget, baby);
        if (rest.variable) add(*rest.variable);
        sum.constant = rest.constant;
        return sum;
    }
    sum.constant = h[0];
    for (std::size_t i = h.size(); i-- > 1;) {
        if (h[i] != 0) add(scaled(power(i), h[i]));
    }
    return sum;
}

}  // namespace tacit::tensor
