// The samplers against exact distributions: every word sequence of a toy source, and chi-square at full width.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <stdexcept>

#include "base/seeded.hpp"
#include "dp/audit.hpp"
#include "dp/cks_reference.hpp"
#include "dp/discrete_gaussian.hpp"
#include "dp/distributions.hpp"
#include "dp/geometric.hpp"
#include "dp/trial.hpp"

namespace tacit::dp {
namespace {

/// Thrown by a toy source at the end of its words.
struct OutOfWords : std::runtime_error {
    OutOfWords() : std::runtime_error("out of words") {}
};

/// Plays a given sequence of 8-bit words.
class ToyWords final : public WordSource<std::uint8_t> {
public:
    explicit ToyWords(std::vector<std::uint8_t> words) : words_(std::move(words)) {}
    void fill(std::span<std::uint8_t> out) override {
        for (std::uint8_t& word : out) {
            if (position_ == words_.size()) throw OutOfWords();
            word = words_[position_++];
        }
    }

private:
    std::vector<std::uint8_t> words_;
    std::size_t position_ = 0;
};

TEST(Probability, DigitsAreThoseOfItsBinaryExpansion) {
    // 1/e = 0.36787944117144232159552377016146086744581113103176...
    const Probability p{Probability::Form::exponential, {1, 1}, 0};
    EXPECT_EQ(p.digits(64, 0), 6786177901268885274U);  // floor(2^64 / e)
    EXPECT_EQ(p.digits(8, 0), 94U);                    // floor(256 / e)
    const std::uint64_t bytes = p.digits(8, 0) << 24 | p.digits(8, 1) << 16 | p.digits(8, 2) << 8 | p.digits(8, 3);
    EXPECT_EQ(bytes, p.digits(32, 0));
    const Probability half{Probability::Form::logistic, {1, std::uint64_t{1} << 60}, 0};  // a little below 1/2
    EXPECT_EQ(half.digits(64, 0), (std::uint64_t{1} << 63) - 4);                          // 1/2 - x/4 + x^3/48
}

/// Every sequence of first words: what is decided agrees with the exact distribution on both sides.
TEST(Geometric, EnumerationOfAToySourceEnclosesTheExactDistribution) {
    for (const Rate rate : {Rate{3, 1}, Rate{7, 2}, Rate{5, 3}}) {
        const Geometric<std::uint8_t> sampler(rate);
        const std::size_t coins = sampler.coins();
        ASSERT_LE(coins, 3U);
        const std::size_t sequences = std::size_t{1} << (8 * coins);
        std::map<std::int64_t, double> decided;
        double open = 0;
        for (std::size_t s = 0; s < sequences; ++s) {
            std::vector<std::uint8_t> words(coins);
            for (std::size_t i = 0; i < coins; ++i) words[i] = static_cast<std::uint8_t>(s >> (8 * i));
            ToyWords source(words);
            std::int64_t value = 0;
            try {
                sampler.draw(source, std::span(&value, 1));
                ++decided[value];
            } catch (const OutOfWords&) {
                ++open;
            }
        }
        const double x = static_cast<double>(rate.numerator) / static_cast<double>(rate.denominator);
        const auto total = static_cast<double>(sequences);
        EXPECT_LT(open / total, static_cast<double>(coins + 1) / 256);
        for (std::int64_t k = 0; k < 16; ++k) {
            const double exact = -std::expm1(-x) * std::exp(-x * static_cast<double>(k));
            EXPECT_LE(decided[k] / total, exact * (1 + 1e-12)) << k;
            EXPECT_GE((decided[k] + open) / total, exact * (1 - 1e-12)) << k;
        }
    }
}

TEST(Geometric, AnEqualWordIsSettledByTheNextDigits) {
    const Geometric<std::uint8_t> sampler({3, 1});
    const auto& bits = sampler.bits();
    ASSERT_EQ(sampler.coins(), 2U);
    const auto low = bits.threshold(0);
    const auto next = static_cast<std::uint8_t>(bits.coin(0).digits(8, 1));
    const auto draw = [&](std::vector<std::uint8_t> words) {
        ToyWords source(std::move(words));
        std::int64_t value = -1;
        sampler.draw(source, std::span(&value, 1));
        return value;
    };
    EXPECT_EQ(draw({low, 255, static_cast<std::uint8_t>(next - 1)}), 1);
    EXPECT_EQ(draw({low, 255, static_cast<std::uint8_t>(next + 1)}), 0);
    EXPECT_THROW(draw({low, 255, next}), OutOfWords);
}

TEST(Geometric, DigitsBeyondTheCoinsAreReached) {
    // The last coin shows 1 twice, then 0: two steps of 2^low_digits.
    const Geometric<std::uint8_t> sampler({3, 1});
    const auto& last = sampler.bits().coin(1);
    ASSERT_EQ(last.digits(8, 0), 0U);
    const auto second = static_cast<std::uint8_t>(last.digits(8, 1));
    ASSERT_GT(second, 0);
    ToyWords source({255, 0, static_cast<std::uint8_t>(second - 1), 0, 0, 255});
    std::int64_t value = 0;
    sampler.draw(source, std::span(&value, 1));
    EXPECT_EQ(value, 4);
}

template <class Draw>
std::vector<std::int64_t> many(std::size_t count, const Draw& draw) {
    std::vector<std::int64_t> out(count);
    draw(std::span(out));
    return out;
}

const std::size_t samples = soak_or(1000000);

TEST(DiscreteLaplace, HasTheExactDistribution) {
    Seeded seeded;
    SeededWords words(seeded.rng);
    for (const Rate rate : {Rate{1, 1}, Rate{1, 10}, Rate{2, 7}, Rate{5, 1}, Rate{1, 1000}}) {
        const Geometric<std::uint64_t> sampler(rate);
        const auto drawn = many(samples, [&](auto out) { sampler.draw_differences(words, out); });
        const double x = static_cast<double>(rate.numerator) / static_cast<double>(rate.denominator);
        const auto reach = static_cast<std::int64_t>(20 / x) + 2;
        const double p = chi_square_p_value(
            drawn, [&](std::int64_t k) { return discrete_laplace_pmf(x, k); }, -reach, reach);
        EXPECT_GT(p, 1e-6) << rate.numerator << "/" << rate.denominator;
        // The test sees a rate that is off by a twentieth.
        const double off = chi_square_p_value(
            drawn, [&](std::int64_t k) { return discrete_laplace_pmf(1.05 * x, k); }, -reach, reach);
        EXPECT_LT(off, 1e-6);
    }
}

TEST(DiscreteLaplace, AgreesWithTheRationalReference) {
    Seeded seeded;
    SeededWords words(seeded.rng);
    const auto drawn = many(samples / 4, [&](std::span<std::int64_t> out) {
        for (auto& y : out) y = reference::discrete_laplace(words, {2, 7});
    });
    EXPECT_GT(chi_square_p_value(
                  drawn, [](std::int64_t k) { return discrete_laplace_pmf(2.0 / 7, k); }, -80, 80),
              1e-6);
}

TEST(DiscreteLaplace, ReachesTheLargestScale) {
    Seeded seeded;
    SeededWords words(seeded.rng);
    const Geometric<std::uint64_t> sampler({1, largest_scale});
    const auto drawn = many(samples, [&](auto out) { sampler.draw_differences(words, out); });
    double size = 0;
    for (const std::int64_t y : drawn) size += std::abs(static_cast<double>(y)) / static_cast<double>(samples);
    EXPECT_NEAR(size / static_cast<double>(largest_scale), 1, 0.006);  // six standard errors
}

/// P[y] of the discrete Gaussian distribution of that variance.
std::vector<double> gaussian_pmf(double variance, std::int64_t reach) {
    std::vector<double> pmf;
    double total = 0;
    for (std::int64_t y = -reach; y <= reach; ++y) {
        pmf.push_back(std::exp(-static_cast<double>(y) * static_cast<double>(y) / (2 * variance)));
        total += pmf.back();
    }
    for (double& p : pmf) p /= total;
    return pmf;
}

/// Every first word and sign: what is decided agrees with the exact distribution on both sides.
TEST(GaussianTable, EnumerationOfAToySourceEnclosesTheExactDistribution) {
    for (const std::uint64_t variance : {1U, 2U, 9U, 30U}) {
        const GaussianTable<std::uint8_t> sampler(variance);
        std::map<std::int64_t, double> decided;
        double open = 0;
        for (std::size_t word = 0; word < 256; ++word) {
            for (std::size_t sign = 0; sign < 2; ++sign) {
                ToyWords source({static_cast<std::uint8_t>(word), static_cast<std::uint8_t>(sign)});
                std::int64_t value = 0;
                try {
                    sampler.draw(source, std::span(&value, 1));
                    ++decided[value];
                } catch (const OutOfWords&) {
                    ++open;
                }
            }
        }
        EXPECT_LE(open / 512, static_cast<double>(sampler.size()) / 256);
        const auto pmf = gaussian_pmf(static_cast<double>(variance), 100);
        for (std::int64_t k = -30; k <= 30; ++k) {
            const double exact = pmf[static_cast<std::size_t>(k + 100)];
            EXPECT_LE(decided[k] / 512, exact * (1 + 1e-12)) << k;
            EXPECT_GE((decided[k] + open) / 512, exact * (1 - 1e-12)) << k;
        }
    }
}

TEST(GaussianTable, AnEqualWordIsSettledByTheNextDigits) {
    const GaussianTable<std::uint8_t> sampler(1);
    const auto digits = [](std::size_t m, int index) {
        return static_cast<std::uint8_t>(gaussian_tail_digits(1, m, 1, 8, index).front());
    };
    const auto draw = [&](std::vector<std::uint8_t> words) {
        ToyWords source(std::move(words));
        std::int64_t value = -99;
        sampler.draw(source, std::span(&value, 1));
        return value;
    };
    const auto next = digits(1, 1);
    EXPECT_EQ(draw({digits(1, 0), 0, static_cast<std::uint8_t>(next - 1)}), 1);
    EXPECT_EQ(draw({digits(1, 0), 0, static_cast<std::uint8_t>(next + 1)}), 0);
    EXPECT_EQ(draw({digits(1, 0), 1, static_cast<std::uint8_t>(next - 1)}), -1);
    EXPECT_THROW(draw({digits(1, 0), 0, next}), OutOfWords);
    // At the end of the table: 0 in the first word, and P[|Y| >= 4] and P[|Y| >= 5] differ in the digits behind.
    ASSERT_EQ(sampler.size(), 4U);
    ASSERT_EQ(digits(5, 1), 0U);
    EXPECT_EQ(draw({0, 0, digits(4, 1), 255}), 3);
    EXPECT_EQ(draw({0, 0, 0, 255}), 4);
    EXPECT_EQ(draw({0, 0, 0, 0, 255}), 5);
}

TEST(GaussianTable, DigitsAreThoseOfTheExactTails) {
    // P[|Y| >= 1] = 2 S / (1 + 2 S), S = e^(-1/2) + e^(-2) + e^(-9/2) + ...
    long double sum = 0;
    for (long double k = 1; k < 20; ++k) sum += std::exp(-k * k / 2);
    const long double tail = 2 * sum / (1 + 2 * sum);
    const auto words = gaussian_tail_digits(1, 1, 2, 64, 0);
    EXPECT_NEAR(static_cast<double>(words[0]) / 0x1p64, static_cast<double>(tail), 1e-15);
    EXPECT_EQ(words[0] >> 32, gaussian_tail_digits(1, 1, 1, 32, 0).front());
    EXPECT_EQ(words[0] & 0xffffffff, gaussian_tail_digits(1, 1, 1, 32, 1).front());
}

TEST(ExponentialCoins, HaveValuesWithinTheirErrorOfTheExactOnes) {
    Seeded seeded;
    for (int trial = 0; trial < 3000; ++trial) {
        const std::uint64_t d = 2 + (seeded.rng.next() >> (2 + seeded.rng.next() % 60));
        const int most = std::min(63, static_cast<int>(std::bit_width(d)) + 7);
        const std::uint64_t n =
            1 + (seeded.rng.next() >> (64 - 1 - seeded.rng.next() % static_cast<std::uint64_t>(most)));
        const Probability exact{Probability::Form::exponential, {n, d}, 0};
        const auto value = static_cast<std::int64_t>(ExponentialCoins(d).approximate(n));
        const auto wanted = static_cast<std::int64_t>(exact.digits(63, 0));
        // The exact one is in wanted .. wanted + 1.
        ASSERT_LT(value - wanted, 8) << n << " / " << d;
        ASSERT_LT(wanted + 1 - value, 8) << n << " / " << d;
    }
}

/// Gives words in turn.
class ListWords final : public Words {
public:
    explicit ListWords(std::vector<std::uint64_t> words) : words_(std::move(words)) {}
    void fill(std::span<std::uint64_t> out) override {
        for (std::uint64_t& word : out) word = words_.at(used_++);
    }
    [[nodiscard]] std::size_t used() const { return used_; }

private:
    std::vector<std::uint64_t> words_;
    std::size_t used_ = 0;
};

TEST(ExponentialCoins, AreSettledByFurtherDigitsWhereTheErrorCouldDecide) {
    const ExponentialCoins coins(7);
    const Probability exact{Probability::Form::exponential, {3, 7}, 0};
    const std::uint64_t first = exact.digits(64, 0);
    const std::uint64_t second = exact.digits(64, 1);
    const auto shows = [&](std::uint64_t word, std::vector<std::uint64_t> more, std::size_t used) {
        ListWords words(std::move(more));
        const bool shown = coins.throw_for(3, word, words);
        EXPECT_EQ(words.used(), used) << word - first;
        return shown;
    };
    EXPECT_TRUE(shows(first - 1, {}, 0));
    EXPECT_FALSE(shows(first + 1, {}, 0));
    EXPECT_TRUE(shows(first, {second - 1}, 1));
    EXPECT_FALSE(shows(first, {second + 1}, 1));
    EXPECT_TRUE(shows(first, {second, 0}, 2));
    for (std::uint64_t off = 2; off < 1000; ++off) {
        EXPECT_TRUE(shows(first - off, {}, 0));
        EXPECT_FALSE(shows(first + off, {}, 0));
    }
    ListWords none({});
    EXPECT_TRUE(coins.throw_for(0, ~std::uint64_t{0}, none));
    EXPECT_FALSE(coins.throw_for(~std::uint64_t{0}, 64, none));
}

TEST(GaussianByRejection, HasTheExactDistributionWhereTheTableIsUsedToo) {
    Seeded seeded;
    SeededWords words(seeded.rng);
    for (const std::uint64_t variance : {1U, 7U, 100U, 401U}) {
        const GaussianByRejection sampler(variance);
        const auto drawn = many(samples / 4, [&](auto out) { sampler.draw(words, out); });
        const auto reach = static_cast<std::int64_t>(12 * std::sqrt(static_cast<double>(variance))) + 2;
        const auto pmf = gaussian_pmf(static_cast<double>(variance), reach);
        EXPECT_GT(chi_square_p_value(
                      drawn, [&](std::int64_t k) { return pmf[static_cast<std::size_t>(k + reach)]; }, -reach, reach),
                  1e-6)
            << variance;
    }
}

TEST(DiscreteGaussian, HasTheExactDistribution) {
    Seeded seeded;
    SeededWords words(seeded.rng);
    for (const std::uint64_t variance : {1U, 2U, 3U, 12U, 100U, 400U, 1000000U}) {
        const DiscreteGaussian sampler(variance);
        const auto drawn = many(samples / 2, [&](auto out) { sampler.draw(words, out); });
        const auto reach = static_cast<std::int64_t>(12 * std::sqrt(static_cast<double>(variance))) + 2;
        const auto p_value = [&](double of) {
            const auto pmf = gaussian_pmf(of, reach);
            return chi_square_p_value(
                drawn, [&](std::int64_t k) { return pmf[static_cast<std::size_t>(k + reach)]; }, -reach, reach);
        };
        EXPECT_GT(p_value(static_cast<double>(variance)), 1e-6) << variance;
        EXPECT_LT(p_value(1.06 * static_cast<double>(variance)), 1e-6) << variance;  // the test sees one that is off
    }
}

TEST(DiscreteGaussian, AgreesWithTheRationalReference) {
    Seeded seeded;
    SeededWords words(seeded.rng);
    const auto pmf = gaussian_pmf(25, 60);
    const auto drawn = many(samples / 4, [&](std::span<std::int64_t> out) {
        for (auto& y : out) y = reference::discrete_gaussian(words, 5);
    });
    EXPECT_GT(chi_square_p_value(
                  drawn, [&](std::int64_t k) { return pmf[static_cast<std::size_t>(k + 60)]; }, -60, 60),
              1e-6);
}

TEST(DiscreteGaussian, ReachesTheLargestVariance) {
    Seeded seeded;
    SeededWords words(seeded.rng);
    const DiscreteGaussian sampler(largest_variance);
    double square = 0;
    constexpr std::size_t count = 20000;
    for (const std::int64_t y : many(count, [&](auto out) { sampler.draw(words, out); })) {
        square += static_cast<double>(y) * static_cast<double>(y) / count;
    }
    EXPECT_NEAR(square / static_cast<double>(largest_variance), 1, 6 * std::sqrt(2.0 / count));
}

}  // namespace
}  // namespace tacit::dp
