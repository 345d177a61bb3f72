#include "ring/automorphism.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "math/kernels.hpp"
#include "ring/samplers.hpp"
#include "tacit/math/modulus.hpp"
#include "tacit/ring/ring.hpp"
#include "tacit/ring/rns_poly.hpp"

namespace tacit::ring {
namespace {

TEST(GaloisElement, IsFiveToTheStepsModuloTwiceTheDimension) {
    for (const int log_n : {10, 13, 17}) {
        const std::uint64_t two_n = std::uint64_t{2} << log_n;
        std::uint64_t g = 1;
        for (std::int64_t steps = 0; steps < 100; ++steps, g = g * 5 % two_n)
            EXPECT_EQ(galois_element(steps, log_n), g);
    }
}

TEST(GaloisElement, TakesStepsModuloTheSlots) {
    const std::int64_t slots = 512;
    for (const std::int64_t steps : {-1000000007LL, -513LL, -1LL, 0LL, 3LL, 511LL, 512LL, 4000000000LL}) {
        EXPECT_EQ(galois_element(steps, 10), galois_element(steps + slots, 10)) << steps;
        EXPECT_EQ(galois_element(steps, 10) * galois_element(-steps, 10) % 2048, 1u) << steps;
    }
    EXPECT_EQ(galois_element(std::numeric_limits<std::int64_t>::min(), 10), 1u);
}

TEST(GaloisElement, HasAnInverse) {
    for (const int log_n : {10, 17}) {
        const std::uint64_t two_n = std::uint64_t{2} << log_n;
        for (std::uint64_t g = 1; g < 2000; g += 2) EXPECT_EQ(inverse_element(g, log_n) * g % two_n, 1u) << g;
        EXPECT_EQ(inverse_element(conjugation_element(log_n), log_n), conjugation_element(log_n));
    }
}

/// Transforms, permutes and transforms back, against moving the coefficients by X -> X^g.
TEST(AutomorphismIndex, ActsAsXToTheGOnPolynomials) {
    const int log_n = 10;
    const std::size_t n = 1024;
    const std::uint64_t prime = math::nearest_ntt_prime(0x1p40, 2 * n, {});
    const Ring ring(log_n, {prime});
    Rng rng(Seed{});
    for (const std::uint64_t g : {std::uint64_t{1}, std::uint64_t{3}, std::uint64_t{5}, galois_element(-7, log_n),
                                  conjugation_element(log_n)}) {
        CoefficientPoly a(n, 1), expected(n, 1), values(n, 1);
        sample_uniform(a.limb(0), n, ring.modulus(0), rng);
        for (std::size_t k = 0; k < n; ++k) {
            const std::uint64_t exponent = k * g % (2 * n);
            expected.limb(0)[exponent % n] = exponent < n ? a.limb(0)[k] : -a.limb(0)[k];
        }
        math::kernels().ntt_forward(a.limb(0), ring.table(0));
        math::kernels().permute(values.limb(0), a.limb(0), automorphism_index(g, log_n).data(), n);
        math::kernels().ntt_inverse(values.limb(0), values.limb(0), 1, ring.table(0));
        for (std::size_t k = 0; k < n; ++k) {
            ASSERT_EQ(ring.modulus(0).canonical(values.limb(0)[k]), ring.modulus(0).canonical(expected.limb(0)[k]))
                << g << " " << k;
        }
    }
}

TEST(AutomorphismIndex, IsAHomomorphismOfTheGroup) {
    const int log_n = 11;
    const auto a = automorphism_index(5, log_n), b = automorphism_index(4095, log_n),
               ab = automorphism_index(5 * 4095 % 4096, log_n);
    for (std::size_t i = 0; i < a.size(); ++i) EXPECT_EQ(a[b[i]], ab[i]);
    auto sorted = ab;
    std::ranges::sort(sorted);
    for (std::size_t i = 0; i < sorted.size(); ++i) EXPECT_EQ(sorted[i], i);
}

}  // namespace
}  // namespace tacit::ring
