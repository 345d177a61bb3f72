#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tacit::polynomial {

/// A closed interval; both ends finite, lower below upper.
struct Interval {
    double lower = -1;
    double upper = 1;
    [[nodiscard]] double midpoint() const noexcept { return lower / 2 + upper / 2; }
    [[nodiscard]] double half_width() const noexcept { return upper / 2 - lower / 2; }
    friend bool operator==(const Interval&, const Interval&) = default;
};

/// Throws `invalid_argument`, beginning with `operation`, unless the interval is one.
void require_interval(const char* operation, const Interval& interval);

enum class Basis : std::uint8_t {
    power,      ///< 1, x, x^2, ...
    chebyshev,  ///< T_0(t), T_1(t), ... with t = (x - midpoint) / half_width of an interval
};

/// A real polynomial in one variable, by its coefficients in one of two bases. Coefficients that are exactly 0 cost
/// nothing where it is evaluated; the last one is not 0, except in the polynomial 0.
class Polynomial {
public:
    /// c_0 + c_1 x + c_2 x^2 + ...; `invalid_argument` if there is no coefficient or one is not finite.
    [[nodiscard]] static Polynomial power(std::vector<double> coefficients);
    /// c_0 + c_1 T_1(t) + c_2 T_2(t) + ... over an interval; `invalid_argument` as above and for a bad interval.
    [[nodiscard]] static Polynomial chebyshev(std::vector<double> coefficients, Interval interval = {-1, 1});

    [[nodiscard]] std::size_t degree() const noexcept { return coefficients_.size() - 1; }
    [[nodiscard]] Basis basis() const noexcept { return basis_; }
    [[nodiscard]] std::span<const double> coefficients() const noexcept { return coefficients_; }
    /// What t in [-1, 1] stands for in the Chebyshev basis; without meaning in the power basis.
    [[nodiscard]] const Interval& interval() const noexcept { return interval_; }

    /// The value at x, by Horner's or Clenshaw's rule.
    [[nodiscard]] double operator()(double x) const noexcept;
    /// The same polynomial in powers of x. Its coefficients grow like 2.4^degree on [-1, 1] and cancel: up to degree
    /// 15 or so at least 10 digits remain.
    [[nodiscard]] Polynomial in_power_basis() const;

    friend bool operator==(const Polynomial&, const Polynomial&) = default;

private:
    Polynomial(Basis basis, std::vector<double> coefficients, Interval interval);

    Basis basis_;
    std::vector<double> coefficients_;
    Interval interval_;
};

}  // namespace tacit::polynomial
