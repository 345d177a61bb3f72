#include "tacit/dp/groups.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "base/seeded.hpp"
#include "base/throws.hpp"
#include "dp/distributions.hpp"
#include "dp/trial.hpp"
#include "tacit/dp/mechanisms.hpp"
#include "tacit/dp/quantiles.hpp"

namespace tacit::dp {
namespace {

const Cost one = Cost::ratio(1, 1);
const Cost millionth = Cost::ratio(1, 1000000);

struct Row {
    std::string person;
    std::string region;
    double wage = 0;
};

Dataset table(const std::vector<Row>& rows) {
    std::vector<std::string> persons;
    std::vector<std::string> regions;
    std::vector<double> wages;
    for (const Row& row : rows) {
        persons.push_back(row.person);
        regions.push_back(row.region);
        wages.push_back(row.wage);
    }
    Dataset data;
    data.add_texts("person", std::move(persons));
    data.add_texts("region", std::move(regions));
    data.add_numbers("wage", std::move(wages));
    return data;
}

std::vector<Row> random_rows(Rng& rng, std::size_t count) {
    std::vector<Row> rows;
    for (std::size_t i = 0; i < count; ++i) {
        rows.push_back({fmt::format("p{}", rng.next() % 9), fmt::format("r{}", rng.next() % 5),
                        static_cast<double>(rng.next() % 10)});
    }
    return rows;
}

template <class M, class Out, class M2>
auto exact(const Transformation<Rows, M, Out, M2>& chain, const Dataset& data) {
    return detail::Catalogue::apply(chain)(detail::Kernels::all_rows(data));
}

/// The rows that stay, as rows.
std::vector<Row> kept(const std::vector<Row>& rows, const ContributionBounds& bounds) {
    const Dataset data = table(rows);
    std::vector<Row> stay;
    for (const std::size_t row :
         detail::Kernels::contributions(detail::Kernels::all_rows(data), "person", bounds).rows) {
        stay.push_back(rows[row]);
    }
    return stay;
}

TEST(Contributions, AreBoundedForEveryUnit) {
    Seeded seeded;
    for (int round = 0; round < 50; ++round) {
        const auto rows = random_rows(seeded.rng, 200);
        std::map<std::string, int> in_all;
        for (const Row& row : kept(rows, {.rows = 4})) ++in_all[row.person];
        for (const auto& [person, count] : in_all) EXPECT_LE(count, 4) << person;
        std::map<std::string, std::map<std::string, int>> by_region;
        for (const Row& row : kept(rows, {.by = "region", .groups = 2, .rows = 3})) ++by_region[row.person][row.region];
        for (const auto& [person, regions] : by_region) {
            EXPECT_LE(regions.size(), 2U) << person;
            for (const auto& [region, count] : regions) EXPECT_LE(count, 3) << person << region;
        }
    }
}

TEST(Contributions, OfOthersStayTheSameIfAUnitLeaves) {
    Seeded seeded;
    for (const ContributionBounds& bounds :
         {ContributionBounds{.rows = 3}, ContributionBounds{.by = "region", .groups = 2, .rows = 2}}) {
        for (int round = 0; round < 50; ++round) {
            const auto rows = random_rows(seeded.rng, 100);
            const auto leaving = rows[seeded.rng.next() % rows.size()].person;
            auto without = rows;
            std::erase_if(without, [&](const Row& row) { return row.person == leaving; });
            auto expected = kept(rows, bounds);
            std::erase_if(expected, [&](const Row& row) { return row.person == leaving; });
            const auto got = kept(without, bounds);
            ASSERT_EQ(got.size(), expected.size());
            for (std::size_t i = 0; i < got.size(); ++i) {
                EXPECT_EQ(got[i].person, expected[i].person);
                EXPECT_EQ(got[i].region, expected[i].region);
                EXPECT_EQ(got[i].wage, expected[i].wage);
            }
        }
    }
}

TEST(Contributions, KeepAllOfThoseWithFewAndNoneWithoutAName) {
    const std::vector<Row> rows = {{"a", "n", 1}, {"b", "n", 2}, {"", "n", 3}, {"b", "", 4}, {"b", "s", 5}};
    EXPECT_EQ(kept(rows, {.rows = 3}).size(), 4U);
    EXPECT_EQ(kept(rows, {.by = "region", .groups = 2, .rows = 1}).size(), 3U);
    EXPECT_EQ(kept(rows, {.by = "region", .groups = 1, .rows = 1}).size(), 2U);
}

TEST(Contributions, AreChosenWithoutFavour) {
    // 2000 units with five rows each, numbered by their place: each place is kept about as often.
    std::vector<Row> rows;
    for (int unit = 0; unit < 2000; ++unit) {
        for (int place = 0; place < 5; ++place) rows.push_back({fmt::format("u{}", unit), "r", 1.0 * place});
    }
    std::map<double, int> times;
    for (const Row& row : kept(rows, {.rows = 1})) ++times[row.wage];
    for (const auto& [place, count] : times) EXPECT_NEAR(count, 400, 110) << place;  // six standard errors
    EXPECT_EQ(times.size(), 5U);
}

TEST(Contributions, SetTheDistanceOfWhatFollows) {
    const auto wages = contributions_of("person", 3) >> number("wage") >> clamp(0, 10, one);
    EXPECT_EQ((wages >> sum()).distance(), 30U);
    EXPECT_EQ((wages >> sum() >> laplace(one)).description().noise.at(0).noise.scale, Cost::ratio(30, 1));
    EXPECT_EQ((wages >> mean(one)).description().noise.at(1).noise.scale, Cost::ratio(15, 2));
    EXPECT_EQ((contributions_of("person", 2, "region", 3) >> count()).distance(), 6U);
    // Three rows may all be of one key: the l2 distance of the tally is 3, not its root.
    const auto tallied = contributions_of("person", 3) >> text("region") >> tally({"n", "s"});
    EXPECT_EQ(
        (tallied >> gaussian(Cost::ratio(1, 2))).loss().rho,
        Cost::ratio(9, 2 * (tallied >> gaussian(Cost::ratio(1, 2))).description().noise[0].noise.scale.numerator()));
    const std::vector<Row> rows = {{"a", "n", 9}, {"a", "n", 9}, {"a", "n", 9}, {"a", "n", 9}, {"b", "n", 1}};
    EXPECT_TRUE(exact(wages >> sum(), table(rows)) == 28);
    expect_throws(ErrorCode::invalid_argument, "keep 1 to 2^32", [] { return contributions_of("person", 0); });
    expect_throws(ErrorCode::invalid_argument, "keep 1 to 2^16",
                  [] { return contributions_of("person", 1, "region", 1 << 17); });
}

TEST(ForEach, ChargesOneAnswerForRowsAndSoManyForUnits) {
    const auto mean_wage = number("wage") >> clamp(0, 10, one) >> mean(one);
    const std::vector<std::string> regions = {"n", "s", "e", "w"};
    EXPECT_EQ((rows() >> for_each("region", regions, mean_wage)).loss().epsilon, one);
    EXPECT_EQ((contributions_of("person", 2) >> for_each("region", regions, mean_wage)).loss().epsilon,
              Cost::ratio(2, 1));
    EXPECT_EQ((contributions_of("person", 2, "region", 3) >> for_each("region", regions, mean_wage)).loss().epsilon,
              Cost::ratio(6, 1));
    EXPECT_EQ((contributions_of("person", 2) >> where("sex", "f") >> for_each("", regions, mean_wage)).loss().epsilon,
              Cost::ratio(2, 1));  // a column without a name is not the one that nothing is bounded by
    EXPECT_EQ((contributions_of("person", 2, "region", 9) >> for_each("region", regions, mean_wage)).loss().epsilon,
              Cost::ratio(8, 1));  // there are four regions
    EXPECT_EQ((contributions_of("person", 2, "sex", 3) >> for_each("region", regions, mean_wage)).loss().epsilon,
              Cost::ratio(6, 1));  // six rows, in one region perhaps
    EXPECT_EQ((rows() >> for_each("region", regions, mean_wage)).pairs().size(), 1U);  // a plan counts it too
    const auto counted = rows() >> count() >> gaussian(Cost::ratio(1, 2));
    EXPECT_EQ((contributions_of("person", 2, "region", 3) >> for_each("region", regions, counted)).loss().rho,
              counted.loss(2).rho * 3);
}

TEST(ForEach, AnswersAboutEachGroupWithItsOwnNoise) {
    Seeded seeded;
    SeededWords words(seeded.rng);
    std::vector<Row> rows;
    for (int i = 0; i < 600; ++i) rows.push_back({"p", i % 3 == 0 ? "n" : "s", i % 3 == 0 ? 7.0 : 3.0});
    const auto both_of =
        both(dp::rows() >> count() >> laplace(Cost::ratio(50, 1)),
             number("wage") >> clamp(0, 10, one) >> quantiles({Cost::ratio(1, 2)}, Cost::ratio(50, 1)));
    const auto chain = dp::rows() >> for_each("region", {"s", "x", "n"}, both_of);
    const auto answers = trial(chain, table(rows), words);
    ASSERT_EQ(answers.size(), 3U);
    EXPECT_EQ(answers[0].key, "s");
    EXPECT_NEAR(answers[0].answer.first.value, 400, 1);
    EXPECT_EQ(answers[0].answer.second.at(0), 3);
    EXPECT_NEAR(answers[1].answer.first.value, 0, 1);
    EXPECT_NEAR(answers[2].answer.first.value, 200, 1);
    EXPECT_EQ(answers[2].answer.second.at(0), 7);

    const auto noisy = dp::rows() >> for_each("region", {"a", "b"}, dp::rows() >> count() >> laplace(one));
    int equal = 0;
    for (const auto& pair : trials(noisy, table({}), words, 2000)) {
        equal += pair[0].answer.value == pair[1].answer.value ? 1 : 0;
    }
    EXPECT_NEAR(equal, 2000 * 0.2804, 120);  // two independent discrete Laplace of scale 1, not one twice
    expect_throws(ErrorCode::invalid_argument, "stands twice", [&] { return for_each("region", {"a", "a"}, both_of); });
}

/// P[Y >= t] of discrete Laplace noise.
double upper_tail(double scale, double t) { return std::exp(-t / scale) / (1 + std::exp(-1 / scale)); }

TEST(PrivateKeys, ThresholdIsTheLeastThatHidesAUnit) {
    for (const auto& [groups, rows] : std::vector<std::pair<std::uint64_t, std::uint64_t>>{{1, 1}, {3, 1}, {2, 5}}) {
        for (const Cost& delta : {Cost::ratio(1, 10), Cost::ratio(1, 1000), millionth}) {
            const std::uint64_t distance = groups * rows;
            const Noise noise = detail::calibrate(Noise::Kind::discrete_laplace, distance, Cost::ratio(1, 2), 1);
            const auto threshold = detail::release_threshold(noise, {.groups = groups, .rows = rows}, delta);
            const double scale = 2.0 * static_cast<double>(distance);
            const double allowed =
                std::min(delta.approximate() / static_cast<double>(groups), -std::expm1(-1 / scale)) * (1 + 1e-12);
            const double reach = static_cast<double>(threshold) - static_cast<double>(rows);
            EXPECT_LE(upper_tail(scale, reach), allowed);
            EXPECT_GT(upper_tail(scale, reach - 1), allowed * (1 - 1e-9));
        }
    }
    const auto whole = [](const Cost& delta) { return rows() >> tally_private_keys("region", one, delta); };
    expect_throws(ErrorCode::invalid_argument, "private keys need a delta above 0", [&] { return whole(Cost()); });
    expect_throws(ErrorCode::invalid_argument, "private keys need a delta above 0", [&] { return whole(one); });
}

/// The theorem, by exact probabilities: a unit that adds one key of its own and one row to a common key.
TEST(PrivateKeys, LoseEpsilonAndDeltaAtMost) {
    for (const auto& [epsilon, delta] : std::vector<std::pair<double, double>>{{1, 0.01}, {0.3, 0.2}, {2, 0.4}}) {
        const Cost exact_epsilon = Cost::ratio(static_cast<std::uint64_t>(epsilon * 10), 10);
        const Cost exact_delta = Cost::ratio(static_cast<std::uint64_t>(delta * 100), 100);
        const Noise noise = detail::calibrate(Noise::Kind::discrete_laplace, 2, exact_epsilon, 1);
        const auto threshold = detail::release_threshold(noise, {.groups = 2, .rows = 1}, exact_delta);
        const double rate = epsilon / 2;
        // Outputs: what is seen of the common key (count c or c + 1) and of the own key (count 0 or 1).
        const auto seen = [&](std::int64_t count) {
            std::map<std::int64_t, double> chances;
            double unseen = 1;
            for (std::int64_t y = threshold; y < threshold + 400; ++y) {
                chances[y] = discrete_laplace_pmf(rate, y - count);
                unseen -= chances[y];
            }
            chances[-1] = unseen;
            return chances;
        };
        for (const std::int64_t common : {1, 2, 5, 30}) {
            const auto here = seen(common + 1);
            const auto there = seen(common);
            const auto own = seen(1);
            double above = 0;  // sum over outputs of (P_here - e^epsilon P_there)+, and the other way
            double below = 0;
            for (const auto& [a, chance] : here) {
                for (const auto& [b, own_chance] : own) {
                    const double with = chance * own_chance;
                    const double without = b == -1 ? there.at(a) : 0;
                    above += std::max(0.0, with - std::exp(epsilon) * without);
                    below += std::max(0.0, without - std::exp(epsilon) * with);
                }
            }
            EXPECT_LE(above, delta * (1 + 1e-9)) << epsilon;
            EXPECT_LE(below, delta * (1 + 1e-9)) << epsilon;
        }
    }
}

TEST(PrivateKeys, ShowLargeGroupsAndHideThoseOfOneUnit) {
    Seeded seeded;
    SeededWords words(seeded.rng);
    std::vector<Row> rows = {{"alone", "rare", 0}};
    for (int i = 0; i < 300; ++i) rows.push_back({fmt::format("p{}", i), i % 3 == 0 ? "north" : "south", 0});
    rows.push_back({"p1", "", 0});
    const auto chain = contributions_of("person", 1, "region", 1) >> tally_private_keys("region", one, millionth);
    EXPECT_EQ(chain.loss().epsilon, one);
    EXPECT_EQ(chain.loss().delta, millionth);
    const Dataset data = table(rows);
    int covered = 0;
    for (const auto& answer : trials(chain, data, words, 500)) {
        ASSERT_EQ(answer.size(), 2U);
        EXPECT_EQ(answer[0].key, "north");
        EXPECT_EQ(answer[1].key, "south");
        covered += answer[0].answer.low <= 100 && 100 <= answer[0].answer.high ? 1 : 0;
    }
    EXPECT_GE(covered, 460);
}

TEST(PrivateKeys, AreSeenAsOftenAsTheirNoiseSays) {
    Seeded seeded;
    SeededWords words(seeded.rng);
    const auto chain = rows() >> tally_private_keys("region", one, Cost::ratio(1, 100));
    const Noise noise = detail::calibrate(Noise::Kind::discrete_laplace, 1, one, 1);
    const auto threshold = detail::release_threshold(noise, {}, Cost::ratio(1, 100));
    std::vector<Row> rows(static_cast<std::size_t>(threshold) - 1, Row{"p", "near", 0});
    const Dataset data = table(rows);
    int seen = 0;
    constexpr int rounds = 4000;
    for (const auto& answer : trials(chain, data, words, rounds)) seen += answer.empty() ? 0 : 1;
    const double chance = upper_tail(1, 1);
    EXPECT_NEAR(seen, rounds * chance, 6 * std::sqrt(rounds * chance * (1 - chance)));
}

}  // namespace
}  // namespace tacit::dp
