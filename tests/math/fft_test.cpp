#include <gtest/gtest.h>

#include <algorithm>
#include <complex>
#include <cstring>
#include <numbers>
#include <random>
#include <vector>

#include "math/bit_reversal.hpp"
#include "math/kernels.hpp"
#include "tacit/base/aligned.hpp"

namespace tacit::math {
namespace {

struct Signal {
    AlignedBuffer re;
    AlignedBuffer im;
};

Signal random_signal(std::size_t n, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::uniform_real_distribution<double> value(-1, 1);
    Signal signal{AlignedBuffer(n), AlignedBuffer(n)};
    for (std::size_t i = 0; i < n; ++i) {
        signal.re.data()[i] = value(random);
        signal.im.data()[i] = value(random);
    }
    return signal;
}

Signal copy(const Signal& x) {
    const std::size_t n = x.re.size();
    Signal y{AlignedBuffer(n), AlignedBuffer(n)};
    std::copy_n(x.re.data(), n, y.re.data());
    std::copy_n(x.im.data(), n, y.im.data());
    return y;
}

bool same_bits(const Signal& x, const Signal& y) {
    const std::size_t bytes = x.re.size() * sizeof(double);
    return std::memcmp(x.re.data(), y.re.data(), bytes) == 0 && std::memcmp(x.im.data(), y.im.data(), bytes) == 0;
}

double largest_difference(const Signal& x, const Signal& y) {
    double largest = 0;
    for (std::size_t i = 0; i < x.re.size(); ++i) {
        largest =
            std::max({largest, std::fabs(x.re.data()[i] - y.re.data()[i]), std::fabs(x.im.data()[i] - y.im.data()[i])});
    }
    return largest;
}

/// The value of the signal's polynomial at exp(pi i / N * (4 brv(leaf) + 1)), term by term in long double.
std::complex<long double> evaluate(const Signal& x, const std::vector<std::complex<long double>>& roots,
                                   std::size_t point) {
    std::complex<long double> value = 0;
    for (std::size_t k = 0; k < x.re.size(); ++k) {
        value += roots[k * point % roots.size()] * std::complex<long double>(x.re.data()[k], x.im.data()[k]);
    }
    return value;
}

/// exp(pi i k / N) for k < 2N = 4n.
std::vector<std::complex<long double>> roots_of_unity(std::size_t n) {
    std::vector<std::complex<long double>> roots;
    for (std::size_t k = 0; k < 4 * n; ++k) {
        const long double angle =
            std::numbers::pi_v<long double> / static_cast<long double>(2 * n) * static_cast<long double>(k);
        roots.emplace_back(std::cos(angle), std::sin(angle));
    }
    return roots;
}

class FftTest : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Slots, FftTest, testing::Range(4, 17));

TEST_P(FftTest, AgreesWithDirectEvaluation) {
    const std::size_t n = std::size_t{1} << GetParam();
    const FftTable table(GetParam());
    const Signal input = random_signal(n, 5);
    Signal output = copy(input);
    kernels().fft_forward(output.re.data(), output.im.data(), table);
    const auto roots = roots_of_unity(n);
    // Errors add up like a random walk over the layers, each 2^-53 of a typical value sqrt(n) times a small factor.
    const double bound = 0x1p-52 * GetParam() * std::sqrt(static_cast<double>(n));
    for (std::size_t leaf = 0; leaf < n; leaf += n <= 256 ? 1 : n / 64 - 1) {
        const auto expected = evaluate(input, roots, 4 * reverse_bits(leaf, GetParam()) + 1);
        EXPECT_NEAR(output.re.data()[leaf], static_cast<double>(expected.real()), bound) << leaf;
        EXPECT_NEAR(output.im.data()[leaf], static_cast<double>(expected.imag()), bound) << leaf;
    }
}

TEST_P(FftTest, EveryTableGivesTheSameBitsAndInverts) {
    const std::size_t n = std::size_t{1} << GetParam();
    const FftTable table(GetParam());
    const Signal input = random_signal(n, 6);
    Signal first_forward, first_inverse;
    for (const Kernels* kernels : available_kernels()) {
        SCOPED_TRACE(kernels->name);
        Signal x = copy(input);
        kernels->fft_forward(x.re.data(), x.im.data(), table);
        if (first_forward.re.size() == 0) first_forward = copy(x);
        EXPECT_TRUE(same_bits(x, first_forward));
        kernels->fft_inverse(x.re.data(), x.im.data(), table);
        if (first_inverse.re.size() == 0) first_inverse = copy(x);
        EXPECT_TRUE(same_bits(x, first_inverse));
        EXPECT_LE(largest_difference(x, input), 0x1p-52 * GetParam());
    }
}

}  // namespace
}  // namespace tacit::math
