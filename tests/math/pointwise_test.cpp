#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "math/bit_reversal.hpp"
#include "math/kernels.hpp"
#include "math/reference.hpp"

namespace tacit::math {
namespace {

using reference::Shape;
using reference::Wide;

constexpr std::size_t n = 1040;  // a multiple of 16, not of 32

Wide integer(double x) { return static_cast<Wide>(x); }

/// Runs `kernel` on every table and compares each output with `expected(i)`, an integer modulo p.
void check(std::uint64_t p, const AlignedBuffer& start, const std::function<void(const Kernels&, double*)>& kernel,
           const std::function<Wide(std::size_t)>& expected) {
    AlignedBuffer first;
    for (const Kernels* kernels : available_kernels()) {
        SCOPED_TRACE(kernels->name);
        AlignedBuffer out = reference::copy(start);
        kernel(*kernels, out.data());
        EXPECT_TRUE(reference::all_reduced(out, p));
        if (first.size() == 0) first = reference::copy(out);
        EXPECT_TRUE(reference::same_bits(out, first));
    }
    for (std::size_t i = 0; i < n; ++i) {
        ASSERT_EQ(reference::canonical(first.data()[i], p), reference::canonical(expected(i), p)) << "at " << i;
    }
}

class PointwiseTest : public testing::TestWithParam<Shape> {
protected:
    /// Calls body for every test prime with operands of the shape; residues stretched to the bound of 0.54 p
    /// when the shape is extreme.
    template <class Body>
    void for_each_prime(const Body& body) {
        const std::uint64_t seed = std::random_device{}();
        SCOPED_TRACE("seed " + std::to_string(seed));
        std::mt19937_64 random(seed);
        for (const std::uint64_t p : reference::test_primes(1024)) {
            SCOPED_TRACE("p = " + std::to_string(p));
            std::vector<AlignedBuffer> x;
            for (int i = 0; i < 7; ++i) {
                x.push_back(reference::residues(i % 2 == 1 ? Shape::random_extreme : GetParam(), n, p, random));
                if (GetParam() == Shape::random) continue;
                for (std::size_t j = 0; j < n; ++j) x.back().data()[j] = std::trunc(x.back().data()[j] * 1.079);
            }
            body(p, x);
        }
    }
};
INSTANTIATE_TEST_SUITE_P(Shapes, PointwiseTest, testing::ValuesIn(reference::shapes));

TEST_P(PointwiseTest, SumsAndProducts) {
    for_each_prime([](std::uint64_t p, const std::vector<AlignedBuffer>& x) {
        const Modulus m(p);
        const double *a = x[0].data(), *b = x[1].data(), *old = x[2].data(), c = b[0];
        check(
            p, x[2], [&](const Kernels& k, double* out) { k.add(out, a, b, n, m); },
            [&](std::size_t i) { return integer(a[i]) + integer(b[i]); });
        check(
            p, x[2], [&](const Kernels& k, double* out) { k.sub(out, a, b, n, m); },
            [&](std::size_t i) { return integer(a[i]) - integer(b[i]); });
        check(
            p, x[2], [&](const Kernels& k, double* out) { k.mul(out, a, b, n, m); },
            [&](std::size_t i) { return integer(a[i]) * integer(b[i]); });
        check(
            p, x[0], [&](const Kernels& k, double* out) { k.mul(out, out, out, n, m); },
            [&](std::size_t i) { return integer(a[i]) * integer(a[i]); });
        check(
            p, x[2], [&](const Kernels& k, double* out) { k.mul_scalar(out, a, c, n, m); },
            [&](std::size_t i) { return integer(a[i]) * integer(c); });
        check(
            p, x[2], [&](const Kernels& k, double* out) { k.sub_mul_scalar(out, a, b, c, nullptr, n, m); },
            [&](std::size_t i) { return (integer(a[i]) - integer(b[i])) * integer(c); });
        check(
            p, x[2], [&](const Kernels& k, double* out) { k.mul_add(out, a, b, n, m); },
            [&](std::size_t i) { return integer(old[i]) + integer(a[i]) * integer(b[i]); });
    });
}

TEST_P(PointwiseTest, Tensor) {
    for_each_prime([](std::uint64_t p, const std::vector<AlignedBuffer>& x) {
        const Modulus m(p);
        const double *a0 = x[0].data(), *a1 = x[1].data(), *b0 = x[2].data(), *b1 = x[3].data();
        const Wide wp = static_cast<Wide>(p);
        for (const bool accumulate : {false, true}) {
            for (std::size_t part = 0; part < 3; ++part) {
                const auto run = [&](const Kernels& k, double* out) {
                    AlignedBuffer c[] = {reference::copy(x[4]), reference::copy(x[5]), reference::copy(x[6])};
                    k.tensor(c[0].data(), c[1].data(), c[2].data(), a0, a1, b0, b1, accumulate, n, m);
                    std::copy_n(c[part].data(), n, out);
                };
                check(p, x[4], run, [&](std::size_t i) {
                    const Wide old = accumulate ? integer(x[4 + part].data()[i]) : 0;
                    if (part == 0) return old + integer(a0[i]) * integer(b0[i]);
                    if (part == 2) return old + integer(a1[i]) * integer(b1[i]);
                    return old + integer(a0[i]) * integer(b1[i]) % wp + integer(a1[i]) * integer(b0[i]) % wp;
                });
            }
        }
    });
}

TEST(Pointwise, ReduceTakesIntegersBelow2To51) {
    std::mt19937_64 random(17);
    AlignedBuffer x(n);
    constexpr std::int64_t limit = (std::int64_t{1} << 51) - 1;
    for (std::size_t i = 0; i < n; ++i) {
        x.data()[i] = static_cast<double>(i < 4 ? (i % 2 == 0 ? limit : -limit)
                                                : static_cast<std::int64_t>(random()) >> (12 + random() % 52));
    }
    for (std::uint64_t p : {562949953411073ULL, 1099511480321ULL, 12289ULL, 17ULL}) {
        SCOPED_TRACE("p = " + std::to_string(p));
        check(
            p, x, [&](const Kernels& k, double* out) { k.reduce(out, x.data(), n, Modulus(p)); },
            [&](std::size_t i) { return integer(x.data()[i]); });
    }
}

/// X -> X^g in bit-reversed order: position i < 2^10 holds the value at psi^(2 brv(i) + 1); the rest stays.
std::vector<std::uint32_t> automorphism(std::uint64_t g) {
    std::vector<std::uint32_t> index(n);
    for (std::size_t i = 0; i < n; ++i) {
        const std::uint64_t exponent = (2 * reverse_bits(i, 10) + 1) * g % 2048;
        index[i] = static_cast<std::uint32_t>(i < 1024 ? reverse_bits(exponent / 2, 10) : i);
    }
    return index;
}

TEST(Pointwise, Permutations) {
    const std::uint64_t p = nearest_ntt_prime(0x1p49, 2048, {});
    const Modulus m(p);
    std::mt19937_64 random(19);
    const AlignedBuffer x = reference::residues(Shape::random, n, p, random);
    const AlignedBuffer y = reference::residues(Shape::random_extreme, n, p, random);
    const double c = y.data()[0];
    for (const std::uint64_t g : {std::uint64_t{1}, std::uint64_t{5}, std::uint64_t{123}, std::uint64_t{2047}}) {
        SCOPED_TRACE(g);
        const auto index = automorphism(g);
        check(
            p, y, [&](const Kernels& k, double* out) { k.permute(out, x.data(), index.data(), n); },
            [&](std::size_t i) { return integer(x.data()[index[i]]); });
        check(
            p, y,
            [&](const Kernels& k, double* out) { k.sub_mul_scalar(out, x.data(), y.data(), c, index.data(), n, m); },
            [&](std::size_t i) { return (integer(x.data()[index[i]]) - integer(y.data()[index[i]])) * integer(c); });
    }
}

TEST(Pointwise, ProductsWithTwoPermutedRowsAreAdded) {
    const std::uint64_t p = nearest_ntt_prime(0x1p49, 2048, {});
    const Modulus m(p);
    std::mt19937_64 random(23);
    const AlignedBuffer a = reference::residues(Shape::random, n, p, random);
    const AlignedBuffer b[] = {reference::residues(Shape::random_extreme, n, p, random),
                               reference::residues(Shape::random, n, p, random)};
    const AlignedBuffer old = reference::residues(Shape::random_extreme, n, p, random);
    const auto index = automorphism(5);
    for (const std::uint32_t* table : {static_cast<const std::uint32_t*>(nullptr), index.data()}) {
        for (std::size_t part = 0; part < 2; ++part) {
            const auto run = [&](const Kernels& k, double* out) {
                AlignedBuffer sums[] = {reference::copy(old), reference::copy(old)};
                k.mul_add2(sums[0].data(), sums[1].data(), a.data(), b[0].data(), b[1].data(), table, n, m);
                std::copy_n(sums[part].data(), n, out);
            };
            check(p, old, run, [&](std::size_t i) {
                const std::size_t j = table == nullptr ? i : table[i];
                return integer(old.data()[i]) + integer(a.data()[i]) * integer(b[part].data()[j]);
            });
        }
    }
}

}  // namespace
}  // namespace tacit::math
