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

TEST(PrivacyLoss, OfOneExponentialMechanismIsTheClosedForm) {
    for (const std::uint64_t tenths : {1U, 10U, 40U}) {
        const Plan plan{{DominatingPair::exponential(Cost::ratio(tenths, 10)), 1}};
        const double width = static_cast<double>(tenths) / 10;
        for (const double share : {0.0, 0.3, 0.9}) {
            const double epsilon = share * width;
            const double exact = std::pow(std::exp(width / 2) - std::exp(epsilon / 2), 2) / std::expm1(width);
            expect_around(delta_of(plan, epsilon), exact, 0.02 * exact, 1e-9);
        }
    }
}

/// The hockey-stick divergence of an exponential mechanism's outputs, by all probabilities.
double divergence(const std::vector<double>& scores, const std::vector<double>& moved, double rate, double epsilon) {
    double here = 0, there = 0, delta = 0;
    for (std::size_t i = 0; i < scores.size(); ++i) {
        here += std::exp(rate * scores[i]);
        there += std::exp(rate * moved[i]);
    }
    for (std::size_t i = 0; i < scores.size(); ++i) {
        delta += std::max(0.0, std::exp(rate * scores[i]) / here - std::exp(epsilon + rate * moved[i]) / there);
    }
    return delta;
}

TEST(PrivacyLoss, OfExponentialMechanismsIsNeverBelowThatOfOneOfThem) {
    Seeded seeded;
    double nearest = 0;
    const Plan plan{{DominatingPair::exponential(Cost::ratio(1, 1)), 1}};
    for (int trial = 0; trial < 2000; ++trial) {
        std::vector<double> scores(2 + seeded.rng.next() % 5), moved;
        for (double& score : scores) score = static_cast<double>(seeded.rng.next() % 60) / 10;
        for (const double score : scores) moved.push_back(score + static_cast<double>(seeded.rng.next() % 2));
        const double epsilon = static_cast<double>(seeded.rng.next() % 10) / 10;
        const double bound = std::pow(std::exp(0.5) - std::exp(epsilon / 2), 2) / std::expm1(1.0);
        for (const double found : {divergence(scores, moved, 1, epsilon), divergence(moved, scores, 1, epsilon)}) {
            ASSERT_LE(found, bound * (1 + 1e-12));
            nearest = std::max(nearest, found / bound);
        }
    }
    EXPECT_GT(nearest, 0.95);
    // In plans it costs less than report-noisy-max, of which only epsilon is known.
    const Plan many{{DominatingPair::exponential(Cost::ratio(1, 10)), 100}};
    const Plan pure{{DominatingPair::pure(Cost::ratio(1, 10)), 100}};
    EXPECT_LT(epsilon_of(many, 1e-6).high, 0.6 * epsilon_of(pure, 1e-6).low);
}

/// Of normal noise on a sample, for the worse of the two rows.
double sampled_delta(double mu, double rate, double epsilon) {
    const double inner = std::log1p(std::expm1(epsilon) / rate);  // a row that goes
    const double goes = rate * gaussian_delta(mu, inner);
    const double gone = std::expm1(-epsilon) / rate;
    if (gone <= -1) return goes;
    const double bound = std::log1p(gone);  // a row that comes: where the pair's loss is below this
    const double without = normal_tail((-mu * mu / 2 - bound) / mu), with = normal_tail((mu * mu / 2 - bound) / mu);
    return std::max(goes, without - std::exp(epsilon) * ((1 - rate) * without + rate * with));
}

TEST(PrivacyLoss, OfNormalNoiseOnOneSampleIsTheClosedForm) {
    for (const std::uint64_t hundredths : {2U, 90U}) {
        for (const std::uint64_t sigma : {1U, 3U}) {
            const auto pair = DominatingPair::gaussian(Cost::ratio(sigma, 1)).sampled(Cost::ratio(hundredths, 100));
            const Plan plan{{pair, 1}};
            for (const double epsilon : {0.0, 0.1, 1.5}) {
                const double exact =
                    sampled_delta(1 / static_cast<double>(sigma), static_cast<double>(hundredths) / 100, epsilon);
                expect_around(delta_of(plan, epsilon), exact, 0.03 * exact + 1e-5, 1e-7);
            }
        }
    }
}

TEST(PrivacyLoss, OfManySamplesIsThatOfAnotherAccountant) {
    const auto pair = DominatingPair::gaussian(Cost::ratio(1, 1)).sampled(Cost::ratio(1, 100));
    const Bounds found = epsilon_of(Plan{{pair, 1000}}, 1e-6);
    EXPECT_NEAR(found.high, 2.1245, 2e-3);  // dp_accounting: 2.124523 at interval 1e-4, above the truth
    EXPECT_LE(found.low, 2.124523);
    EXPECT_GE(found.low, 2.09);
    // Discrete noise of this width is nearly normal, and a sample of nearly all is nearly no sample.
    const auto discrete = DominatingPair::discrete_gaussian(10000, 100).sampled(Cost::ratio(1, 100));
    EXPECT_NEAR(epsilon_of(Plan{{discrete, 1000}}, 1e-6).high, found.high, 2e-3);
    const auto whole = DominatingPair::gaussian(Cost::ratio(10, 1));
    EXPECT_NEAR(epsilon_of(Plan{{whole.sampled(Cost::ratio(999999, 1000000)), 100}}, 1e-6).high,
                epsilon_of(Plan{{whole, 100}}, 1e-6).high, 1e-3);
}

TEST(PrivacyLoss, NeverFallsWhereMoreIsSpent) {
    Seeded seeded;
    for (std::size_t trial = 0; trial < 12; ++trial) {
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
    expect_throws(ErrorCode::invalid_argument, "a sample of rate 2 of normal of 3 sensitivities cannot be planned",
                  [] { return DominatingPair::gaussian(Cost::ratio(3, 1)).sampled(Cost::ratio(2, 1)); });
    expect_throws(ErrorCode::invalid_argument, "take Gaussian noise",
                  [&] { return plan[0].pair.sampled(Cost::ratio(1, 2)); });
    expect_throws(ErrorCode::invalid_argument, "take larger steps or another rho",
                  [] { return DominatingPair::discrete_gaussian(1, 17); });
}

}  // namespace
}  // namespace tacit::dp
