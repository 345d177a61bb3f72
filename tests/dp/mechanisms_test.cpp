#include "tacit/dp/mechanisms.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <random>

#include "base/seeded.hpp"
#include "base/throws.hpp"
#include "dp/distributions.hpp"
#include "dp/trial.hpp"

namespace tacit::dp {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
const Cost one = Cost::ratio(1, 1);

Dataset numbers(std::vector<double> values) {
    Dataset data;
    data.add_numbers("x", std::move(values));
    return data;
}

Dataset texts(std::vector<std::string> values) {
    Dataset data;
    data.add_texts("t", std::move(values));
    return data;
}

/// The exact output of a chain.
template <class Metric, class Out, class M2>
auto exact(const Transformation<Rows, Metric, Out, M2>& chain, const Dataset& data) {
    return detail::Catalogue::apply(chain)(detail::Kernels::all_rows(data));
}

TEST(Grid, PlacesEveryDouble) {
    const Grid grid = Grid::between(-1, 2.55, Cost::ratio(1, 10));
    EXPECT_EQ(grid.low_index(), -10);
    EXPECT_EQ(grid.high_index(), 25);
    EXPECT_EQ(grid.nearest(0.3), 3);
    EXPECT_EQ(grid.nearest(-0.0), 0);
    EXPECT_EQ(grid.nearest(infinity), 25);
    EXPECT_EQ(grid.nearest(-infinity), -10);
    EXPECT_EQ(grid.nearest(std::nan("")), -10);
    EXPECT_EQ(grid.nearest(std::numeric_limits<double>::max()), 25);
    EXPECT_EQ(grid.nearest(std::numeric_limits<double>::denorm_min()), 0);
    EXPECT_EQ(grid.text(), "-1 to 2.5 in steps of 0.1");
}

TEST(Grid, RefusesBoundsThatBoundNothing) {
    const auto refused = [](double low, double high, const Cost& step, const char* text) {
        expect_throws(ErrorCode::invalid_argument, text, [&] { return Grid::between(low, high, step); });
    };
    refused(0, infinity, one, "are not finite and in order");
    refused(std::nan(""), 1, one, "are not finite and in order");
    refused(1, 1, one, "are not finite and in order");
    refused(0, 1, Cost(), "needs a step above 0");
    refused(0.1, 0.9, one, "fewer than two multiples");
    refused(0, 1e300, one, "takes more than 2^52 steps");
}

TEST(Sum, DoesNotDependOnOrderAndCannotWrap) {
    Seeded seeded;
    std::vector<double> values = {1e300, -1e300, infinity, -infinity, std::nan(""), -0.0, 1024, 9007199254740992.0};
    for (int i = 0; i < 1000; ++i) values.push_back(std::ldexp(1.0, static_cast<int>(seeded.rng.next() % 60)));
    const auto chain = number("x") >> clamp(-4503599627370496.0, 4503599627370496.0, one) >> sum();
    const Int128 first = exact(chain, numbers(values));
    std::minstd_rand shuffle(1);
    for (int round = 0; round < 20; ++round) {
        std::shuffle(values.begin(), values.end(), shuffle);
        EXPECT_TRUE(exact(chain, numbers(values)) == first);
    }
}

/// The largest change of `of` between data and data with one row more.
template <class Chain>
double largest_change(const Chain& chain, const std::vector<double>& values) {
    double largest = 0;
    const auto before = static_cast<double>(exact(chain, numbers(values)));
    for (const double row : {0.0, -0.0, 7.0, -3.0, 1e9, -1e9, infinity, -infinity, 0.49, -7.0, std::nan("")}) {
        auto more = values;
        more.push_back(row);
        largest = std::max(largest, std::abs(static_cast<double>(exact(chain, numbers(more))) - before));
    }
    return largest;
}

TEST(Stability, OfSumsAndCountsIsWhatNeighboursShow) {
    const auto clamped = number("x") >> clamp(-3, 7, one);
    for (const auto& values : std::vector<std::vector<double>>{{}, {1, 2, 3}, {1e300, -1e300}, {std::nan("")}}) {
        EXPECT_EQ(largest_change(clamped >> sum(), values), static_cast<double>((clamped >> sum()).distance()));
        EXPECT_EQ(largest_change(clamped >> count(), values), 1);
    }
    EXPECT_EQ((clamped >> sum()).distance(4), 28U);
    const auto changed = number<ChangeOne>("x") >> clamp(-3, 7, one) >> sum();
    EXPECT_EQ(changed.distance(), 10U);
    EXPECT_TRUE(exact(changed, numbers({-infinity})) - exact(changed, numbers({infinity})) == -10);
}

TEST(Stability, OfQuantileScoresIsWhatNeighboursShow) {
    Seeded seeded;
    for (const auto& [a, b] : std::vector<std::pair<std::uint64_t, std::uint64_t>>{{1, 2}, {1, 10}, {9, 10}, {0, 1}}) {
        std::int64_t widest = 0;
        for (int round = 0; round < 3000; ++round) {
            std::vector<std::int64_t> rows(seeded.rng.next() % 8);
            for (auto& row : rows) row = static_cast<std::int64_t>(seeded.rng.next() % 10);
            const auto before = detail::Kernels::quantile_scores(rows, 0, 9, a, b);
            rows.push_back(static_cast<std::int64_t>(seeded.rng.next() % 10));
            const auto after = detail::Kernels::quantile_scores(rows, 0, 9, a, b);
            std::int64_t low = 0;
            std::int64_t high = 0;
            for (std::size_t i = 0; i < before.size(); ++i) {
                low = std::min(low, after[i] - before[i]);
                high = std::max(high, after[i] - before[i]);
            }
            widest = std::max(widest, high - low);
        }
        EXPECT_LE(widest, static_cast<std::int64_t>(2 * std::max(a, b - a)));
        EXPECT_GE(widest, static_cast<std::int64_t>(std::max(a, b - a)));  // the bound is not idle
    }
}

TEST(Where, KeepsTheRowsOfOneGroup) {
    Dataset data;
    data.add_numbers("x", {1, 2, 3, 4});
    data.add_texts("t", {"a", "b", "a", ""});
    EXPECT_TRUE(exact(where("t", "a") >> number("x") >> clamp(0, 10, one) >> sum(), data) == 4);
    EXPECT_TRUE(exact(where("t", "c") >> count(), data) == 0);
}

TEST(Tally, CountsPublicKeysAndLeavesOutOthers) {
    EXPECT_EQ(exact(text("t") >> tally({"a", "b", "z"}), texts({"a", "b", "a", "q", ""})),
              (std::vector<std::int64_t>{2, 1, 0}));
    expect_throws(ErrorCode::invalid_argument, "('a' stands twice)", [] { return tally({"a", "a"}); });
    expect_throws(ErrorCode::invalid_argument, "keys are needed", [] { return tally({}); });
}

TEST(Approvals, CountANameOncePerBallot) {
    EXPECT_EQ(exact(text("t") >> approvals({"ann", "bob"}), texts({"ann;bob", "bob", "ann;ann", "eve;", ";;", ""})),
              (std::vector<std::int64_t>{2, 2}));
}

TEST(Laplace, HasTheScaleOfSensitivityByEpsilon) {
    const auto total = number("x") >> clamp(0, 2500, one) >> sum() >> laplace(Cost::ratio(1, 2));
    EXPECT_EQ(total.description().noise.at(0).noise.scale, Cost::ratio(5000, 1));
    EXPECT_EQ(total.loss().epsilon, Cost::ratio(1, 2));
    EXPECT_EQ(total.loss(3).epsilon, Cost::ratio(3, 2));
    expect_throws(ErrorCode::invalid_argument, "epsilon is 0", [] { return rows() >> count() >> laplace(Cost()); });
    expect_throws(ErrorCode::invalid_argument, "is outside 2^-20 to 2^50",
                  [] { return rows() >> count() >> laplace(Cost::ratio(1, (std::uint64_t{1} << 50) + 1)); });
    EXPECT_THAT(
        message_of(ErrorCode::invalid_argument, [] { (void)(rows() >> count() >> laplace(Cost::ratio(1 << 21, 1))); }),
        testing::HasSubstr("take smaller steps"));
}

TEST(Laplace, OnACountHasTheExactDistributionOfTheAnswer) {
    Seeded seeded;
    SeededWords words(seeded.rng);
    const Dataset data(40);
    const auto measurement = rows() >> count() >> laplace(Cost::ratio(1, 2));
    std::vector<std::int64_t> answers;
    for (const Estimate& e : trials(measurement, data, words, 100000)) {
        answers.push_back(static_cast<std::int64_t>(e.value) - 40);
    }
    EXPECT_GT(chi_square_p_value(
                  answers, [](auto k) { return discrete_laplace_pmf(0.5, k); }, -60, 60),
              1e-6);
}

TEST(Gaussian, ChargesForTheVarianceThatItHas) {
    const auto counted = rows() >> count() >> gaussian(Cost::ratio(1, 2));
    EXPECT_LE(counted.loss().rho, Cost::ratio(1, 2));
    EXPECT_GE(counted.loss().rho, Cost::ratio(1, 4));
    const auto total = number("x") >> clamp(0, 2500, one) >> sum() >> gaussian(Cost::ratio(1, 10));
    const Noise& noise = total.description().noise.at(0).noise;
    EXPECT_EQ(total.loss().rho, Cost::ratio(2500 * 2500, 2 * noise.scale.numerator()));
    EXPECT_LE(total.loss().rho, Cost::ratio(1, 10));
    EXPECT_NEAR(total.loss().rho.approximate(), 0.1, 1e-4);
    EXPECT_EQ(total.loss(3).rho, total.loss().rho * 9);
    const auto changed = text<ChangeOne>("t") >> tally({"a", "b"}) >> gaussian(Cost::ratio(1, 100));
    EXPECT_EQ(changed.loss().rho, Cost::ratio(2, 2 * changed.description().noise.at(0).noise.scale.numerator()));
    expect_throws(ErrorCode::invalid_argument, "rho must be above 0",
                  [] { return rows() >> count() >> gaussian(Cost()); });
    expect_throws(ErrorCode::invalid_argument, "is wider than 2^24 steps",
                  [] { return number("x") >> clamp(0, 1e9, one) >> sum() >> gaussian(Cost::ratio(1, 100)); });
}

/// How often of 2000 the interval holds the truth; at least 95 % but for chance (six standard errors).
template <class Measurement>
void expect_coverage(const Measurement& measurement, const Dataset& data, double truth, double most = 1) {
    Seeded seeded;
    SeededWords words(seeded.rng);
    int held = 0;
    constexpr int rounds = 2000;
    for (const Estimate& e : trials(measurement, data, words, rounds)) {
        EXPECT_LE(e.low, e.value);
        EXPECT_LE(e.value, e.high);
        if (e.low <= truth && truth <= e.high) ++held;
    }
    EXPECT_GE(held, rounds * 0.92);
    EXPECT_LE(held, rounds * most);
}

TEST(Estimates, HoldTheExactAnswerInTheirIntervals) {
    Seeded seeded;
    std::vector<double> values(3000);
    double total = 0;
    for (double& value : values) total += value = static_cast<double>(seeded.rng.next() % 101);
    const double mean_of_them = total / 3000;
    double squares = 0;
    for (const double value : values) squares += (value - mean_of_them) * (value - mean_of_them) / 3000;
    const Dataset data = numbers(values);
    const auto clamped = number("x") >> clamp(0, 100, one);
    expect_coverage(clamped >> sum() >> laplace(one), data, total, 0.98);
    expect_coverage(clamped >> sum() >> gaussian(Cost::ratio(1, 4)), data, total, 0.99);
    expect_coverage(clamped >> mean(one), data, mean_of_them);
    expect_coverage(clamped >> variance(one), data, squares);
    const auto changed = number<ChangeOne>("x") >> clamp(0, 100, one);
    expect_coverage(changed >> mean(one), data, mean_of_them, 0.98);
    expect_coverage(changed >> variance(one), data, squares);
}

TEST(Estimates, AreWithinTheBoundsWhateverTheNoise) {
    Seeded seeded;
    SeededWords words(seeded.rng);
    const auto clamped = number("x") >> clamp(10, 20, one);
    const Dataset nobody = numbers({});
    for (const Estimate& m : trials(clamped >> mean(Cost::ratio(1, 100)), nobody, words, 1000)) {
        EXPECT_TRUE(10 <= m.low && m.high <= 20);
    }
    for (const Estimate& v : trials(clamped >> variance(Cost::ratio(1, 100)), nobody, words, 1000)) {
        EXPECT_TRUE(0 <= v.low && v.high <= 100);
    }
}

TEST(Variance, RefusesAGridThatIsTooFine) {
    expect_throws(ErrorCode::invalid_argument, "at most 2^24 steps",
                  [] { return number("x") >> clamp(0, 1e8, one) >> variance(one); });
}

TEST(Quantile, IsTheExactOneIfNoiseIsSmall) {
    Seeded seeded;
    SeededWords words(seeded.rng);
    std::vector<double> values;
    for (int i = 1; i <= 100; ++i) values.push_back(i);
    const Dataset data = numbers(values);
    const auto at = [&](const Cost& q) {
        return trial(number("x") >> clamp(0, 200, one) >> quantile(q, Cost::ratio(1000, 1)), data, words);
    };
    EXPECT_EQ(at(Cost::ratio(0, 1)), 0);
    EXPECT_NEAR(at(Cost::ratio(1, 10)), 10.5, 0.5);
    EXPECT_NEAR(at(Cost::ratio(1, 2)), 50.5, 0.5);
    EXPECT_GE(at(one), 100);
    expect_throws(ErrorCode::invalid_argument, "is no quantile",
                  [] { return number("x") >> clamp(0, 9, one) >> quantile(Cost::ratio(3, 2), one); });
    expect_throws(ErrorCode::invalid_argument, "at most 2^20 points",
                  [] { return number("x") >> clamp(0, 1 << 20, one) >> quantile(one, one); });
}

/// P[candidate j wins] for scores s and geometric noise with q = e^-rate, first of equals: summed over G_j.
double win_probability(const std::vector<std::int64_t>& scores, std::size_t j, double rate) {
    double sum = 0;
    for (std::int64_t g = 0; g < 2000; ++g) {
        double chance = -std::expm1(-rate) * std::exp(-rate * static_cast<double>(g));
        for (std::size_t i = 0; i < scores.size(); ++i) {
            if (i == j) continue;
            const std::int64_t margin = scores[j] + g - scores[i] - (i < j ? 1 : 0);  // largest G_i that loses
            chance *= margin < 0 ? 0 : -std::expm1(-rate * static_cast<double>(margin + 1));
        }
        sum += chance;
    }
    return sum;
}

TEST(Select, WinsWithTheExactProbabilities) {
    Seeded seeded;
    SeededWords words(seeded.rng);
    const std::vector<std::int64_t> scores = {3, 5, 4, 5};
    const auto chain = text("t") >> approvals({"a", "b", "c", "d"}) >> select(Cost::ratio(1, 2));
    const Dataset data = texts({"a;b;c;d", "a;b;c;d", "a;b;c;d", "b;c;d", "b;d"});
    std::map<std::string, double> wins;
    constexpr int rounds = 200000;
    for (const std::string& name : trials(chain, data, words, rounds)) ++wins[name];
    for (std::size_t j = 0; j < scores.size(); ++j) {
        const double p = win_probability(scores, j, 0.5);
        const double got = wins[std::string(1, static_cast<char>('a' + j))] / rounds;
        EXPECT_NEAR(got, p, 6 * std::sqrt(p * (1 - p) / rounds)) << j;
    }
}

TEST(Exponential, ChoosesWithItsExactProbabilities) {
    Seeded seeded;
    SeededWords words(seeded.rng);
    const std::vector<double> scores = {3, 5, 4, 5};
    const auto chain = text("t") >> approvals({"a", "b", "c", "d"}) >> exponential(Cost::ratio(1, 2));
    const Dataset data = texts({"a;b;c;d", "a;b;c;d", "a;b;c;d", "b;c;d", "b;d"});
    std::map<std::string, double> wins;
    constexpr int rounds = 10000;
    for (const std::string& name : trials(chain, data, words, rounds)) ++wins[name];
    double total = 0;
    for (const double score : scores) total += std::exp(score / 2);
    for (std::size_t j = 0; j < scores.size(); ++j) {
        const double p = std::exp(scores[j] / 2) / total;
        const double got = wins[std::string(1, static_cast<char>('a' + j))] / rounds;
        EXPECT_NEAR(got, p, 5 * std::sqrt(p * (1 - p) / rounds)) << j;
    }
    EXPECT_EQ(chain.loss().epsilon, Cost::ratio(1, 2));
    EXPECT_EQ(to_string(chain.pairs(2).front().pair), "exponential mechanism of epsilon 1");
    EXPECT_EQ(trial(text("t") >> approvals({"a"}) >> exponential(Cost::ratio(1, 2)), data, words), "a");
}

/// The theorem itself, for all small scores and their neighbours: exact probabilities within e^(rate range).
TEST(Select, LosesNoMoreThanItsRangeByExactProbabilities) {
    constexpr double rate = 0.4;
    double worst = 0;
    for (int code = 0; code < 64; ++code) {
        const std::vector<std::int64_t> scores = {code & 3, (code >> 2) & 3, code >> 4};
        for (int moved = 1; moved < 8; ++moved) {
            auto other = scores;
            for (std::size_t i = 0; i < 3; ++i) other[i] += (moved >> i) & 1;
            for (std::size_t j = 0; j < 3; ++j) {
                worst = std::max(
                    worst, std::abs(std::log(win_probability(scores, j, rate) / win_probability(other, j, rate))));
            }
        }
    }
    EXPECT_LE(worst, rate * (1 + 1e-9));
    EXPECT_GE(worst, rate * 0.8);  // epsilon is not given away either
}

TEST(Measurements, AddUpAndConvert) {
    const auto a = rows() >> count() >> laplace(Cost::ratio(1, 10));
    const auto pair = both(a, a);
    EXPECT_EQ(pair.loss().epsilon, Cost::ratio(1, 5));
    EXPECT_EQ(as_zcdp(pair).loss().rho, Cost::ratio(1, 50));
    EXPECT_EQ(as_approximate(a).loss().epsilon, Cost::ratio(1, 10));
    const auto negated = a.then([](const Estimate& e) { return -e.value; });
    EXPECT_EQ(negated.loss(), a.loss());
    Seeded first;
    Rng again(first.seed);
    SeededWords words(first.rng);
    SeededWords same(again);
    EXPECT_EQ(trial(negated, Dataset(5), words), -trial(a, Dataset(5), same).value);
}

}  // namespace
}  // namespace tacit::dp
