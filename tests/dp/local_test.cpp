#include "tacit/dp/local.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "base/throws.hpp"
#include "dp/distributions.hpp"

namespace tacit::dp {
namespace {

TEST(RandomisedResponse, OfTwoCoinsIsTheArticles) {
    const auto poll = RandomisedResponse::two_coins();
    EXPECT_NEAR(poll.epsilon().approximate(), std::log(3.0), 1e-15);
    EXPECT_GE(static_cast<long double>(poll.epsilon().numerator()) / poll.epsilon().denominator(), std::log(3.0L));
    for (const std::uint64_t said : {0U, 25U, 50U, 75U, 100U}) {
        EXPECT_NEAR(poll.estimate(said, 100).value, 2.0 * static_cast<double>(said) / 100 - 0.5, 1e-12);
    }
    EXPECT_NEAR(poll.standard_error(100) * poll.standard_error(100), 3.0 / 400, 1e-12);
}

TEST(RandomisedResponse, TellsTheTruthAsOftenAsItSays) {
    const auto poll = RandomisedResponse::with_truth(4, Cost::ratio(2, 5));
    constexpr int rounds = 100000;
    for (std::uint64_t own = 0; own < 4; ++own) {
        std::array<double, 4> said{};
        for (int i = 0; i < rounds; ++i) ++said[poll.answer(own)];
        double statistic = 0;
        for (std::uint64_t other = 0; other < 4; ++other) {
            const double expected = rounds * (other == own ? 0.4 : 0.2);
            statistic += (said[other] - expected) * (said[other] - expected) / expected;
        }
        EXPECT_GT(chi_square_tail(statistic, 3), 1e-7) << own;
    }
}

/// By brute force over all outcomes, for every number of people whose own answer is yes.
TEST(RandomisedResponse, HasAnIntervalThatCoversWithNinetyFivePercentExactly) {
    const auto poll = RandomisedResponse::two_coins();
    constexpr std::uint64_t people = 30;
    std::array<Estimate, people + 1> estimates;
    for (std::uint64_t said = 0; said <= people; ++said) estimates[said] = poll.estimate(said, people);
    for (std::uint64_t own = 0; own <= people; ++own) {
        std::array<double, people + 1> chance{};  // of so many saying yes
        chance[0] = 1;
        for (std::uint64_t person = 0; person < people; ++person) {
            const double yes = person < own ? 0.75 : 0.25;
            for (std::uint64_t k = person + 1; k > 0; --k) chance[k] = chance[k] * (1 - yes) + chance[k - 1] * yes;
            chance[0] *= 1 - yes;
        }
        double covered = 0;
        for (std::uint64_t said = 0; said <= people; ++said) {
            const double share = static_cast<double>(own) / people;
            if (estimates[said].low <= share + 1e-12 && share - 1e-12 <= estimates[said].high) covered += chance[said];
        }
        EXPECT_GE(covered, 0.95) << own;
    }
    EXPECT_LT(estimates[15].high - estimates[15].low, 0.8);  // and is not everything
}

TEST(RandomisedResponse, EstimatesManyPeople) {
    const Estimate e = RandomisedResponse::two_coins().estimate(14406, 28812);
    EXPECT_NEAR(e.value, 0.5, 1e-12);
    EXPECT_NEAR(e.high - e.low, 0.02, 0.001);  // plus or minus a point takes 28,812 people
}

TEST(RandomisedResponse, RefusesWhatIsNoPoll) {
    expect_throws(ErrorCode::invalid_argument, "must be above 1/2 and below 1",
                  [] { return RandomisedResponse::with_truth(2, Cost::ratio(1, 2)); });
    expect_throws(ErrorCode::invalid_argument, "must be above 1/3 and below 1",
                  [] { return RandomisedResponse::with_truth(3, Cost::ratio(1, 1)); });
    const auto poll = RandomisedResponse::two_coins();
    expect_throws(ErrorCode::invalid_argument, "must be below 2", [&] { return poll.answer(2); });
    expect_throws(ErrorCode::invalid_argument, "3 of 2 people said so", [&] { return poll.estimate(3, 2); });
}

}  // namespace
}  // namespace tacit::dp
