#include "tacit/ckks/encoder.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "base/seeded.hpp"
#include "base/throws.hpp"
#include "ckks/support.hpp"

namespace tacit::ckks {
namespace {

using testing::HasSubstr;
using LongComplex = std::complex<long double>;

/// exp(pi i k / N)
LongComplex root(std::uint64_t k, std::size_t n) {
    const long double angle =
        std::numbers::pi_v<long double> * static_cast<long double>(k % (2 * n)) / static_cast<long double>(n);
    return {std::cos(angle), std::sin(angle)};
}

std::uint64_t slot_exponent(std::size_t slot, std::size_t n) {
    std::uint64_t g = 1;
    for (std::size_t j = 0; j < slot; ++j) g = g * 5 % (2 * n);
    return g;
}

struct EncoderTest : ::testing::Test {
    Parameters parameters = insecure_parameters_for_tests({.depth = 2, .scale_bits = 40, .log_ring_dimension = 10});
    std::size_t n = parameters.ring_dimension();
    Encoder encoder{parameters};
    Seeded random;
};

TEST_F(EncoderTest, SlotJIsTheValueAtZetaToTheFiveToTheJ) {
    const Complexes values = uniform_complexes(n / 2, random.rng);
    const auto m = coefficients(parameters.context(), encoder.encode(values, 2).poly());
    for (const std::size_t slot : {std::size_t{0}, std::size_t{1}, std::size_t{2}, n / 4, n / 2 - 1}) {
        const std::uint64_t g = slot_exponent(slot, n);
        LongComplex sum = 0;
        for (std::size_t k = 0; k < n; ++k) sum += static_cast<long double>(m[k]) * root(k * g, n);
        const std::complex<double> value(sum / parameters.exact_scale(2));
        EXPECT_LT(std::abs(value - values[slot]), 1e-10) << "slot " << slot;
    }
}

TEST_F(EncoderTest, CoefficientsAreTheExactInverseEmbeddingRoundedToNearest) {
    // c_k = scale 2/N sum_j Re(z_j conj(zeta)^(k 5^j)) in long double, against what is encoded.
    const Complexes values = uniform_complexes(n / 2, random.rng);
    std::vector<std::uint64_t> exponents;
    for (std::size_t j = 0; j < n / 2; ++j) exponents.push_back(slot_exponent(j, n));
    for (const int level : {0, 1, 2}) {
        const auto m = coefficients(parameters.context(), encoder.encode(values, level).poly());
        for (const std::size_t k : {std::size_t{0}, std::size_t{1}, std::size_t{7}, n / 2, n - 1}) {
            long double c = 0;
            for (std::size_t j = 0; j < n / 2; ++j) {
                c += (LongComplex(values[j]) * std::conj(root(k * exponents[j], n))).real();
            }
            c *= parameters.exact_scale(level) * 2 / static_cast<long double>(n);
            EXPECT_LT(std::fabs(static_cast<long double>(m[k]) - c), 0.501L)
                << "level " << level << " coefficient " << k;
        }
    }
}

TEST_F(EncoderTest, DecodingInvertsEncodingAtEveryLevelAndScalePower) {
    const Complexes values = uniform_complexes(n / 2, random.rng, 3);
    for (int level = 0; level <= 2; ++level) {
        EXPECT_LT(distance(encoder.decode(encoder.encode(values, level)), values), 1e-10) << level;
        if (level > 0) {
            EXPECT_LT(distance(encoder.decode(encoder.encode(values, level, 2)), values), 1e-13) << level;
        }
    }
}

TEST_F(EncoderTest, DecodingInvertsEncodingAtEveryRingDimensionAndScale) {
    for (const int scale_bits : {25, 30, 40, 45, 48, 49, 60, 75, 90}) {
        for (const int log_n : {10, 11, 13}) {
            const Parameters p =
                insecure_parameters_for_tests({.depth = 1, .scale_bits = scale_bits, .log_ring_dimension = log_n});
            const Encoder e(p);
            const Complexes values = uniform_complexes(p.slots(), random.rng, 100);
            // 2^-52 log2 N relative to the largest value, and 8 standard deviations of the rounding.
            const double tolerance =
                142 * 0x1p-52 * log_n + 8 * std::sqrt(static_cast<double>(p.ring_dimension()) / 12) / p.scale(1);
            EXPECT_LT(distance(e.decode(e.encode(values, 1)), values), tolerance)
                << scale_bits << " bits, N = 2^" << log_n;
        }
    }
}

TEST_F(EncoderTest, EncodingIsLinearUpToRounding) {
    const Complexes x = uniform_complexes(n / 2, random.rng);
    const Complexes y = uniform_complexes(n / 2, random.rng);
    Complexes sum = x;
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += y[i];
    const Context& context = parameters.context();
    const auto a = coefficients(context, encoder.encode(x, 1).poly());
    const auto b = coefficients(context, encoder.encode(y, 1).poly());
    const auto c = coefficients(context, encoder.encode(sum, 1).poly());
    for (std::size_t k = 0; k < n; ++k) EXPECT_LE(std::fabs(a[k] + b[k] - c[k]), 1) << k;
}

TEST_F(EncoderTest, ShortVectorsAreRepeatedAndLiveInASubring) {
    for (std::size_t count = 1; count <= n / 2; count *= 2) {
        const Complexes values = uniform_complexes(count, random.rng);
        const Plaintext plaintext = encoder.encode(values, 2);
        EXPECT_LT(distance(encoder.decode(plaintext, count), values), 1e-10) << count;
        Complexes repeated;
        while (repeated.size() < n / 2) repeated.insert(repeated.end(), values.begin(), values.end());
        EXPECT_LT(distance(encoder.decode(plaintext), repeated), 1e-10) << count;
        const auto m = coefficients(parameters.context(), plaintext.poly());
        const std::size_t gap = n / 2 / count;
        for (std::size_t k = 0; k < n; ++k) {
            if (k % gap == 0) continue;
            EXPECT_EQ(m[k], 0) << count << " values, coefficient " << k;
        }
    }
}

TEST_F(EncoderTest, RealVectorsEncodeAsTheirComplexEmbedding) {
    const auto values = uniform_values(n / 2, random.rng);
    EXPECT_TRUE(congruent(parameters.context(), encoder.encode(values, 2).poly(),
                          encoder.encode(to_complex(values), 2).poly()));
    EXPECT_LT(distance(encoder.decode_real(encoder.encode(values, 2)), values), 1e-10);
}

TEST_F(EncoderTest, AConstantEncodesAsAConstantPolynomial) {
    const std::vector<double> constant{0.75};
    const auto m = coefficients(parameters.context(), encoder.encode(constant, 2).poly());
    EXPECT_EQ(m[0], 0.75 * 0x1p40);
    for (std::size_t k = 1; k < n; ++k) EXPECT_EQ(m[k], 0) << k;
}

TEST_F(EncoderTest, LargeIntegerPartsSurvive) {
    const Parameters wide =
        insecure_parameters_for_tests({.depth = 1, .scale_bits = 30, .integer_bits = 60, .log_ring_dimension = 10});
    const Encoder e(wide);
    for (int level = 0; level <= 1; ++level) {
        const auto values = uniform_values(n / 2, random.rng, -0x1p59, 0x1p59);
        EXPECT_LT(distance(e.decode_real(e.encode(values, level)), values), 0x1p59 * 0x1p-52 * 20) << level;
    }
}

TEST_F(EncoderTest, TheLargestValuesOfALevelSurvive) {
    const Encoder e(parameters);
    const std::vector<double> large{255.0, -255.0};
    EXPECT_LT(distance(e.decode_real(e.encode(large, 0), 2), large), 1e-9);
}

TEST_F(EncoderTest, RefusesNumbersOfValuesThatDoNotFillTheSlots) {
    for (const std::size_t count : {std::size_t{0}, std::size_t{3}, std::size_t{100}, n, 2 * n}) {
        const std::vector<double> values(count, 1.0);
        EXPECT_THAT(message_of(ErrorCode::invalid_argument, [&] { static_cast<void>(encoder.encode(values, 1)); }),
                    HasSubstr("power of two of at most 512"));
    }
    const Plaintext plaintext = encoder.encode(std::vector<double>{1}, 1);
    for (const std::size_t count : {std::size_t{3}, n}) {
        EXPECT_THAT(
            message_of(ErrorCode::invalid_argument, [&] { static_cast<void>(encoder.decode(plaintext, count)); }),
            HasSubstr("power of two"));
    }
}

TEST_F(EncoderTest, RefusesValuesThatAreNotFinite) {
    for (const double bad : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
        std::vector<double> values(16, 0.5);
        values[5] = bad;
        EXPECT_THAT(message_of(ErrorCode::invalid_argument, [&] { static_cast<void>(encoder.encode(values, 1)); }),
                    HasSubstr("value 5 is not a finite number"));
        Complexes complexes(16, {0.5, 0});
        complexes[15] = {0, bad};
        EXPECT_THAT(message_of(ErrorCode::invalid_argument, [&] { static_cast<void>(encoder.encode(complexes, 1)); }),
                    HasSubstr("value 15 is not a finite number"));
    }
}

TEST_F(EncoderTest, RefusesValuesAboveTheModulusOfTheLevel) {
    const std::vector<double> values{1e4};
    EXPECT_NO_THROW(static_cast<void>(encoder.encode(values, 1)));
    EXPECT_THAT(message_of(ErrorCode::invalid_argument, [&] { static_cast<void>(encoder.encode(values, 0)); }),
                HasSubstr("encode smaller values"));
}

TEST_F(EncoderTest, RefusesValuesThatOverflowInsideTheTransform) {
    // Finite values whose sums are not: every pattern of signs must be refused, never encoded as garbage.
    for (const std::size_t count : {std::size_t{1}, std::size_t{2}, std::size_t{16}, n / 2}) {
        for (unsigned pattern = 0; pattern < 16; ++pattern) {
            std::vector<double> values(count);
            for (std::size_t i = 0; i < count; ++i) values[i] = (pattern >> (i % 4) & 1) != 0 ? -1.7e308 : 1.7e308;
            EXPECT_THAT(message_of(ErrorCode::invalid_argument, [&] { static_cast<void>(encoder.encode(values, 2)); }),
                        HasSubstr("encode"))
                << count << " values, pattern " << pattern;
        }
    }
}

TEST_F(EncoderTest, RefusesLevelsAndScalePowersThatDoNotExist) {
    const std::vector<double> one{1};
    for (const int level : {-1, 3, 1000}) {
        EXPECT_THAT(message_of(ErrorCode::out_of_levels, [&] { static_cast<void>(encoder.encode(one, level)); }),
                    HasSubstr("levels 0 to 2"));
    }
    for (const int power : {-1, 0, 3}) {
        EXPECT_THAT(message_of(ErrorCode::invalid_argument, [&] { static_cast<void>(encoder.encode(one, 1, power)); }),
                    HasSubstr("scale power"));
    }
}

TEST_F(EncoderTest, RefusesPlaintextsOfOtherParameters) {
    const Encoder other(insecure_parameters_for_tests({.depth = 1, .log_ring_dimension = 10}));
    const Plaintext plaintext = encoder.encode(std::vector<double>{1}, 1);
    EXPECT_THAT(message_of(ErrorCode::parameter_mismatch, [&] { static_cast<void>(other.decode(plaintext)); }),
                HasSubstr("decode"));
}

}  // namespace
}  // namespace tacit::ckks
