#include "tacit/polynomial/fit.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "base/throws.hpp"
#include "tacit/base/error.hpp"

namespace tacit::polynomial {
namespace {

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

using Method = Fit (*)(const Function&, int, const Interval&);
constexpr Method methods[] = {interpolate, least_squares, minimax};

TEST(Fit, PolynomialsOfTheDegreeAreFoundAgain) {
    const Polynomial p = Polynomial::chebyshev({0.5, -1, 0.25, 2, -0.125}, {-2, 7});
    for (const Method fit : methods) {
        const Fit found = fit([&](double x) { return p(x); }, 6, {-2, 7});
        EXPECT_LT(found.largest_error, 1e-12);
        for (std::size_t i = 0; i <= 4; ++i) {
            EXPECT_NEAR(found.polynomial.coefficients()[i], p.coefficients()[i], 1e-12);
        }
    }
}

TEST(Fit, SymmetryIsExact) {
    for (const Method fit : methods) {
        for (const int degree : {6, 7}) {
            const auto odd = fit(sigmoid, degree, {-8, 8}).polynomial;
            for (std::size_t i = 2; i <= odd.degree(); i += 2) EXPECT_EQ(odd.coefficients()[i], 0) << i;
            const auto even = fit([](double x) { return std::cosh(x - 1); }, degree, {-1, 3}).polynomial;
            for (std::size_t i = 1; i <= even.degree(); i += 2) EXPECT_EQ(even.coefficients()[i], 0) << i;
        }
    }
}

TEST(Fit, TheErrorIsWhatADenserGridFinds) {
    for (const Method fit : methods) {
        const Fit found = fit([](double x) { return std::exp(-x * x) + x; }, 9, {-3, 4});
        double largest = 0;
        for (int i = 0; i <= 70000; ++i) {
            const double x = -3 + 1e-4 * i;
            largest = std::fmax(largest, std::fabs(std::exp(-x * x) + x - found.polynomial(x)));
        }
        EXPECT_NEAR(found.largest_error, largest, 1e-6 * largest);
    }
}

TEST(Fit, MinimaxErrorsAreTheKnownOnes) {
    // The best approximation of x^n by lower degrees strays by 2^(1-n): x^n - p is T_n / 2^(n-1).
    for (int n = 1; n <= 12; ++n) {
        const Fit fit = minimax([n](double x) { return std::pow(x, n); }, n - 1, {-1, 1});
        EXPECT_NEAR(fit.largest_error, std::ldexp(1.0, 1 - n), 1e-9 * std::ldexp(1.0, 1 - n)) << n;
    }
    // 1 / (x - a), a > 1: (a - sqrt(a^2 - 1))^n / (a^2 - 1) [Tre19].
    for (int n = 0; n <= 12; ++n) {
        const double a = 1.5;
        const Fit fit = minimax([a](double x) { return 1 / (x - a); }, n, {-1, 1});
        const double known = std::pow(a - std::sqrt(a * a - 1), n) / (a * a - 1);
        EXPECT_NEAR(fit.largest_error, known, 1e-8 * known) << n;
    }
    // |x|: 1/8 at degree 2 by x^2 + 1/8; degree 20 is 0.2801694990 / 20 up to terms in 1/20^2 (Bernstein's constant).
    EXPECT_NEAR(minimax([](double x) { return std::fabs(x); }, 2, {-1, 1}).largest_error, 0.125, 1e-9);
    EXPECT_NEAR(minimax([](double x) { return std::fabs(x); }, 20, {-1, 1}).largest_error, 0.28017 / 20, 4e-5);
    // exp at degree 1: slope (e - 1/e) / 2, the error is that of the chord halved.
    const double slope = std::sinh(1.0);
    const double known = (std::exp(1.0) - slope - (slope - slope * std::log(slope))) / 2;
    EXPECT_NEAR(minimax([](double x) { return std::exp(x); }, 1, {-1, 1}).largest_error, known, 1e-10);
}

TEST(Fit, MinimaxErrorsAlternateAsOftenAsTheDegreeAsks) {
    for (const int degree : {3, 5, 9, 15, 31}) {
        const Fit fit = minimax([](double x) { return sigmoid(x) + 0.01 * x * x; }, degree, {-6, 9});
        int alternations = 0;
        double last = 0;
        for (int i = 0; i <= 30000; ++i) {
            const double x = -6 + 5e-4 * i;
            const double error = sigmoid(x) + 0.01 * x * x - fit.polynomial(x);
            if (std::fabs(error) < 0.999 * fit.largest_error || error * last > 0) continue;
            last = error;
            ++alternations;
        }
        EXPECT_GE(alternations, degree + 2) << degree;
    }
}

TEST(Fit, MinimaxIsTheBestOfTheThreeAndInterpolationNotFarBehind) {
    const Function functions[] = {sigmoid, [](double x) { return std::exp(x / 4); },
                                  [](double x) { return std::fabs(x - 0.3); }};
    for (const Function& f : functions) {
        for (int degree = 0; degree <= 24; ++degree) {
            const double best = minimax(f, degree, {-8, 8}).largest_error;
            const double nodes = interpolate(f, degree, {-8, 8}).largest_error;
            EXPECT_LE(best, nodes * (1 + 1e-9) + 1e-13);
            EXPECT_LE(best, least_squares(f, degree, {-8, 8}).largest_error * (1 + 1e-9) + 1e-13);
            EXPECT_LE(nodes, (2 + 0.6367 * std::log(degree + 1.0)) * best + 1e-12) << degree;
        }
    }
}

TEST(Fit, LeastSquaresOfTheSigmoidIsThePublishedOne) {
    // [KSWXJ18]: degrees 3 and 7 on [-8, 8].
    const auto cubic = least_squares(sigmoid, 3, {-8, 8}).polynomial.in_power_basis();
    EXPECT_NEAR(cubic.coefficients()[0], 0.5, 1e-12);
    EXPECT_NEAR(cubic.coefficients()[1], 1.20096 / 8, 2e-4);
    EXPECT_NEAR(cubic.coefficients()[3], -0.81562 / 512, 2e-6);
    const auto seventh = least_squares(sigmoid, 7, {-8, 8}).polynomial.in_power_basis();
    const double published[] = {0.5, 1.73496, 0, -4.19407, 0, 5.43402, 0, -2.50739};
    for (std::size_t i = 0; i <= 7; ++i) {
        EXPECT_NEAR(seventh.coefficients()[i] * std::pow(8.0, static_cast<double>(i)), published[i], 0.02) << i;
    }
}

TEST(Fit, LeastSquaresLeavesAnErrorOrthogonalToTheDegree) {
    const Function f = [](double x) { return std::exp(x); };
    const auto p = least_squares(f, 4, {-1, 2}).polynomial;
    for (int power = 0; power <= 4; ++power) {
        double integral = 0;  // midpoint rule
        for (int i = 0; i < 30000; ++i) {
            const double x = -1 + 1e-4 * (i + 0.5);
            integral += 1e-4 * (f(x) - p(x)) * std::pow(x, power);
        }
        EXPECT_NEAR(integral, 0, 1e-8) << power;
    }
}

TEST(FitErrors, NameTheFitAndTheRemedy) {
    expect_throws(ErrorCode::invalid_argument, "minimax: degree 256 is outside 0 to 255", [] {
        return minimax(sigmoid, 256, {-1, 1});
    });
    expect_throws(ErrorCode::invalid_argument, "interpolate: degree -1 is outside", [] {
        return interpolate(sigmoid, -1, {-1, 1});
    });
    expect_throws(ErrorCode::invalid_argument, "least_squares: [2, -2] is no interval", [] {
        return least_squares(sigmoid, 3, {2, -2});
    });
    expect_throws(ErrorCode::invalid_argument,
                  "minimax: the function is -inf at 0; choose an interval where it is finite", [] {
                      return minimax([](double x) { return std::log(x); }, 3, {0, 1});
                  });
    double calls = 0;  // never the same twice
    const auto noise = [&calls](double) {
        ++calls;
        return std::sin(calls * calls);
    };
    expect_throws(ErrorCode::invalid_argument, "minimax: the exchange does not settle at degree 4 on [0, 1]", [&] {
        return minimax(noise, 4, {0, 1});
    });
}

}  // namespace
}  // namespace tacit::polynomial
