#include "ring/base_converter.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "base/seeded.hpp"
#include "math/kernels.hpp"
#include "ring/samplers.hpp"
#include "tacit/ring/rns_poly.hpp"

namespace tacit::ring {
namespace {

__extension__ using Wide = __int128;

/// Two primes to leave and three to reach, so that every value fits 128 bits.
struct BaseConverterTest : ::testing::Test {
    static constexpr std::size_t n = 1024;
    static std::vector<std::uint64_t> primes() {
        std::vector<std::uint64_t> found;
        for (const double bits : {49.0, 40.0, 30.0, 49.0, 45.0})
            found.push_back(math::nearest_ntt_prime(std::exp2(bits), 2 * n, found));
        return found;
    }
    Ring ring{10, primes()};
    Seeded random;

    /// Uniform residues modulo the sources, and the centred integers that they stand for.
    CoefficientPoly draw(const std::vector<std::size_t>& sources, std::vector<Wide>& integers) {
        CoefficientPoly rows(n, sources.size());
        for (std::size_t i = 0; i < sources.size(); ++i)
            sample_uniform(rows.limb(i), n, ring.modulus(sources[i]), random.rng);
        integers.assign(n, 0);
        Wide product = 1;
        for (const std::size_t s : sources) product *= static_cast<Wide>(ring.modulus(s).value());
        for (std::size_t k = 0; k < n; ++k) {
            Wide x = 0, modulus = 1;
            for (std::size_t i = 0; i < sources.size(); ++i) {  // Garner's method
                const math::Modulus& p = ring.modulus(sources[i]);
                const auto q = static_cast<Wide>(p.value());
                const auto difference =
                    static_cast<std::uint64_t>(((static_cast<Wide>(rows.limb(i)[k]) - x) % q + q) % q);
                const auto inverse = math::inverse_mod(static_cast<std::uint64_t>(modulus % q), p.value());
                x += modulus * static_cast<Wide>(math::mul_mod(difference, inverse, p.value()));
                modulus *= q;
            }
            integers[k] = x > product / 2 ? x - product : x;
        }
        return rows;
    }
    void prepare(const BaseConverter& converter, CoefficientPoly& rows) const {
        for (std::size_t i = 0; i < converter.source_count(); ++i) {
            math::kernels().mul_scalar(rows.limb(i), rows.limb(i), converter.source_factor(i), n,
                                       ring.modulus(converter.source(i)));
        }
    }
    std::uint64_t residue(Wide x, std::size_t prime) const {
        const auto p = static_cast<Wide>(ring.modulus(prime).value());
        return static_cast<std::uint64_t>((x % p + p) % p);
    }
};

TEST_F(BaseConverterTest, WithTheOverflowTheConversionIsExact) {
    for (const std::vector<std::size_t>& sources : {std::vector<std::size_t>{0}, {0, 1}, {2, 4}, {3, 0}}) {
        std::vector<std::size_t> targets;
        for (std::size_t prime = 0; prime < ring.prime_count(); ++prime) {
            if (std::ranges::find(sources, prime) == sources.end()) targets.push_back(prime);
        }
        const BaseConverter converter(ring, sources, targets);
        std::vector<Wide> integers;
        CoefficientPoly rows = draw(sources, integers);
        prepare(converter, rows);
        std::vector<const double*> pointers;
        for (std::size_t i = 0; i < sources.size(); ++i) pointers.push_back(rows.limb(i));
        AlignedBuffer overflow(n), out(n);
        converter.overflow(overflow.data(), pointers.data(), n);
        for (const std::size_t target : targets) {
            converter.convert(std::array{out.data()}, pointers.data(), overflow.data(), std::array{target}, n);
            for (std::size_t k = 0; k < n; ++k)
                ASSERT_EQ(ring.modulus(target).canonical(out.data()[k]), residue(integers[k], target));
        }
    }
}

TEST_F(BaseConverterTest, WithoutItAMultipleOfTheProductIsLeft) {
    const std::vector<std::size_t> sources{0, 1};
    const BaseConverter converter(ring, sources, {2, 3, 4});
    std::vector<Wide> integers;
    CoefficientPoly rows = draw(sources, integers);
    prepare(converter, rows);
    const std::vector<const double*> pointers{rows.limb(0), rows.limb(1)};
    AlignedBuffer out(n);
    converter.convert(std::array{out.data()}, pointers.data(), nullptr, std::array<std::size_t, 1>{3}, n);
    const Wide product = static_cast<Wide>(ring.modulus(0).value()) * static_cast<Wide>(ring.modulus(1).value());
    for (std::size_t k = 0; k < n; ++k) {
        const std::uint64_t found = ring.modulus(3).canonical(out.data()[k]);
        bool one = false;
        for (int u = -1; u <= 1; ++u)
            one = one || found == residue(integers[k] % product, 3) || found == residue(integers[k] + u * product, 3);
        ASSERT_TRUE(one) << k;
    }
}

TEST_F(BaseConverterTest, ConstantsAreInverses) {
    const BaseConverter converter(ring, {0, 1}, {2, 3, 4});
    for (const std::size_t target : {2u, 3u, 4u}) {
        const std::uint64_t p = ring.modulus(target).value();
        const std::uint64_t product = math::mul_mod(ring.modulus(0).value() % p, ring.modulus(1).value() % p, p);
        EXPECT_EQ(math::mul_mod(product, ring.modulus(target).canonical(converter.inverse_product(target)), p), 1u);
    }
}

TEST(RnsPoly, ClonesTruncatesAndWipes) {
    EvaluationPoly a = EvaluationPoly::zero(1024, 3);
    for (std::size_t i = 0; i < 3; ++i) a.limb(i)[7] = static_cast<double>(i + 1);
    EvaluationPoly b = a.clone();
    b.limb(1)[7] = 9;
    EXPECT_EQ(a.limb(1)[7], 2);
    b.truncate(2);
    EXPECT_EQ(b.limbs(), 2u);
    EXPECT_EQ(b.clone().limb(1)[7], 9);
    a.wipe();
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(a.limb(i)[7], 0);
    for (const std::size_t i : {0u, 1u, 2u}) EXPECT_EQ(reinterpret_cast<std::uintptr_t>(a.limb(i)) % 64, 0u);
    EXPECT_EQ(EvaluationPoly().limbs(), 0u);
}

TEST(Ring, KnowsItsPrimes) {
    const std::uint64_t p = math::nearest_ntt_prime(0x1p40, 4096, {});
    const Ring ring(11, {p});
    EXPECT_EQ(ring.dimension(), 2048u);
    EXPECT_EQ(ring.log_dimension(), 11);
    EXPECT_EQ(ring.prime_count(), 1u);
    EXPECT_EQ(ring.modulus(0).value(), p);
}

}  // namespace
}  // namespace tacit::ring
