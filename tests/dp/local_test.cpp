#include "tacit/dp/local.hpp"

#include <gtest/gtest.h>

#include <array>
#include <bit>
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

constexpr std::uint64_t many = 40;
const Cost one = Cost::ratio(1, 1);

TEST(LocalMechanisms, LoseNoMoreThanWasAskedForAndNearlyThat) {
    for (const Cost& epsilon : {Cost::ratio(1, 256), Cost::ratio(1, 2), one, Cost::ratio(7, 2), Cost::ratio(16, 1)}) {
        for (const Cost& lost :
             {RandomisedResponse::with_epsilon(many, epsilon).epsilon(),
              UnaryEncoding::symmetric(many, epsilon).epsilon(), UnaryEncoding::optimised(many, epsilon).epsilon(),
              LocalHashing::with_epsilon(many, epsilon).epsilon(),
              HadamardResponse::with_epsilon(many, epsilon).epsilon()}) {
            EXPECT_LE(lost, epsilon);
            EXPECT_GT(lost.approximate(), epsilon.approximate() * (1 - 1e-6));
        }
    }
}

/// `ask()` is one report about `own`, `supports(report, v)` whether it supports v: as often as the rates say.
template <class Ask, class Supports>
void expect_rates(const SupportRates& rates, std::uint64_t own, const Ask& ask, const Supports& supports) {
    constexpr int rounds = 20000;
    std::array<double, many> said{};
    for (int i = 0; i < rounds; ++i) {
        const auto report = ask();
        for (std::uint64_t v = 0; v < many; ++v) said[v] += supports(report, v) ? 1 : 0;
    }
    for (std::uint64_t v = 0; v < many; ++v) {
        const double p = v == own ? rates.own : rates.other;
        EXPECT_NEAR(said[v] / rounds, p, 6.5 * std::sqrt(p * (1 - p) / rounds)) << v;
    }
}

TEST(UnaryEncoding, SetsBitsAsOftenAsItsRatesSay) {
    for (const auto& poll : {UnaryEncoding::symmetric(many, one), UnaryEncoding::optimised(many, one),
                             UnaryEncoding::with_probabilities(many, Cost::ratio(2, 3), Cost::ratio(1, 7))}) {
        expect_rates(
            poll.rates(), 7, [&] { return poll.answer(7); }, [](const auto& bits, auto v) { return bits[v] == 1; });
    }
    EXPECT_EQ(UnaryEncoding::with_probabilities(2, Cost::ratio(3, 4), Cost::ratio(1, 4)).epsilon().approximate(),
              RandomisedResponse::with_truth(2, Cost::ratio(9, 10)).epsilon().approximate());  // ln 9 both
}

TEST(LocalHashing, SupportsAnswersAsOftenAsItsRatesSay) {
    const auto poll = LocalHashing::with_epsilon(many, Cost::ratio(3, 2));
    EXPECT_EQ(poll.buckets(), 5U);
    expect_rates(
        poll.rates(), 39,
        [&] {
            const auto report = poll.answer(39);
            EXPECT_TRUE(poll.is_valid(report));
            return report;
        },
        [&](const auto& report, auto v) { return poll.supports(report, v); });
    EXPECT_FALSE(poll.is_valid({0, 0, 0}));
    EXPECT_FALSE(poll.is_valid({1, ~std::uint64_t{0}, 0}));
    EXPECT_FALSE(poll.is_valid({1, 0, 5}));
}

TEST(HadamardResponse, SupportsAnswersAsOftenAsItsRatesSay) {
    const auto poll = HadamardResponse::with_epsilon(many, one);
    EXPECT_EQ(poll.points(), 64U);
    std::vector<std::uint64_t> counts(64);
    constexpr int rounds = 100000;
    for (int i = 0; i < rounds; ++i) ++counts[poll.answer(5)];
    const auto said = poll.support(counts);
    ASSERT_EQ(said.size(), many);
    for (std::uint64_t v = 0; v < many; ++v) {
        const double p = v == 5 ? poll.rates().own : 0.5;
        EXPECT_NEAR(static_cast<double>(said[v]) / rounds, p, 6.5 * std::sqrt(p * (1 - p) / rounds)) << v;
    }
    // The report itself takes two probabilities alone, a half of the points each.
    double statistic = 0;
    for (std::uint64_t point = 0; point < 64; ++point) {
        const bool mine = (static_cast<std::uint64_t>(std::popcount(point & 6)) & 1) == 0;
        const double expected = rounds * (mine ? poll.rates().own : 1 - poll.rates().own) / 32;
        statistic += std::pow(static_cast<double>(counts[point]) - expected, 2) / expected;
    }
    EXPECT_GT(chi_square_tail(statistic, 63), 1e-7);
    expect_throws(ErrorCode::invalid_argument, "counts of 3 points; reports of 40 choices have 64",
                  [&] { return poll.support(std::vector<std::uint64_t>(3)); });
}

TEST(SupportRates, CoverTheShareExactlyForEveryMechanism) {
    for (const SupportRates& rates :
         {UnaryEncoding::optimised(many, one).rates(), LocalHashing::with_epsilon(many, one).rates(),
          HadamardResponse::with_epsilon(many, one).rates()}) {
        constexpr std::uint64_t people = 40;
        std::array<Estimate, people + 1> estimates;
        for (std::uint64_t said = 0; said <= people; ++said) estimates[said] = rates.estimate(said, people);
        for (std::uint64_t own = 0; own <= people; ++own) {
            std::array<double, people + 1> chance{};
            chance[0] = 1;
            for (std::uint64_t person = 0; person < people; ++person) {
                const double yes = person < own ? rates.own : rates.other;
                for (std::uint64_t k = person + 1; k > 0; --k) chance[k] = chance[k] * (1 - yes) + chance[k - 1] * yes;
                chance[0] *= 1 - yes;
            }
            double covered = 0;
            const double share = static_cast<double>(own) / people;
            for (std::uint64_t said = 0; said <= people; ++said) {
                const bool holds = estimates[said].low <= share + 1e-12 && share - 1e-12 <= estimates[said].high;
                covered += holds ? chance[said] : 0;
            }
            EXPECT_GE(covered, 0.95) << own;
        }
    }
}

TEST(SupportRates, HaveTheErrorsOfTheFormulas) {
    const double e = std::exp(1.0);
    constexpr std::uint64_t people = 10000;
    const auto variance = [&](const SupportRates& rates) {
        return std::pow(rates.standard_error(people, 0), 2) * people;
    };
    EXPECT_NEAR(variance(UnaryEncoding::optimised(many, one).rates()), 4 * e / ((e - 1) * (e - 1)), 1e-6);
    EXPECT_NEAR(variance(UnaryEncoding::symmetric(many, one).rates()), std::sqrt(e) / std::pow(std::sqrt(e) - 1, 2),
                1e-6);
    EXPECT_NEAR(variance(HadamardResponse::with_epsilon(many, one).rates()), std::pow((e + 1) / (e - 1), 2), 1e-6);
    EXPECT_NEAR(variance(RandomisedResponse::with_epsilon(many, one).rates()), (many - 2 + e) / ((e - 1) * (e - 1)),
                1e-6);
    EXPECT_LT(variance(LocalHashing::with_epsilon(many, one).rates()), 4.1 * e / ((e - 1) * (e - 1)));
    // A million people: the interval is about two standard errors each way.
    const auto rates = UnaryEncoding::optimised(many, one).rates();
    const Estimate wide = rates.estimate(300000, 1000000);
    EXPECT_NEAR(wide.high - wide.low, 2 * 1.96 * rates.standard_error(1000000, wide.value), 2e-5);
}

TEST(AsShares, AreTheNearestThatAddUpToOne) {
    const auto shares = as_shares(std::vector<double>{0.7, 0.5, -0.1, 0.02});
    EXPECT_NEAR(shares[0], 0.6, 1e-12);
    EXPECT_NEAR(shares[1], 0.4, 1e-12);
    EXPECT_EQ(shares[2], 0);
    EXPECT_EQ(shares[3], 0);
    EXPECT_NEAR(as_shares(std::vector<double>{0.1, 0.3})[0], 0.4, 1e-12);
}

TEST(LocalMechanisms, RefuseWhatIsNoPoll) {
    expect_throws(ErrorCode::invalid_argument, "take one from 2^-8 to 16",
                  [] { return UnaryEncoding::optimised(3, Cost::ratio(17, 1)); });
    expect_throws(ErrorCode::invalid_argument, "take one from 2^-8 to 16",
                  [] { return LocalHashing::with_epsilon(3, Cost()); });
    expect_throws(ErrorCode::invalid_argument, "1 choices; this mechanism takes 2 to",
                  [] { return HadamardResponse::with_epsilon(1, one); });
    expect_throws(ErrorCode::invalid_argument, "they must be in order between 0 and 1",
                  [] { return UnaryEncoding::with_probabilities(3, Cost::ratio(1, 3), Cost::ratio(1, 2)); });
    expect_throws(ErrorCode::invalid_argument, "must be below 3",
                  [] { return UnaryEncoding::optimised(3, one).answer(3); });
    expect_throws(ErrorCode::invalid_argument, "must be below 3",
                  [] { return LocalHashing::with_epsilon(3, one).answer(3); });
    expect_throws(ErrorCode::invalid_argument, "must be below 3",
                  [] { return HadamardResponse::with_epsilon(3, one).answer(3); });
}

}  // namespace
}  // namespace tacit::dp
