#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "math/kernels.hpp"
#include "math/reference.hpp"

namespace tacit::math {
namespace {

using reference::Shape;
using reference::Wide;

constexpr std::size_t n = 80;  // a multiple of 16, not of 32

/// `count` limbs with the largest size that a reduced residue of a prime below 2^49 can have.
std::vector<AlignedBuffer> limbs(std::size_t count, Shape shape, double bound, std::mt19937_64& random) {
    std::vector<AlignedBuffer> result;
    for (std::size_t j = 0; j < count; ++j) {
        // Odd, as residues() wants (p-1)/2 on either side.
        result.push_back(reference::residues(shape, n, static_cast<std::uint64_t>(2 * bound) | 1, random));
    }
    return result;
}

std::vector<const double*> pointers(const std::vector<AlignedBuffer>& limbs) {
    std::vector<const double*> result;
    for (const auto& limb : limbs) result.push_back(limb.data());
    return result;
}

/// sum_j a[j][i] b_j(i) mod p.
template <class Factor>
Wide sum_of_products(const std::vector<AlignedBuffer>& a, const Factor& factor, std::size_t i, std::uint64_t p) {
    Wide sum = 0;
    for (std::size_t j = 0; j < a.size(); ++j) {
        sum += static_cast<Wide>(a[j].data()[i]) * static_cast<Wide>(factor(j, i)) % static_cast<Wide>(p);
    }
    return sum;
}

class SumsTest : public testing::TestWithParam<Shape> {};
INSTANTIATE_TEST_SUITE_P(Shapes, SumsTest, testing::ValuesIn(reference::shapes));

TEST_P(SumsTest, InnerProductOfAnyLength) {
    std::mt19937_64 random(23);
    for (const std::uint64_t p : reference::test_primes(1024)) {
        for (const std::size_t count : {1U, 2U, 4U, 11U, 12U, 13U, 24U, 25U, 40U}) {
            SCOPED_TRACE("p = " + std::to_string(p) + ", " + std::to_string(count) + " terms");
            const double bound = 0.54 * static_cast<double>(p) - 1;
            const auto a = limbs(count, GetParam(), bound, random);
            const auto k0 = limbs(count, GetParam(), bound, random);
            const auto k1 = limbs(count, Shape::all_smallest, bound, random);
            const auto plus = limbs(1, GetParam(), bound, random);
            const double c = static_cast<double>((p - 1) / 2);
            AlignedBuffer first0, first1;
            for (const Kernels* kernels : available_kernels()) {
                SCOPED_TRACE(kernels->name);
                AlignedBuffer out0(n), out1(n);
                kernels->inner_product2(out0.data(), out1.data(), pointers(a).data(), pointers(k0).data(),
                                        pointers(k1).data(), count, plus[0].data(), nullptr, c, n, Modulus(p));
                EXPECT_TRUE(reference::all_reduced(out0, p) && reference::all_reduced(out1, p));
                if (first0.size() == 0) {
                    first0 = reference::copy(out0);
                    first1 = reference::copy(out1);
                }
                EXPECT_TRUE(reference::same_bits(out0, first0) && reference::same_bits(out1, first1));
            }
            for (std::size_t i = 0; i < n; ++i) {
                const auto in = [&](const std::vector<AlignedBuffer>& k) {
                    return sum_of_products(
                        a, [&](std::size_t j, std::size_t at) { return k[j].data()[at]; }, i, p);
                };
                const Wide more = static_cast<Wide>(plus[0].data()[i]) * static_cast<Wide>(c) % static_cast<Wide>(p);
                ASSERT_EQ(reference::canonical(first0.data()[i], p), reference::canonical(in(k0) + more, p));
                ASSERT_EQ(reference::canonical(first1.data()[i], p), reference::canonical(in(k1), p));
            }
        }
    }
}

TEST_P(SumsTest, ConversionOfAnyLength) {
    std::mt19937_64 random(29);
    for (const std::uint64_t p : reference::test_primes(1024)) {
        for (const std::size_t count : {1U, 2U, 6U, 11U, 12U, 13U, 24U, 25U, 40U}) {
            SCOPED_TRACE("p = " + std::to_string(p) + ", " + std::to_string(count) + " terms");
            const auto y = limbs(count, GetParam(), 0.54 * 0x1p49 - 1, random);
            std::vector<double> c(count);
            const double largest = static_cast<double>((p - 1) / 2);
            for (double& value : c) value = GetParam() == Shape::random ? std::trunc(largest * 0.77) : largest;
            AlignedBuffer overflow(n);
            for (std::size_t i = 0; i < n; ++i)
                overflow.data()[i] = std::trunc((static_cast<double>(i) / 80 - 0.5) * 20);
            for (const bool with_overflow : {false, true}) {
                AlignedBuffer first;
                for (const Kernels* kernels : available_kernels()) {
                    SCOPED_TRACE(kernels->name);
                    AlignedBuffer out(n);
                    kernels->convert(out.data(), pointers(y).data(), c.data(), count,
                                     with_overflow ? overflow.data() : nullptr, -largest, n, Modulus(p));
                    EXPECT_TRUE(reference::all_reduced(out, p));
                    if (first.size() == 0) first = reference::copy(out);
                    EXPECT_TRUE(reference::same_bits(out, first));
                }
                for (std::size_t i = 0; i < n; ++i) {
                    Wide expected = sum_of_products(
                        y, [&](std::size_t j, std::size_t) { return c[j]; }, i, p);
                    if (with_overflow) expected -= static_cast<Wide>(overflow.data()[i]) * static_cast<Wide>(largest);
                    ASSERT_EQ(reference::canonical(first.data()[i], p), reference::canonical(expected, p));
                }
            }
        }
    }
}

/// [HPS18]: y_i = x_i (Q/q_i)^-1 mod q_i, x = sum_i y_i Q/q_i - overflow Q for |x| < Q/2.
TEST(Convert, GivesTheIntegerItself) {
    std::vector<std::uint64_t> q;
    for (int i = 0; i < 3; ++i) q.push_back(nearest_ntt_prime(0x1p40, 2048, q));
    const std::uint64_t p = nearest_ntt_prime(0x1p49, 2048, q);
    const Wide product = static_cast<Wide>(q[0]) * static_cast<Wide>(q[1]) * static_cast<Wide>(q[2]);
    std::mt19937_64 random(31);
    std::vector<Wide> x(n);
    for (std::size_t i = 0; i < n; ++i) {
        const Wide wide = (static_cast<Wide>(random()) << 62 ^ static_cast<Wide>(random())) % product;
        x[i] = i == 0 ? 0 : (wide < 0 ? wide + product : wide) - product / 2;
        if (i % 3 == 1) x[i] >>= 40 + i;  // small ones too
        x[i] = x[i] * 9 / 10;             // the quotient is rounded, so stay away from Q/2
    }
    std::vector<AlignedBuffer> y;
    std::vector<double> c, inverse_q;
    for (const std::uint64_t prime : q) {
        const Wide rest = product / static_cast<Wide>(prime);
        const std::uint64_t factor = inverse_mod(reference::canonical(rest, prime), prime);
        y.emplace_back(n);
        for (std::size_t i = 0; i < n; ++i) {
            y.back().data()[i] =
                Modulus(prime).balanced(reference::product(reference::canonical(x[i], prime), factor, prime));
        }
        c.push_back(Modulus(p).balanced(reference::canonical(rest, p)));
        inverse_q.push_back(1.0 / static_cast<double>(prime));
    }
    const double minus_q = Modulus(p).balanced(reference::canonical(-product, p));
    for (const Kernels* kernels : available_kernels()) {
        SCOPED_TRACE(kernels->name);
        AlignedBuffer overflow(n), out(n);
        kernels->overflow(overflow.data(), pointers(y).data(), inverse_q.data(), q.size(), n);
        kernels->convert(out.data(), pointers(y).data(), c.data(), q.size(), overflow.data(), minus_q, n, Modulus(p));
        for (std::size_t i = 0; i < n; ++i) {
            EXPECT_EQ(reference::canonical(out.data()[i], p), reference::canonical(x[i], p)) << i;
        }
    }
}

}  // namespace
}  // namespace tacit::math
