#include "tacit/math/modulus.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "base/seeded.hpp"
#include "math/fixed_factor.hpp"
#include "math/reference.hpp"
#include "tacit/base/error.hpp"

namespace tacit::math {
namespace {

TEST(Modulus, RefusesValuesOutOfRange) {
    for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 49, ~std::uint64_t{0}}) {
        EXPECT_THROW(Modulus{value}, Error) << value;
    }
    EXPECT_EQ(Modulus(2).value(), 2U);
    EXPECT_EQ(Modulus((std::uint64_t{1} << 49) - 1).p(), 0x1p49 - 1);
}

TEST(Modulus, CanonicalIsTheRemainderForAllExactDoubles) {
    std::mt19937_64 random(3);
    constexpr std::int64_t limit = (std::int64_t{1} << 52) - 1;
    for (const std::uint64_t p : {2ULL, 3ULL, 17ULL, 12289ULL, 1099511480321ULL, 562949953421311ULL}) {
        const Modulus modulus(p);
        const auto sp = static_cast<std::int64_t>(p);
        std::vector<std::int64_t> values = {0,      1,          -1,      sp - 1,      sp,    sp + 1, -sp,
                                            sp / 2, sp / 2 + 1, -sp / 2, -sp / 2 - 1, limit, -limit};
        for (int i = 0; i < 1000; ++i) values.push_back(static_cast<std::int64_t>(random()) >> 12);
        for (const std::int64_t x : values) {
            EXPECT_EQ(modulus.canonical(static_cast<double>(x)), reference::canonical(reference::Wide{x}, p))
                << x << " mod " << p;
        }
    }
}

TEST(Modulus, BalancedIsTheNearestRepresentative) {
    constexpr auto lowest = std::numeric_limits<std::int64_t>::min();
    constexpr auto highest = std::numeric_limits<std::int64_t>::max();
    std::mt19937_64 random(4);
    for (const std::uint64_t p : {3ULL, 17ULL, 1099511480321ULL, 562949953421311ULL}) {
        const Modulus modulus(p);
        std::vector<std::int64_t> values = {0, 1, -1, lowest, lowest + 1, highest, static_cast<std::int64_t>(p / 2)};
        for (int i = 0; i < 100; ++i) values.push_back(static_cast<std::int64_t>(random()));
        for (const std::int64_t x : values) {
            EXPECT_LE(2 * std::fabs(modulus.balanced(x)), modulus.p());
            EXPECT_EQ(reference::canonical(modulus.balanced(x), p), reference::canonical(reference::Wide{x}, p)) << x;
            const auto bits = static_cast<std::uint64_t>(x);
            EXPECT_LE(2 * std::fabs(modulus.balanced(bits)), modulus.p());
            EXPECT_EQ(reference::canonical(modulus.balanced(bits), p), bits % p) << bits;
        }
    }
}

TEST(Primes, MillerRabinAgreesWithTheSieve) {
    std::vector<bool> composite(20000, false);
    for (std::size_t i = 2; i < composite.size(); ++i) {
        EXPECT_EQ(is_prime(i), !composite[i]) << i;
        for (std::size_t j = i * i; j < composite.size(); j += i) composite[j] = true;
    }
    EXPECT_FALSE(is_prime(0));
    EXPECT_FALSE(is_prime(1));
}

TEST(Primes, MillerRabinKnownAnswers) {
    // Strong pseudoprimes to the first 4, 8 and 9 prime bases (OEIS A014233), Carmichael numbers, a square.
    for (const std::uint64_t n :
         {3215031751ULL, 341550071728321ULL, 3825123056546413051ULL, 561ULL, 410041ULL, 18446744065119617025ULL}) {
        EXPECT_FALSE(is_prime(n)) << n;
    }
    // 2^61 - 1, the largest primes below 2^64 and 2^49, the Goldilocks prime.
    for (const std::uint64_t n :
         {2305843009213693951ULL, 18446744073709551557ULL, 562949953421231ULL, 18446744069414584321ULL}) {
        EXPECT_TRUE(is_prime(n)) << n;
    }
}

TEST(Primes, PowersAndInverses) {
    const std::uint64_t p = 18446744073709551557ULL;
    EXPECT_EQ(mul_mod(p - 1, p - 1, p), 1U);
    EXPECT_EQ(pow_mod(3, p - 1, p), 1U);
    EXPECT_EQ(pow_mod(7, 0, 1), 0U);
    for (const std::uint64_t a : {std::uint64_t{2}, std::uint64_t{12345678901234567}, p - 1}) {
        EXPECT_EQ(mul_mod(a, inverse_mod(a, p), p), 1U);
    }
}

TEST(Primes, MinimalRootIsTheSmallestOfAll) {
    // 3^? mod 17: the primitive 8-th roots of unity are 2, 8, 9 and 15.
    EXPECT_EQ(minimal_primitive_root(17, 8), 2U);
    const std::uint64_t p = 12289, two_n = 2048;
    std::uint64_t smallest = 2;
    while (pow_mod(smallest, two_n / 2, p) != p - 1) ++smallest;
    EXPECT_EQ(minimal_primitive_root(p, two_n), smallest);
}

TEST(Primes, NearestPrimesSpreadAroundTheTarget) {
    const std::uint64_t two_n = 1 << 16;
    std::vector<std::uint64_t> used;
    double last = 0;
    for (int i = 0; i < 30; ++i) {
        used.push_back(nearest_ntt_prime(0x1p40, two_n, used));
        EXPECT_TRUE(is_prime(used.back()));
        EXPECT_EQ(used.back() % two_n, 1U);
        const double distance = std::fabs(static_cast<double>(used.back()) - 0x1p40);
        EXPECT_GE(distance, last);
        last = distance;
    }
    EXPECT_GT(*std::max_element(used.begin(), used.end()), std::uint64_t{1} << 40);
    EXPECT_LT(*std::min_element(used.begin(), used.end()), std::uint64_t{1} << 40);
    EXPECT_LT(nearest_ntt_prime(0x1p49, two_n, {}), std::uint64_t{1} << 49);
}

TEST(Primes, NearestPrimeReportsThatThereIsNone) {
    // 2^44 k + 1 below 2^49: 17 * 2^44 + 1 and the like; take them all.
    std::vector<std::uint64_t> used;
    for (std::uint64_t p = 0; (p = nearest_ntt_prime(0x1p48, std::uint64_t{1} << 44, used)) != 0;) used.push_back(p);
    for (std::uint64_t k = 1; k < 32; ++k) {
        const std::uint64_t n = (k << 44) + 1;
        EXPECT_EQ(is_prime(n), std::find(used.begin(), used.end(), n) != used.end()) << k;
    }
}

TEST(FixedFactor, GivesTheProductsOfWideIntegers) {
    Seeded random;
    for (const int bits : {2, 5, 20, 40, 48, 49}) {
        for (int i = 0; i < 200; ++i) {
            const std::uint64_t p =
                (std::uint64_t{1} << bits) - 1 - (i < 100 ? 0 : random.rng.next() % (1ULL << (bits - 1)));
            const std::uint64_t factor = i % 3 == 0 ? p - 1 : random.rng.next() % p;
            const FixedFactor times(factor, p);
            for (const std::uint64_t a : {std::uint64_t{0}, std::uint64_t{1}, p / 2, p - 1, random.rng.next() % p}) {
                EXPECT_EQ(times(a), mul_mod(a, factor, p)) << a << " * " << factor << " mod " << p;
            }
        }
    }
}

}  // namespace
}  // namespace tacit::math
