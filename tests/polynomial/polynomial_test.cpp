#include "tacit/polynomial/polynomial.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "base/throws.hpp"
#include "tacit/base/error.hpp"

namespace tacit::polynomial {
namespace {

TEST(Polynomial, PowersAreEvaluatedByHornersRule) {
    const Polynomial p = Polynomial::power({1, -2, 0, 4});
    EXPECT_EQ(p.degree(), 3U);
    EXPECT_EQ(p(0), 1);
    EXPECT_EQ(p(2), 1 - 4 + 32);
    EXPECT_EQ(p(-0.5), 1 + 1 - 0.5);
}

TEST(Polynomial, ChebyshevPolynomialsAreCosinesOfMultiples) {
    for (std::size_t n = 0; n <= 40; ++n) {
        std::vector<double> coefficients(n + 1, 0.0);
        coefficients[n] = 1;
        const Polynomial p = Polynomial::chebyshev(coefficients, {2, 6});
        for (int i = 0; i <= 20; ++i) {
            const double angle = 0.157 * i;
            EXPECT_NEAR(p(4 + 2 * std::cos(angle)), std::cos(static_cast<double>(n) * angle), 1e-12) << n;
        }
    }
}

TEST(Polynomial, LeadingZerosDoNotCount) {
    EXPECT_EQ(Polynomial::power({1, 2, 0, 0}), Polynomial::power({1, 2}));
    EXPECT_EQ(Polynomial::power({0, 0}).degree(), 0U);
}

TEST(Polynomial, KnownChebyshevPolynomialsInPowers) {
    EXPECT_THAT(Polynomial::chebyshev({0, 0, 0, 0, 1}).in_power_basis().coefficients(),
                testing::ElementsAre(1, 0, -8, 0, 8));
    // T_2 over [0, 4]: 2 ((x - 2) / 2)^2 - 1
    EXPECT_THAT(Polynomial::chebyshev({0, 0, 1}, {0, 4}).in_power_basis().coefficients(),
                testing::ElementsAre(1, -2, 0.5));
}

TEST(Polynomial, TheBasesAgree) {
    std::mt19937_64 random(3);
    std::uniform_real_distribution<double> uniform(-1, 1);
    for (std::size_t degree = 0; degree <= 15; ++degree) {
        std::vector<double> coefficients(degree + 1);
        for (double& c : coefficients) c = uniform(random);
        const Polynomial p = Polynomial::chebyshev(coefficients, {-3, 5});
        const Polynomial q = p.in_power_basis();
        EXPECT_EQ(q.basis(), Basis::power);
        for (int i = 0; i <= 16; ++i) EXPECT_NEAR(q(-3 + 0.5 * i), p(-3 + 0.5 * i), 1e-9) << degree;
    }
}

TEST(Polynomial, RefusesNoCoefficients) {
    expect_throws(ErrorCode::invalid_argument, "there are no coefficients", [] { return Polynomial::power({}); });
}

TEST(Polynomial, RefusesInfiniteCoefficients) {
    expect_throws(ErrorCode::invalid_argument, "coefficient 1 is inf", [] {
        return Polynomial::chebyshev({0, std::numeric_limits<double>::infinity()});
    });
}

TEST(Polynomial, RefusesWhatIsNoInterval) {
    expect_throws(ErrorCode::invalid_argument, "[1, 1] is no interval; give two finite ends, the smaller first", [] {
        return Polynomial::chebyshev({0, 1}, {1, 1});
    });
    expect_throws(ErrorCode::invalid_argument, "is no interval", [] {
        return Polynomial::chebyshev({0, 1}, {0, std::nan("")});
    });
}

}  // namespace
}  // namespace tacit::polynomial
