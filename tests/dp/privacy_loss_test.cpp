// Privacy-loss distributions against closed forms, enumerations and exact compositions.
#include "tacit/dp/privacy_loss.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/seeded.hpp"
#include "base/throws.hpp"
#include "dp/loss_grid.hpp"

namespace tacit::dp {
namespace {

using Plan = std::vector<CountedPair>;

double normal_tail(double x) { return std::erfc(x / std::sqrt(2.0)) / 2; }

/// Of the normal mechanism: compositions are one with mu = sqrt(count) / sigma [DRS22].
double gaussian_delta(double mu, double epsilon) {
    return normal_tail(epsilon / mu - mu / 2) - std::exp(epsilon) * normal_tail(epsilon / mu + mu / 2);
}

double gaussian_epsilon(double mu, double delta) {
    double low = 0, high = 100;
    for (int i = 0; i < 200; ++i) {
        const double middle = (low + high) / 2;
        (gaussian_delta(mu, middle) > delta ? low : high) = middle;
    }
    return high;
}

/// Randomised response many times: losses are (2 j - count) epsilon with binomial weights.
double pure_delta(double each, int count, double epsilon) {
    double delta = 0;
    const double log_heads = -std::log1p(std::exp(-each));
    for (int j = 0; j <= count; ++j) {
        const double loss = (2 * j - count) * each;
        if (loss <= epsilon) continue;
        const double ways = std::lgamma(count + 1) - std::lgamma(j + 1) - std::lgamma(count - j + 1);
        delta += std::exp(ways + count * log_heads - (count - j) * each) * -std::expm1(epsilon - loss);
    }
    return delta;
}

void expect_around(const Bounds& bounds, double exact, double width, double exact_error = 1e-12) {
    EXPECT_LE(bounds.low, exact * (1 + exact_error));
    EXPECT_GE(bounds.high, exact * (1 - exact_error));
    EXPECT_LE(bounds.high - bounds.low, width);
}

TEST(PrivacyLoss, OfManyNormalMechanismsIsTheClosedForm) {
    const auto plan = [](std::uint64_t sigma, std::uint64_t count) {
        return Plan{{DominatingPair::gaussian(Cost::ratio(sigma, 1)), count}};
    };
    const Bounds target = epsilon_of(plan(100, 1000), 1e-6);
    EXPECT_NEAR(target.high, 1.367571, 2e-5);
    expect_around(target, gaussian_epsilon(std::sqrt(1000.0) / 100, 1e-6), 1e-4, 1e-9);
    expect_around(epsilon_of(plan(10, 100), 1e-6), gaussian_epsilon(1, 1e-6), 2e-4, 1e-9);
    expect_around(epsilon_of(plan(1, 1), 1e-6), gaussian_epsilon(1, 1e-6), 2e-4, 1e-9);
    expect_around(epsilon_of(plan(1, 20), 1e-9), gaussian_epsilon(std::sqrt(20.0), 1e-9), 3e-3, 1e-9);
}

TEST(PrivacyLoss, IsRightForDeltasFarBelowRoundOff) {
    const Plan plan{{DominatingPair::gaussian(Cost::ratio(20, 1)), 400}};
    for (const double epsilon : {3.0, 6.0, 9.0, 15.0}) {  // delta from 2e-3 to 4e-49
        const double exact = gaussian_delta(1, epsilon);
        const Bounds found = delta_of(plan, epsilon);
        expect_around(found, exact, 5e-3 * exact, 1e-9);
    }
}

TEST(PrivacyLoss, OfPureMechanismsIsTheBinomialSum) {
    for (const int count : {1, 2, 3, 30, 300}) {
        const Plan plan{{DominatingPair::pure(Cost::ratio(1, 7)), static_cast<std::uint64_t>(count)}};
        for (const double epsilon : {0.05, 0.11, 0.3, 1.0, 3.0}) {
            const double exact = pure_delta(1.0 / 7, count, epsilon);
            expect_around(delta_of(plan, epsilon), exact, 0.02 * exact + 1e-13, 1e-9);
        }
    }
}

TEST(PrivacyLoss, OfDiscreteNoiseIsTheExactComposition) {
    std::ifstream in(TACIT_SOURCE_DIR "/tests/vectors/privacy_loss.json");
    const auto cases = nlohmann::json::parse(in);
    ASSERT_GE(cases.size(), 20U);
    for (const auto& one : cases) {
        SCOPED_TRACE(one.dump());
        Plan plan;
        for (const auto& mechanism : one["mechanisms"]) {
            const auto parameter = mechanism["parameter"].get<std::uint64_t>();
            const auto distance = mechanism["distance"].get<std::uint64_t>();
            plan.push_back({mechanism["kind"] == "discrete_gaussian"
                                ? DominatingPair::discrete_gaussian(parameter, distance)
                                : DominatingPair::discrete_laplace(Cost::ratio(parameter, 1), distance),
                            mechanism["count"].get<std::uint64_t>()});
        }
        const double exact = std::stod(one["delta"].get<std::string>());
        const double epsilon = std::stod(one["epsilon"].get<std::string>());
        expect_around(delta_of(plan, epsilon), exact, 0.02 * exact);
        expect_around(epsilon_of(plan, exact), epsilon, 3e-3 * epsilon + 1e-4, 1e-9);
    }
}

TEST(PrivacyLoss, OfOneLaplaceMechanismIsTheClosedForm) {
    const Plan plan{{DominatingPair::laplace(Cost::ratio(1, 1)), 1}};
    for (const double epsilon : {0.0, 0.25, 0.6, 0.95}) {
        const double exact = -std::expm1((epsilon - 1) / 2);
        expect_around(delta_of(plan, epsilon), exact, 2e-3 * exact + 3e-4, 1e-9);
    }
    EXPECT_EQ(delta_of(plan, 1.5).low, 0);
    EXPECT_LE(epsilon_of(plan, 1e-12).high, 1 + 1e-3);
}

TEST(PrivacyLoss, NeverFallsWhereMoreIsSpent) {
    Seeded seeded;
    for (int trial = 0; trial < 12; ++trial) {
        const auto below = [&](std::uint64_t n) { return 1 + seeded.rng.next() % n; };
        Plan plan{{DominatingPair::discrete_gaussian(below(400), below(4)), below(20)},
                  {DominatingPair::discrete_laplace(Cost::ratio(below(40) + 9, 1), below(9)), below(30)},
                  {DominatingPair::approximate(Cost::ratio(below(9), 10), Cost::ratio(below(9), 100000000)), below(4)}};
        const Bounds before = epsilon_of(plan, 1e-5);
        EXPECT_LE(before.low, before.high);
        EXPECT_LE(epsilon_of(plan, 1e-4).low, before.high);
        EXPECT_GE(delta_of(plan, before.high).high, 1e-5 * 0.9);
        EXPECT_LE(delta_of(plan, before.high).low, 1e-5);
        plan[trial % 3].count += 5;
        EXPECT_GE(epsilon_of(plan, 1e-5).high, before.low);
    }
}

TEST(PrivacyLoss, OfAGridLiesOnBothSidesOfThePair) {
    // The hockey-stick divergence of a shift by 1 of discrete Gaussian noise, added up term by term.
    const double variance = 9;
    const LossGrid grid = discretise(DominatingPair::discrete_gaussian(9, 1), 0x1p-6);
    double total = 0;
    for (int y = -60; y <= 60; ++y) total += std::exp(-y * y / (2 * variance));
    for (double epsilon = -0.5; epsilon < 1; epsilon += 0.0371) {
        double exact = 0;
        for (int y = -60; y <= 60; ++y) {
            const double loss = (1 - 2 * y) / (2 * variance);
            if (loss > epsilon) exact -= std::exp(-y * y / (2 * variance)) / total * std::expm1(epsilon - loss);
        }
        double over = grid.infinite_over, under = grid.infinite_under;
        for (std::size_t i = 0; i < grid.over.size(); ++i) {
            const double loss = grid.step * static_cast<double>(grid.first + static_cast<std::int64_t>(i));
            if (loss <= epsilon) continue;
            over -= grid.over[i] * std::expm1(epsilon - loss);
            under -= grid.under[i] * std::expm1(epsilon - loss);
        }
        EXPECT_GE(over, exact * (1 - 1e-12));
        EXPECT_LE(under, exact * (1 + 1e-12));
        EXPECT_NEAR(over, under, 0.1 * exact + 1e-6);
    }
}

TEST(PrivacyLoss, OfMechanismsThatHardlyProtectIsNearTheirSum) {
    for (const std::uint64_t each : {20U, 100U, 500U}) {
        const Bounds found = epsilon_of(Plan{{DominatingPair::pure(Cost::ratio(each, 1)), 3}}, 1e-6);
        EXPECT_NEAR(found.high, 3.0 * static_cast<double>(each), 0.01 * static_cast<double>(each));
        EXPECT_LE(found.low, 3.0 * static_cast<double>(each));
        EXPECT_GE(found.low, 2.9 * static_cast<double>(each));
    }
}

TEST(PrivacyLoss, IsInfiniteWhereDeltaDoesNotReach) {
    const Plan plan{{DominatingPair::approximate(Cost::ratio(1, 10), Cost::ratio(1, 1000)), 10}};
    EXPECT_TRUE(std::isinf(epsilon_of(plan, 0.009).high));
    EXPECT_TRUE(std::isinf(epsilon_of(plan, 0.009).low));
    EXPECT_TRUE(std::isfinite(epsilon_of(plan, 0.011).high));
}

TEST(PrivacyLoss, RefusesWhatItCannotBound) {
    const Plan plan{{DominatingPair::pure(Cost::ratio(1, 10)), 1}};
    expect_throws(ErrorCode::invalid_argument, "delta is 0 and must be above 0 and below 1",
                  [&] { return epsilon_of(plan, 0).high; });
    expect_throws(ErrorCode::invalid_argument, "delta is nan", [&] { return epsilon_of(plan, std::nan("")).high; });
    expect_throws(ErrorCode::invalid_argument, "epsilon is -1 and must be", [&] { return delta_of(plan, -1).high; });
    expect_throws(ErrorCode::invalid_argument, "1 to 1000000 mechanisms", [] { return epsilon_of({}, 1e-6).high; });
    expect_throws(ErrorCode::invalid_argument, "1 to 1000000 mechanisms", [&] {
        return epsilon_of(Plan{{plan[0].pair, 1000001}}, 1e-6).high;
    });
    expect_throws(ErrorCode::invalid_argument, "above 0 and up to 500", [] { return DominatingPair::pure(Cost()); });
    expect_throws(ErrorCode::invalid_argument, "delta must be below 1",
                  [] { return DominatingPair::approximate(Cost::ratio(1, 1), Cost::ratio(1, 1)); });
    expect_throws(ErrorCode::invalid_argument, "take 2^-4 to 2^30",
                  [] { return DominatingPair::gaussian(Cost::ratio(1, 99)); });
    expect_throws(ErrorCode::invalid_argument, "take larger steps or another rho",
                  [] { return DominatingPair::discrete_gaussian(1, 17); });
}

}  // namespace
}  // namespace tacit::dp
