#include <gtest/gtest.h>

#include <random>
#include <string>

#include "math/bit_reversal.hpp"
#include "math/kernels.hpp"
#include "math/ntt_table.hpp"
#include "math/reference.hpp"
#include "tacit/base/error.hpp"

namespace tacit::math {
namespace {

using reference::Shape;

/// The forward transform in its steps, block by block from the last, with the input itself brought into the cache.
AlignedBuffer transformed_in_steps(const Kernels& kernels, const AlignedBuffer& input, const NttTable& table) {
    AlignedBuffer x = reference::copy(input);
    kernels.ntt_forward_top(x.data(), table);
    for (std::size_t block = table.blocks(); block-- > 0;) {
        const double* const ahead[] = {input.data() + block * (table.size() / table.blocks()), input.data()};
        kernels.ntt_forward_block(x.data(), block, table, ahead, block % 3);
    }
    return x;
}

/// Each table's transform against the reference, and both directions against the portable bits.
void check_transforms(const NttTable& table, const AlignedBuffer& input) {
    const std::uint64_t p = table.modulus().value();
    const auto expected = reference::transform(reference::canonical(input, p), table.root(), p);
    AlignedBuffer portable_forward, portable_inverse;
    for (const Kernels* kernels : available_kernels()) {
        SCOPED_TRACE(kernels->name);
        AlignedBuffer x = reference::copy(input);
        kernels->ntt_forward(x.data(), table);
        EXPECT_EQ(reference::canonical(x, p), expected);
        EXPECT_TRUE(reference::all_reduced(x, p));
        if (portable_forward.size() == 0) portable_forward = reference::copy(x);
        EXPECT_TRUE(reference::same_bits(x, portable_forward));
        EXPECT_TRUE(reference::same_bits(transformed_in_steps(*kernels, input, table), portable_forward));
        kernels->ntt_inverse(x.data(), x.data(), 1, table);
        EXPECT_EQ(reference::canonical(x, p), reference::canonical(input, p));
        EXPECT_TRUE(reference::all_reduced(x, p));
        if (portable_inverse.size() == 0) portable_inverse = reference::copy(x);
        EXPECT_TRUE(reference::same_bits(x, portable_inverse));
    }
}

/// All sizes of primes for the small rings; for the large ones, whose references are slow, one per policy.
std::vector<std::uint64_t> primes_for(int log_n) {
    auto primes = reference::test_primes(std::size_t{1} << log_n);
    if (log_n > 13) primes = {primes[0], primes[2], primes[3]};
    return primes;
}

class NttTest : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(RingDimensions, NttTest, testing::Range(10, 18));

TEST_P(NttTest, AgreesWithIntegersOnEveryTable) {
    const std::size_t n = std::size_t{1} << GetParam();
    const std::uint64_t seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    for (const std::uint64_t p : primes_for(GetParam())) {
        SCOPED_TRACE("p = " + std::to_string(p));
        const NttTable table(Modulus(p), GetParam());
        for (const Shape shape : reference::shapes) check_transforms(table, reference::residues(shape, n, p, random));
    }
}

/// The inputs that the worst-case bounds allow: |x| up to p.
TEST_P(NttTest, ForwardTakesUnreducedInput) {
    const std::size_t n = std::size_t{1} << GetParam();
    for (const std::uint64_t p : primes_for(GetParam())) {
        SCOPED_TRACE("p = " + std::to_string(p));
        const NttTable table(Modulus(p), GetParam());
        AlignedBuffer input(n);
        for (std::size_t i = 0; i < n; ++i) {
            input.data()[i] = static_cast<double>(p - 1) * (i * 0x9E3779B97F4A7C15 >> 63 != 0 ? 1 : -1);
        }
        check_transforms(table, input);
    }
}

/// The inverse transform into another array, times scalars, against that without.
void check_scaled_inverse(const Kernels& kernels, const AlignedBuffer& evaluations, const AlignedBuffer& unscaled,
                          const NttTable& table) {
    const Modulus& p = table.modulus();
    for (const std::uint64_t factor : {std::uint64_t{3}, p.value() / 2, p.value() / 2 + 1, p.value() - 1}) {
        AlignedBuffer out(table.size()), expected(table.size());
        kernels.ntt_inverse(out.data(), evaluations.data(), p.balanced(factor), table);
        kernels.mul_scalar(expected.data(), unscaled.data(), p.balanced(factor), table.size(), p);
        EXPECT_TRUE(reference::all_reduced(out, p.value()));
        EXPECT_EQ(reference::canonical(out, p.value()), reference::canonical(expected, p.value())) << factor;
    }
}

/// Evaluations that make the inverse's sums as large as they can get.
TEST_P(NttTest, InverseOfExtremeEvaluations) {
    const std::size_t n = std::size_t{1} << GetParam();
    std::mt19937_64 random(7);
    for (const std::uint64_t p : primes_for(GetParam())) {
        SCOPED_TRACE("p = " + std::to_string(p));
        const NttTable table(Modulus(p), GetParam());
        for (const Shape shape : reference::shapes) {
            const AlignedBuffer evaluations = reference::residues(shape, n, p, random);
            AlignedBuffer first;
            for (const Kernels* kernels : available_kernels()) {
                SCOPED_TRACE(kernels->name);
                AlignedBuffer x = reference::copy(evaluations);
                kernels->ntt_inverse(x.data(), x.data(), 1, table);
                EXPECT_TRUE(reference::all_reduced(x, p));
                if (first.size() == 0) first = reference::copy(x);
                EXPECT_TRUE(reference::same_bits(x, first));
                check_scaled_inverse(*kernels, evaluations, first, table);
            }
            EXPECT_EQ(reference::transform(reference::canonical(first, p), table.root(), p),
                      reference::canonical(evaluations, p));
        }
    }
}

TEST(ReverseBits, IsItsOwnInverse) {
    EXPECT_EQ(reverse_bits(0b0001011, 7), 0b1101000u);
    for (std::uint32_t x = 0; x < 1024; ++x) EXPECT_EQ(reverse_bits(reverse_bits(x, 10), 10), x);
}

TEST(Ntt, EvaluatesAtOddPowersOfTheRootInBitReversedOrder) {
    const std::size_t n = 1024;
    const std::uint64_t p = nearest_ntt_prime(0x1p40, 2 * n, {});
    const NttTable table(Modulus(p), 10);
    std::mt19937_64 random(11);
    AlignedBuffer x = reference::residues(Shape::random, n, p, random);
    const auto coefficients = reference::canonical(x, p);
    kernels().ntt_forward(x.data(), table);
    for (const std::size_t i : {0U, 1U, 2U, 3U, 511U, 512U, 700U, 1023U}) {
        const std::uint64_t point = pow_mod(table.root(), 2 * reverse_bits(i, 10) + 1, p);
        std::uint64_t value = 0;
        for (std::size_t k = n; k-- > 0;) value = (reference::product(value, point, p) + coefficients[k]) % p;
        EXPECT_EQ(reference::canonical(x.data()[i], p), value) << i;
    }
}

TEST(Ntt, ConvolutionIsTheNegacyclicProduct) {
    const std::size_t n = 1024;
    const std::uint64_t p = nearest_ntt_prime(0x1p49, 2 * n, {});
    const NttTable table(Modulus(p), 10);
    std::mt19937_64 random(13);
    AlignedBuffer a = reference::residues(Shape::random, n, p, random);
    AlignedBuffer b = reference::residues(Shape::random_extreme, n, p, random);
    std::vector<std::uint64_t> expected(n, 0);
    const auto u = reference::canonical(a, p), v = reference::canonical(b, p);
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < n; ++j) {
            const std::uint64_t term = reference::product(u[i], v[j], p);
            std::uint64_t& out = expected[(i + j) % n];
            out = (out + (i + j < n ? term : p - term)) % p;
        }
    }
    for (const Kernels* kernels : available_kernels()) {
        SCOPED_TRACE(kernels->name);
        AlignedBuffer x = reference::copy(a), y = reference::copy(b);
        kernels->ntt_forward(x.data(), table);
        kernels->ntt_forward(y.data(), table);
        kernels->mul(x.data(), x.data(), y.data(), n, table.modulus());
        kernels->ntt_inverse(x.data(), x.data(), 1, table);
        EXPECT_EQ(reference::canonical(x, p), expected);
    }
}

TEST(NttTable, RefusesWhatItCannotTransform) {
    const auto code = [](std::uint64_t p, int log_n) {
        try {
            const NttTable table(Modulus(p), log_n);
        } catch (const Error& error) {
            return error.code();
        }
        return ErrorCode::internal;
    };
    EXPECT_EQ(code(12289, 9), ErrorCode::invalid_argument);
    EXPECT_EQ(code(12289, 18), ErrorCode::invalid_argument);
    EXPECT_EQ(code(12289, 13), ErrorCode::invalid_argument);
    EXPECT_EQ(code((std::uint64_t{1} << 40) + 1, 10), ErrorCode::invalid_argument);
    EXPECT_EQ(NttTable(Modulus(12289), 11).size(), 2048U);
}

}  // namespace
}  // namespace tacit::math
