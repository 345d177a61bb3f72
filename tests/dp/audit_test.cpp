// Audits: a lower bound on the epsilon of a mechanism from its outputs on two neighbours. They can prove a mechanism
// wrong, never right; so the controls, which are wrong in ways that libraries were, must be caught.
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

constexpr double doubt = 1e-9;

/// P[Bin(n, p) >= k] by its incomplete beta function: the continued fraction of I_p(k, n - k + 1).
double binomial_tail(double n, double k, double p) {
    const double a = k;
    const double b = n - k + 1;
    if (k <= 0 || p >= 1) return 1;
    if (p <= 0) return 0;
    if (p > (a + 1) / (a + b + 2)) {
        // I_p(a, b) = 1 - I_{1-p}(b, a), whose fraction converges there
        return 1 - binomial_tail(n, n - k + 1, 1 - p);
    }
    const double front =
        std::exp(a * std::log(p) + b * std::log1p(-p) + std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b)) / a;
    double c = 1;
    double d = 1 - (a + b) * p / (a + 1);
    d = 1 / d;
    double fraction = d;
    for (int m = 1; m < 100000; ++m) {
        const double even = m * (b - m) * p / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1 / (1 + even * d);
        c = 1 + even / c;
        fraction *= d * c;
        const double odd = -(a + m) * (a + b + m) * p / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 / (1 + odd * d);
        c = 1 + odd / c;
        fraction *= d * c;
        if (std::abs(d * c - 1) < 1e-14) break;
    }
    return front * fraction;
}

/// The Clopper-Pearson bounds of a probability: exact but for `doubt`.
double at_least(double k, double n) {
    double low = 0;
    double high = k / n;
    for (int i = 0; i < 100; ++i) (binomial_tail(n, k, (low + high) / 2) > doubt ? high : low) = (low + high) / 2;
    return low;
}
double at_most(double k, double n) { return 1 - at_least(n - k, n); }

/// A lower bound on epsilon: the threshold event is chosen on the first tenth and judged on the rest.
double epsilon_at_least(const std::vector<double>& on, const std::vector<double>& off) {
    const std::size_t tenth = on.size() / 10;
    const auto share = [](auto first, auto last, double threshold) {
        return static_cast<double>(std::count_if(first, last, [&](double y) { return y >= threshold; }));
    };
    std::vector<double> thresholds(on.begin(), on.begin() + static_cast<std::ptrdiff_t>(tenth));
    std::ranges::sort(thresholds);
    double best = -1;
    double threshold = 0;
    for (const double quantile : {0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9}) {
        const double candidate = thresholds[static_cast<std::size_t>((1 - quantile) * static_cast<double>(tenth))];
        const auto cut = static_cast<std::ptrdiff_t>(tenth);
        const double a = share(on.begin(), on.begin() + cut, candidate);
        const double b = share(off.begin(), off.begin() + cut, candidate);
        const double score = std::log((a + 1) / (b + 1)) - 2 / std::sqrt(a + 1);
        if (score > best) {
            best = score;
            threshold = candidate;
        }
    }
    const auto cut = static_cast<std::ptrdiff_t>(tenth);
    const auto n = static_cast<double>(on.size() - tenth);
    const double more = at_least(share(on.begin() + cut, on.end(), threshold), n);
    const double less = at_most(share(off.begin() + cut, off.end(), threshold), n);
    return std::log(more / less);
}

template <class Mechanism>
std::vector<double> outputs(const Mechanism& mechanism, std::size_t count = 400000) {
    std::vector<double> all(count);
    for (double& y : all) y = mechanism();
    return all;
}

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
