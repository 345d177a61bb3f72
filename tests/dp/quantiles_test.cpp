#include "tacit/dp/quantiles.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/seeded.hpp"
#include "base/throws.hpp"
#include "dp/trial.hpp"
#include "tacit/dp/mechanisms.hpp"

namespace tacit::dp {
namespace {

const Cost one = Cost::ratio(1, 1);

Dataset numbers(std::vector<double> values) {
    Dataset data;
    data.add_numbers("x", std::move(values));
    return data;
}

std::vector<Cost> parts(std::uint64_t of) {
    std::vector<Cost> qs;
    for (std::uint64_t i = 1; i < of; ++i) qs.push_back(Cost::ratio(i, of));
    return qs;
}

TEST(Quantiles, AreTheExactOnesIfNoiseIsSmall) {
    Seeded seeded;
    SeededWords words(seeded.rng);
    std::vector<double> values;
    for (int i = 1; i <= 1000; ++i) values.push_back(i);
    const auto chain = number("x") >> clamp(0, 2000, one) >> quantiles(parts(10), Cost::ratio(2000, 1));
    const auto answers = trial(chain, numbers(values), words);
    for (std::size_t i = 0; i < 9; ++i) EXPECT_NEAR(answers[i], 100 * static_cast<double>(i + 1), 2) << i;
}

TEST(Quantiles, ComeInTheOrderAskedForAndNeverCross) {
    Seeded seeded;
    SeededWords words(seeded.rng);
    std::vector<double> values;
    for (int i = 0; i < 400; ++i) values.push_back(static_cast<double>(seeded.rng.next() % 100));
    const Dataset data = numbers(values);
    const std::vector<Cost> qs = {Cost::ratio(9, 10), Cost::ratio(0, 1), Cost::ratio(1, 2), one, Cost::ratio(1, 4)};
    const auto chain = number("x") >> clamp(0, 100, one) >> quantiles(qs, Cost::ratio(1, 4));
    for (const auto& a : trials(chain, data, words, 200)) {
        EXPECT_LE(a[1], a[4]);
        EXPECT_LE(a[4], a[2]);
        EXPECT_LE(a[2], a[0]);
        EXPECT_LE(a[0], a[3]);
    }
}

/// Half of the numbers are one and the same: the quantiles around it are cut out of it where they lie.
TEST(Quantiles, CutAValueThatManyShareAnywhere) {
    Seeded seeded;
    SeededWords words(seeded.rng);
    std::vector<double> values(5000, 40.0);
    for (int i = 0; i < 2500; ++i) values.push_back(static_cast<double>(i % 40));
    for (int i = 0; i < 2500; ++i) values.push_back(41.0 + i % 40);
    const auto chain = number("x") >> clamp(0, 100, one) >> quantiles(parts(10), Cost::ratio(4, 1));
    const auto a = trial(chain, numbers(values), words);
    EXPECT_NEAR(a[0], 16, 2);
    for (std::size_t i = 2; i < 7; ++i) EXPECT_EQ(a[i], 40) << i;
    EXPECT_NEAR(a[8], 64, 2);
}

TEST(Quantiles, OfNobodyAreAnywhereOnTheGrid) {
    Seeded seeded;
    SeededWords words(seeded.rng);
    for (const auto& a : trials(number("x") >> clamp(5, 9, one) >> quantiles(parts(4), one), numbers({}), words, 50)) {
        for (const double value : a) EXPECT_TRUE(5 <= value && value <= 9);
    }
}

TEST(Quantiles, HaveAnEqualPartOfEpsilonOnEachLevel) {
    const auto scale = [](std::uint64_t of) {
        const auto chain = number("x") >> clamp(0, 100, one) >> quantiles(parts(of), one);
        EXPECT_EQ(chain.loss().epsilon, one);
        return chain.description().noise.at(0).noise.scale;
    };
    EXPECT_EQ(scale(2), Cost::ratio(2, 1));
    EXPECT_EQ(scale(4), Cost::ratio(4, 1));
    EXPECT_EQ(scale(8), Cost::ratio(6, 1));
    EXPECT_EQ(scale(100), Cost::ratio(14, 1));
}

TEST(Quantiles, RefuseWhatCannotBeFound) {
    const auto ask = [](std::vector<Cost> qs) {
        return number("x") >> clamp(0, 100, one) >> quantiles(std::move(qs), one);
    };
    expect_throws(ErrorCode::invalid_argument, "no quantile is asked for", [&] { return ask({}); });
    expect_throws(ErrorCode::invalid_argument, "stands twice", [&] {
        return ask({Cost::ratio(1, 2), Cost::ratio(2, 4)});
    });
    expect_throws(ErrorCode::invalid_argument, "is no quantile", [&] { return ask({Cost::ratio(3, 2)}); });
    expect_throws(ErrorCode::invalid_argument, "no common denominator", [&] {
        return ask({Cost::ratio(1, 1021), Cost::ratio(1, 1031)});
    });
}

}  // namespace
}  // namespace tacit::dp
