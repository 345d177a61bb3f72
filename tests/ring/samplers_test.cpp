#include "ring/samplers.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>
#include <vector>

#include "base/aes_reference.hpp"
#include "tacit/base/aligned.hpp"

namespace tacit::ring {
namespace {

Seed seed_of(unsigned char number) {
    Seed seed{};
    seed[0] = std::byte{number};
    return seed;
}

constexpr std::size_t count = std::size_t{1} << 20;

std::vector<double> draw(const std::function<void(double*, std::size_t, Rng&)>& sampler, unsigned char number) {
    Rng rng(seed_of(number));
    std::vector<double> values(count);
    sampler(values.data(), values.size(), rng);
    return values;
}

/// Pearson's statistic of integer samples against probabilities that sum to one; cells below 10 are merged at the end.
double chi_squared(const std::vector<double>& samples, const std::map<int, double>& probabilities, int& cells) {
    std::map<int, double> observed;
    for (const double x : samples) {
        EXPECT_EQ(x, std::nearbyint(x));
        observed[static_cast<int>(x)] += 1;
    }
    for (const auto& [value, seen] : observed) EXPECT_TRUE(probabilities.contains(value)) << value << " is impossible";
    const auto n = static_cast<double>(samples.size());
    double statistic = 0, rest_seen = 0, rest_expected = 0;
    cells = 0;
    for (const auto& [value, probability] : probabilities) {
        if (n * probability < 10) {
            rest_seen += observed[value];
            rest_expected += n * probability;
            continue;
        }
        statistic += std::pow(observed[value] - n * probability, 2) / (n * probability);
        ++cells;
    }
    if (rest_expected > 0) {
        statistic += std::pow(rest_seen - rest_expected, 2) / rest_expected;
        ++cells;
    }
    return statistic;
}

/// Beyond 6 standard deviations of a chi-squared variable; with fixed seeds the verdict never changes.
void expect_distribution(const std::vector<double>& samples, const std::map<int, double>& probabilities) {
    int cells = 0;
    const double statistic = chi_squared(samples, probabilities, cells);
    const double freedom = cells - 1;
    EXPECT_LT(statistic, freedom + 6 * std::sqrt(2 * freedom) + 12) << cells << " cells";
    EXPECT_GT(statistic, freedom - 6 * std::sqrt(2 * freedom)) << "too good to be random";
}

/// Neighbours must not resemble each other.
void expect_no_serial_correlation(const std::vector<double>& samples) {
    double squares = 0;
    for (const double x : samples) squares += x * x;
    for (const std::size_t lag : {1u, 2u, 7u, 512u}) {
        double products = 0;
        for (std::size_t i = lag; i < samples.size(); ++i) products += samples[i] * samples[i - lag];
        EXPECT_LT(std::fabs(products / squares), 6 / std::sqrt(static_cast<double>(samples.size()))) << "lag " << lag;
    }
}

std::map<int, double> centred_binomial() {
    // Differences of two sums of 21 bits: binomial(42, 21 + k) / 2^42.
    std::map<int, double> probabilities;
    for (int k = -21; k <= 21; ++k) {
        probabilities[k] = std::exp2(std::lgamma(43) / std::log(2) - std::lgamma(22 + k) / std::log(2) -
                                     std::lgamma(22 - k) / std::log(2) - 42);
    }
    return probabilities;
}

TEST(SampleTernary, HasThreeEqualValues) {
    const auto samples = draw(sample_ternary, 1);
    expect_distribution(samples, {{-1, 1.0 / 3}, {0, 1.0 / 3}, {1, 1.0 / 3}});
    expect_no_serial_correlation(samples);
}

TEST(SampleError, IsTheCentredBinomialDistributionOver21Pairs) {
    const auto samples = draw(sample_error, 2);
    double total = 0;
    for (const auto& [value, probability] : centred_binomial()) total += probability;
    ASSERT_NEAR(total, 1, 1e-9);
    expect_distribution(samples, centred_binomial());
    expect_no_serial_correlation(samples);
}

TEST(SampleError, HasItsMoments) {
    const auto samples = draw(sample_error, 3);
    double mean = 0, variance = 0, fourth = 0;
    for (const double x : samples) {
        mean += x;
        variance += x * x;
        fourth += x * x * x * x;
    }
    const auto n = static_cast<double>(samples.size());
    EXPECT_NEAR(mean / n, 0, 6 * error_standard_deviation / std::sqrt(n));
    EXPECT_NEAR(variance / n, 10.5, 6 * 10.5 * std::sqrt(2 / n));
    // 42 bits of fourth central moment: 3 sigma^4 - 42 / 8.
    EXPECT_NEAR(fourth / n, 3 * 10.5 * 10.5 - 42.0 / 8, 6 * 10.5 * 10.5 * std::sqrt(96 / n));
    EXPECT_NEAR(error_standard_deviation * error_standard_deviation, 10.5, 1e-12);
}

TEST(SampleUniform, FillsTheResiduesEvenly) {
    const math::Modulus small(97);
    std::map<int, double> even;
    for (int k = -48; k <= 48; ++k) even[k] = 1.0 / 97;
    expect_distribution(draw([&](double* out, std::size_t n, Rng& rng) { sample_uniform(out, n, small, rng); }, 4),
                        even);
}

TEST(SampleUniform, IsBalancedAndEvenForLargePrimes) {
    for (const std::uint64_t p :
         {(std::uint64_t{1} << 49) - (1 << 14) * 3 + 1, std::uint64_t{1} << 48, std::uint64_t{12289}}) {
        const math::Modulus modulus(p | 1);
        const double half = static_cast<double>(modulus.value() / 2);
        auto samples = draw([&](double* out, std::size_t n, Rng& rng) { sample_uniform(out, n, modulus, rng); }, 5);
        double mean = 0;
        std::vector<double> cells(64);
        for (double& x : samples) {
            ASSERT_LE(std::fabs(x), half);
            ASSERT_EQ(x, std::nearbyint(x));
            mean += x / half;
            x = std::floor((x + half) / modulus.p() * 64);
        }
        EXPECT_NEAR(mean / count, 0, 6 / std::sqrt(3.0 * count));
        std::map<int, double> even;
        for (int k = 0; k < 64; ++k) even[k] = 1.0 / 64;
        if (p > 1 << 20) expect_distribution(samples, even);
    }
}

/// Words of the documented stream, from the standard's own AES.
std::uint64_t word(const Seed& seed, std::uint64_t stream, std::uint64_t index) {
    const reference::Aes256 aes(seed);
    reference::Aes256::Block block{};
    for (std::size_t i = 0; i < 8; ++i) block[i] = static_cast<std::uint8_t>(stream >> (8 * i));
    for (std::size_t i = 0; i < 8; ++i) block[15 - i] = static_cast<std::uint8_t>((index / 2) >> (8 * i));
    const auto out = aes.encrypt(block);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i) value |= std::uint64_t{out[index % 2 * 8 + i]} << (8 * i);
    return value;
}

__extension__ using Wide = unsigned __int128;

TEST(SampleUniform, IsTheDocumentedExpansion) {
    // r = floor(w p / 2^64), rejected if w p mod 2^64 < 2^64 mod p; a prime near 2^49 rejects one word in 2^15.
    const math::Modulus p(562949953216513);
    const std::uint64_t threshold = static_cast<std::uint64_t>((Wide{1} << 64) % p.value());
    std::vector<double> samples(3000);
    Rng rng(seed_of(6), 42);
    sample_uniform(samples.data(), samples.size(), p, rng);
    std::uint64_t next = 0;
    for (const double sample : samples) {
        Wide product = 0;
        do product = Wide{word(seed_of(6), 42, next++)} * p.value();
        while (static_cast<std::uint64_t>(product) < threshold);
        const auto r = static_cast<std::uint64_t>(product >> 64);
        ASSERT_EQ(sample, static_cast<double>(r) - static_cast<double>(p.value() / 2)) << "word " << next - 1;
    }
}

TEST(SampleUniform, RejectsWhatWouldBias) {
    // p just above 2^48: 2^64 mod p is almost p, so one word in 2^16 is rejected; the draws go on without it.
    const math::Modulus p((std::uint64_t{1} << 48) + 1);
    const std::uint64_t threshold = static_cast<std::uint64_t>((Wide{1} << 64) % p.value());
    std::vector<std::uint64_t> words(count);
    Rng words_rng(seed_of(8));
    words_rng.fill(words);
    std::vector<double> expected;
    for (const std::uint64_t w : words) {
        const Wide product = Wide{w} * p.value();
        if (static_cast<std::uint64_t>(product) >= threshold) {
            expected.push_back(static_cast<double>(static_cast<std::uint64_t>(product >> 64)) -
                               static_cast<double>(p.value() / 2));
        }
    }
    ASSERT_LT(expected.size(), words.size());
    Rng rng(seed_of(8));
    std::vector<double> samples(expected.size());
    sample_uniform(samples.data(), samples.size(), p, rng);
    EXPECT_EQ(samples, expected);
}

TEST(SampleTernary, IsTheDocumentedMapOfWords) {
    std::vector<double> samples(64);
    Rng rng(seed_of(7));
    sample_ternary(samples.data(), samples.size(), rng);
    for (std::size_t i = 0; i < samples.size(); ++i) {
        EXPECT_EQ(samples[i],
                  static_cast<double>(static_cast<std::uint64_t>(Wide{word(seed_of(7), 0, i)} * 3 >> 64)) - 1);
    }
}

TEST(SampleError, CountsTheBitsOfTwo21BitFields) {
    std::vector<double> samples(64);
    Rng rng(seed_of(7));
    sample_error(samples.data(), samples.size(), rng);
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const std::uint64_t w = word(seed_of(7), 0, i);
        EXPECT_EQ(samples[i], __builtin_popcountll(w & 0x1fffff) - __builtin_popcountll(w >> 21 & 0x1fffff));
    }
}

TEST(Samplers, DrawAnyNumberOfValues) {
    const math::Modulus p(12289);
    for (const std::size_t n : {std::size_t{0}, std::size_t{1}, std::size_t{511}, std::size_t{512}, std::size_t{513}}) {
        std::vector<double> values(n + 1, 1e9);
        Rng rng(seed_of(9));
        sample_ternary(values.data(), n, rng);
        sample_error(values.data(), n, rng);
        sample_uniform(values.data(), n, p, rng);
        EXPECT_EQ(values[n], 1e9);
    }
}

}  // namespace
}  // namespace tacit::ring
