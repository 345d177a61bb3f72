#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <vector>

#include "tacit/circuit/expr.hpp"
#include "tacit/polynomial/polynomial.hpp"

namespace tacit::tensor {

/// A polynomial of degree d >= 2 such that a product with it takes no level for coefficients:
/// p(x) = constant + factor x' h(x') with x' = scale (x - centre).
///
/// h = V_{d-1} + ... is monic in the basis V_1 = x', V_{a+b} = V_a V_b - shrink^b V_{a-b}, where V_0 counts twice:
/// powers if shrink is 0, otherwise V_n = 2 r^n T_n(x' / 2r) with r^2 = shrink. So only `factor` is not 1, and
/// whoever knows what the polynomial is multiplied with carries it; scale and centre go to the matrices behind x.
/// In the Chebyshev basis r is the rate at which the coefficients fall, so that those of h are about as large as 1.
struct FoldedPolynomial {
    std::size_t degree = 2;
    double scale = 1;
    double centre = 0;
    double constant = 0;
    double factor = 1;
    double shrink = 0;
    std::vector<double> cofactor{};  ///< h, d coefficients, the last one 1
};

/// Precondition: degree at least 2.
[[nodiscard]] FoldedPolynomial fold(const polynomial::Polynomial& p);

/// The levels that x' h(x') takes after x': ceil(log2(degree)).
[[nodiscard]] int slope_levels(const FoldedPolynomial& p);
/// The levels that m x' h(x') takes after x', for an m of the level of x': ceil(log2(degree + 1)), as the coefficients
/// and m are factors of the lowest power [PS73].
[[nodiscard]] int product_levels(const FoldedPolynomial& p);

/// Writes x' h(x') and its products at one x'. Equal operations are one in a circuit, so h costs once for all products.
class FoldedValue {
public:
    /// Views the polynomial, which must outlive it.
    FoldedValue(const FoldedPolynomial& p, const circuit::Expr& x) : p_(p), powers_{{1, x}} {}
    /// x' h(x')
    [[nodiscard]] circuit::Expr slope();
    /// m x' h(x')
    [[nodiscard]] circuit::Expr times(const circuit::Located& m);

private:
    using Coefficients = std::vector<double>;
    [[nodiscard]] circuit::Expr power(std::size_t n);
    /// m h with h split where that saves levels; m at `level` after x'.
    [[nodiscard]] circuit::Expr product(circuit::Expr m, int level, Coefficients h);
    /// h = quotient V_s + remainder: leaves the remainder.
    [[nodiscard]] Coefficients divide(Coefficients& h, std::size_t s) const;
    /// m h(x'), or h(x') if there is no m; nothing if h is 0.
    void add_product(std::optional<circuit::Expr>& sum, const circuit::Expr& m, const Coefficients& h);
    struct Sum {
        std::optional<circuit::Expr> variable{};
        double constant = 0;
    };
    [[nodiscard]] Sum value(Coefficients h, int budget, std::size_t baby);
    [[nodiscard]] circuit::Expr scaled(const circuit::Expr& x, double factor) const;

    const FoldedPolynomial& p_;
    std::map<std::size_t, circuit::Expr> powers_;
};

}  // namespace tacit::tensor
