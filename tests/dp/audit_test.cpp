// Audits: a lower bound on the epsilon of a mechanism from its outputs on two neighbours. They can prove a mechanism
// wrong, never right; so the controls, which are wrong in ways that libraries were, must be caught.
#include "dp/audit.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "base/seeded.hpp"
#include "dp/trial.hpp"
#include "tacit/dp/mechanisms.hpp"

namespace tacit::dp {
namespace {

/// The values that a chain with one estimate gives.
template <class Chain>
std::vector<double> outputs_of(const Chain& chain, const Dataset& data, Words& words, std::size_t count = 1000000) {
    std::vector<double> all;
    for (const Estimate& estimate : trials(chain, data, words, count)) all.push_back(estimate.value);
    return all;
}

Dataset values(std::vector<double> column) {
    Dataset data;
    data.add_numbers("x", std::move(column));
    return data;
}

TEST(Audit, ClopperPearsonBoundsAreThoseOfTheTables) {
    EXPECT_NEAR(binomial_tail(10, 3, 0.25), 0.474407, 1e-6);
    EXPECT_NEAR(binomial_tail(20, 18, 0.5), 0.000201, 1e-6);
    EXPECT_NEAR(1 - std::pow(doubt, 1.0 / 50), at_most(0, 50), 1e-9);
}

TEST(Audit, FindsNoMoreThanTheClaimAndMostOfIt) {
    Seeded seeded;
    SeededWords words(seeded.rng);
    const auto counted = rows() >> count() >> laplace(Cost::ratio(1, 1));
    const auto one = outputs_of(counted, Dataset(1), words);
    const auto none = outputs_of(counted, Dataset(std::size_t{0}), words);
    EXPECT_LE(epsilon_at_least(one, none), 1);
    EXPECT_GE(epsilon_at_least(one, none), 0.85);
}

TEST(Audit, OfSumsOnExtremeRowsStaysBelowTheClaim) {
    Seeded seeded;
    SeededWords words(seeded.rng);
    const auto total = number("x") >> clamp(-2, 10, Cost::ratio(1, 1)) >> sum() >> laplace(Cost::ratio(1, 1));
    const Dataset with = values({1e300, -1e300, std::nan(""), 3});
    const Dataset without = values({-1e300, std::nan(""), 3});
    const auto on = outputs_of(total, with, words);
    const auto off = outputs_of(total, without, words);
    EXPECT_LE(epsilon_at_least(on, off), 1);
    EXPECT_GE(epsilon_at_least(on, off), 0.8);
}

TEST(AuditControl, ASensitivityThatIsOffByOneIsCaught) {
    Seeded seeded;
    SeededWords words(seeded.rng);
    const auto counted = rows() >> count() >> laplace(Cost::ratio(1, 1));  // for 1; the data differ by 2
    const auto two = outputs_of(counted, Dataset(2), words);
    const auto none = outputs_of(counted, Dataset(std::size_t{0}), words);
    EXPECT_GT(epsilon_at_least(two, none), 1.2);
}

TEST(AuditControl, AnEpsilonThatIsFivePercentOffIsCaught) {
    Seeded seeded;
    SeededWords words(seeded.rng);
    const auto counted = rows() >> count() >> laplace(Cost::ratio(27, 25));  // 1.08, claimed to be 1
    const auto one = outputs_of(counted, Dataset(1), words, 2000000);
    const auto none = outputs_of(counted, Dataset(std::size_t{0}), words, 2000000);
    EXPECT_GT(epsilon_at_least(one, none), 1);
}

double uniform_double(Words& words) { return (static_cast<double>(words.next() >> 11) + 0.5) * 0x1p-53; }

/// The textbook mechanism in doubles: -b sign ln(1 - 2|u|) added to the value.
double naive_laplace(double value, Words& words) {
    const double u = uniform_double(words) - 0.5;
    return value - (u < 0 ? -1.0 : 1.0) * std::log1p(-2 * std::abs(u));
}

/// Whether an output near 0 has bits below 2^-53: after 1 + noise it cannot, after 0 + noise it nearly always does.
double has_low_bits(double y) { return std::abs(y) < 0.25 && std::ldexp(y, 53) != std::nearbyint(std::ldexp(y, 53)); }

TEST(AuditControl, NaiveDoubleLaplaceIsCaughtByItsLowBits) {
    Seeded seeded;
    SeededWords words(seeded.rng);
    const auto on = outputs([&] { return has_low_bits(naive_laplace(0, words)); });
    const auto off = outputs([&] { return has_low_bits(naive_laplace(1, words)); });
    EXPECT_GT(epsilon_at_least(on, off), 5);  // claimed 1
    const auto counted = rows() >> count() >> laplace(Cost::ratio(1, 1));
    EXPECT_EQ(std::ranges::count_if(outputs_of(counted, Dataset(1), words), has_low_bits), 0);
}

TEST(AuditControl, ReorderedFloatSumsMoveMoreThanTheirSensitivity) {
    std::vector<double> rows(1025, 1.0);
    rows[0] = 9007199254740992.0;  // 2^53: adding 1 to it is lost
    const double forwards = std::accumulate(rows.begin(), rows.end(), 0.0);
    const double backwards = std::accumulate(rows.rbegin(), rows.rend(), 0.0);
    EXPECT_EQ(backwards - forwards, 1024);  // the same rows
    const auto chain = number("x") >> clamp(0, 4503599627370496.0, Cost::ratio(1, 1)) >> sum();
    const auto ours = [&] { return detail::Catalogue::apply(chain)(detail::Kernels::all_rows(values(rows))); };
    const Int128 first = ours();
    std::ranges::reverse(rows);
    EXPECT_TRUE(ours() == first);
}

TEST(AuditControl, WrappedSumsMoveMoreThanTheirSensitivity) {
    const auto wrapped = [](const std::vector<std::int32_t>& rows) {
        std::uint32_t sum = 0;
        for (const std::int32_t row : rows) sum += static_cast<std::uint32_t>(row);
        std::int32_t out = 0;
        std::memcpy(&out, &sum, sizeof out);
        return static_cast<double>(out);
    };
    constexpr std::int32_t high = 1 << 30;
    EXPECT_GT(std::abs(wrapped({high, high}) - wrapped({high})), high);  // one row of at most 2^30
    const auto chain = number("x") >> clamp(0, high, Cost::ratio(1, 1)) >> sum();
    const auto ours = [&](std::vector<double> rows) {
        const Dataset data = values(std::move(rows));
        return static_cast<double>(detail::Catalogue::apply(chain)(detail::Kernels::all_rows(data)));
    };
    EXPECT_EQ(ours({high, high, high}) - ours({high, high}), high);
}

TEST(AuditControl, ClampingAndThenUsingTheOriginalIsCaught) {
    Seeded seeded;
    SeededWords words(seeded.rng);
    // Noise for rows in 0 .. 1, made for the clamped row and added to the one that came.
    const auto noise = outputs_of(rows() >> count() >> laplace(Cost::ratio(1, 1)), Dataset(std::size_t{0}), words);
    auto on = noise;
    for (double& y : on) y += 20;
    const auto off = outputs_of(rows() >> count() >> laplace(Cost::ratio(1, 1)), Dataset(std::size_t{0}), words);
    EXPECT_GT(epsilon_at_least(on, off), 5);
}

}  // namespace
}  // namespace tacit::dp
