#include "tacit/circuit/polynomial.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "tacit/circuit/domains.hpp"
#include "tacit/circuit/trace.hpp"

namespace tacit::circuit {
namespace {

using polynomial::Basis;
using polynomial::Interval;
using polynomial::Polynomial;

enum class Kind : std::uint8_t { full, odd, even };

/// Coefficients in [-1, 1], no 0 among those of the kind.
std::vector<double> random_coefficients(std::size_t degree, Kind kind, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::uniform_real_distribution<double> uniform(0.1, 1);
    std::vector<double> c(degree + 1, 0.0);
    for (std::size_t i = 0; i <= degree; ++i) {
        const double value = random() % 2 == 0 ? uniform(random) : -uniform(random);
        if (kind == Kind::full || (i % 2 == 1) == (kind == Kind::odd)) c[i] = value;
    }
    return c;
}

Circuit circuit_of(const Polynomial& p) {
    return trace<1>([&](const Expr& x) { return evaluate(p, x); });
}

std::vector<double> points(const Interval& interval) {
    std::vector<double> x(16);
    for (std::size_t i = 0; i < 16; ++i) {
        x[i] = interval.lower + (interval.upper - interval.lower) * static_cast<double>(i) / 15;
    }
    return x;
}

void expect_values(const Polynomial& p, const Interval& interval, double tolerance) {
    const std::vector<double> x = points(interval);
    Plain plain(16, {x});
    const auto traced = interpret(circuit_of(p), plain)[0];
    EXPECT_EQ(evaluate(p, Slots(x)), traced) << "Slots and Expr differ";
    for (std::size_t i = 0; i < 16; ++i) EXPECT_NEAR(traced[i].real(), p(x[i]), tolerance) << "at " << x[i];
}

TEST(EvaluatePolynomial, GivesTheValuesOfThePolynomial) {
    for (const Kind kind : {Kind::full, Kind::odd, Kind::even}) {
        for (std::size_t degree = 0; degree <= 64; ++degree) {
            SCOPED_TRACE("degree " + std::to_string(degree) + ", kind " + std::to_string(static_cast<int>(kind)));
            const auto c = random_coefficients(degree, kind, degree);
            expect_values(Polynomial::power(c), {-1, 1}, 1e-13);
            expect_values(Polynomial::chebyshev(c), {-1, 1}, 1e-11);
            expect_values(Polynomial::chebyshev(c, {-2, 2}), {-2, 2}, 1e-11);
            expect_values(Polynomial::chebyshev(c, {-1, 3.5}), {-1, 3.5}, 1e-9);
        }
    }
}

TEST(EvaluatePolynomial, TakesNoMoreLevelsThanAnyWayMust) {
    for (const Kind kind : {Kind::full, Kind::odd, Kind::even}) {
        for (std::size_t degree = 1; degree <= 64; ++degree) {
            const auto c = random_coefficients(degree, kind, 7);
            for (const Polynomial& p : {Polynomial::power(c), Polynomial::chebyshev(c),
                                        Polynomial::chebyshev(c, {-8, 8}), Polynomial::chebyshev(c, {0, 10})}) {
                EXPECT_EQ(depth(circuit_of(p)), static_cast<int>(std::bit_width(p.degree()))) << "degree " << degree;
            }
        }
    }
}

TEST(EvaluatePolynomial, APowerOfTwoWithoutCoefficientTakesALevelLess) {
    EXPECT_EQ(depth(circuit_of(Polynomial::power({0, 0, 0, 0, 1}))), 2);
    EXPECT_EQ(depth(circuit_of(Polynomial::power({0.5, 3, 2, -4, 1}))), 2);
    EXPECT_EQ(depth(circuit_of(Polynomial::power({0, 0, 0, 0, 0.5}))), 3);
    EXPECT_EQ(depth(circuit_of(Polynomial::power({7, 1}))), 0);
}

TEST(EvaluatePolynomial, TheIntervalCostsNoLevelAndNoProducts) {
    for (std::size_t degree = 1; degree <= 64; ++degree) {
        const auto c = random_coefficients(degree, Kind::full, 9);
        const auto narrow = operation_count(circuit_of(Polynomial::chebyshev(c)));
        const auto wide = operation_count(circuit_of(Polynomial::chebyshev(c, {-5, 8})));
        EXPECT_EQ(wide.products(), narrow.products()) << degree;
    }
}

/// Products of two encrypted values for degrees 1 to 64.
std::vector<std::size_t> products(Kind kind, Basis basis) {
    std::vector<std::size_t> counts;
    for (std::size_t degree = kind == Kind::even ? 2 : 1; degree <= 64; degree += kind == Kind::full ? 1 : 2) {
        const auto c = random_coefficients(degree, kind, 5);
        const auto p = basis == Basis::power ? Polynomial::power(c) : Polynomial::chebyshev(c);
        counts.push_back(operation_count(circuit_of(p)).products());
    }
    return counts;
}

std::string text(const std::vector<std::size_t>& counts) {
    std::string all;
    for (const std::size_t n : counts) all += std::to_string(n) + " ";
    return all;
}

TEST(EvaluatePolynomial, TakesThisManyProducts) {
    EXPECT_EQ(text(products(Kind::full, Basis::power)),
              "0 1 2 2 3 4 5 4 5 5 6 6 7 7 8 7 8 8 9 8 9 9 10 10 11 11 11 11 12 12 13 11 "
              "12 12 12 12 13 13 13 12 13 13 13 13 14 14 14 14 15 15 15 15 15 15 15 15 16 16 16 16 17 17 18 17 ");
    EXPECT_EQ(text(products(Kind::odd, Basis::power)),
              "0 2 3 5 5 6 7 8 8 8 9 9 10 10 11 12 "
              "11 11 12 12 12 12 13 13 14 14 14 14 15 15 16 17 ");
    EXPECT_EQ(text(products(Kind::even, Basis::power)),
              "1 2 3 3 4 5 6 5 6 6 7 7 8 8 9 8 "
              "9 9 10 9 10 10 11 11 12 12 12 12 13 13 14 12 ");
    for (const Kind kind : {Kind::full, Kind::odd, Kind::even}) {
        EXPECT_EQ(products(kind, Basis::chebyshev), products(kind, Basis::power));
    }
}

TEST(EvaluatePolynomial, OperationsStandInTheUsersLine) {
    int line = 0;
    const Circuit circuit = trace<1>([&](const Expr& x) {
        line = __LINE__ + 1;
        return evaluate(Polynomial::chebyshev({1, 2, 3, 4}, {0, 5}), x);
    });
    for (std::uint32_t i = 1; i < circuit.nodes().size(); ++i) {
        EXPECT_EQ(circuit.location({i}).line, line) << i;
        EXPECT_TRUE(circuit.location({i}).file.ends_with("polynomial_test.cpp"));
    }
}

}  // namespace
}  // namespace tacit::circuit
