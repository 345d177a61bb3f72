#include <gtest/gtest.h>
#include <openssl/bn.h>

#include <array>
#include <cstring>
#include <memory>
#include <ostream>
#include <vector>

#include "base/seeded.hpp"
#include "mpc/ifma_target.hpp"

#ifdef TACIT_IFMA_BEGIN
#include <immintrin.h>
#endif

#define TACIT_TARGET_NAMESPACE portable_lanes
#include "mpc/field25519_portable-inl.hpp"
// What it is for.
#include "mpc/field25519-inl.hpp"
// What the test does with every lane.
#include "mpc/field25519_cases-inl.hpp"
#undef TACIT_TARGET_NAMESPACE

#ifdef TACIT_IFMA_BEGIN
#define TACIT_TARGET_NAMESPACE ifma_lanes
TACIT_IFMA_BEGIN
#include "mpc/field25519_ifma-inl.hpp"
// As above.
#include "mpc/field25519-inl.hpp"
// As above.
#include "mpc/field25519_cases-inl.hpp"
TACIT_IFMA_END
#undef TACIT_TARGET_NAMESPACE
#endif

namespace tacit::mpc::ristretto {
namespace {

using Limbs = std::array<std::uint64_t, 5>;
using Operate = Limbs (*)(char, std::size_t, const Limbs&, const Limbs&);

/// One for each target that runs here.
std::vector<Operate> targets() {
    std::vector<Operate> found{portable_lanes::operate};
#ifdef TACIT_IFMA_BEGIN
    if (processor_has_ifma()) found.push_back(ifma_lanes::operate);
#endif
    return found;
}

/// An integer of OpenSSL, modulo p.
class Integer {
public:
    explicit Integer(std::uint64_t word = 0) { BN_set_word(value_.get(), word); }
    explicit Integer(const Limbs& limbs) : Integer() {
        for (std::size_t i = 5; i-- > 0;) {
            BN_lshift(value_.get(), value_.get(), 51);
            BN_add(value_.get(), value_.get(), Integer(limbs[i]).value_.get());
        }
    }
    static Integer modulus() {
        Integer p;
        BN_set_bit(p.value_.get(), 255);
        BN_sub_word(p.value_.get(), 19);
        return p;
    }
    Integer operator*(const Integer& b) const { return by(BN_mod_mul, b); }
    Integer operator+(const Integer& b) const { return by(BN_mod_add, b); }
    Integer operator-(const Integer& b) const { return by(BN_mod_sub, b); }
    [[nodiscard]] Integer reduced() const { return *this + Integer(); }
    bool operator==(const Integer& b) const { return BN_cmp(value_.get(), b.value_.get()) == 0; }
    friend void PrintTo(const Integer& x, std::ostream* out) {
        char* const hex = BN_bn2hex(x.value_.get());
        *out << hex;
        OPENSSL_free(hex);
    }

private:
    template <class Function>
    Integer by(const Function& function, const Integer& b) const {
        const std::unique_ptr<BN_CTX, void (*)(BN_CTX*)> context(BN_CTX_new(), BN_CTX_free);
        Integer result;
        function(result.value_.get(), value_.get(), b.value_.get(), modulus().value_.get(), context.get());
        return result;
    }
    std::shared_ptr<BIGNUM> value_{BN_new(), BN_free};
};

constexpr std::uint64_t largest_limb = (std::uint64_t{1} << 51) + (1 << 14) - 1;

/// Limbs as operations give them: random ones, and all of the least and the largest.
Limbs random_limbs(Rng& rng) {
    Limbs limbs;
    for (std::uint64_t& limb : limbs) {
        const std::uint64_t word = rng.next();
        const std::uint64_t choices[] = {0, 1, largest_limb, (std::uint64_t{1} << 51) - 1, word >> 13, word >> 13};
        limb = choices[word % std::size(choices)];
    }
    return limbs;
}

void expect_value(const Limbs& limbs, const Integer& value) {
    EXPECT_EQ(Integer(limbs).reduced(), value.reduced());
    for (const std::uint64_t limb : limbs) EXPECT_LE(limb, largest_limb);
}

const Limbs p_limbs{(std::uint64_t{1} << 51) - 19, (std::uint64_t{1} << 51) - 1, (std::uint64_t{1} << 51) - 1,
                    (std::uint64_t{1} << 51) - 1, (std::uint64_t{1} << 51) - 1};

TEST(Field25519, OperationsAreThoseOfIntegersAndKeepTheirBoundsForExtremeLimbs) {
    Seeded seeded;
    for (const Operate operate : targets()) {
        for (std::size_t i = 0; i < 200; ++i) {
            Limbs a = random_limbs(seeded.rng);
            Limbs b = random_limbs(seeded.rng);
            if (i == 0) a = b = {largest_limb, largest_limb, largest_limb, largest_limb, largest_limb};
            if (i == 1) a = b = {};
            const Integer x(a);
            const Integer y(b);
            expect_value(operate('*', i, a, b), x * y);
            expect_value(operate('2', i, a, b), x * x);
            expect_value(operate('+', i, a, b), x + y);
            expect_value(operate('-', i, a, b), x - y);
            const Limbs canonical = operate('c', i, a, b);
            expect_value(canonical, x);
            EXPECT_EQ(Integer(canonical), x.reduced());
            for (const std::uint64_t limb : canonical) EXPECT_EQ(limb >> 51, 0u);
            EXPECT_EQ(operate('z', i, a, b)[0] != 0, x.reduced() == Integer());
            EXPECT_EQ(operate('=', i, a, b)[0] != 0, a == b);
            EXPECT_EQ(operate('l', i, a, b)[0], 10 + a[0] % 8);
        }
    }
}

TEST(Field25519, LimbsOf52BitsAreMultipliedToo) {
    Seeded seeded;
    constexpr std::uint64_t all = (std::uint64_t{1} << 52) - 1;
    for (const Operate operate : targets()) {
        const Limbs a{all, all, all, all, all};
        const Limbs b{all, 0, all, seeded.rng.next() >> 12, all};
        expect_value(operate('*', 0, a, a), Integer(a) * Integer(a));
        expect_value(operate('*', 3, a, b), Integer(a) * Integer(b));
        expect_value(operate('2', 7, a, b), Integer(a) * Integer(a));
        expect_value(operate('2', 1, b, a), Integer(b) * Integer(b));
    }
}

TEST(Field25519, NumbersNextToTheModulusBecomeCanonical) {
    for (const Operate operate : targets()) {
        for (const int difference : {-2, -1, 0, 1, 18}) {
            Limbs limbs = p_limbs;
            limbs[0] += static_cast<std::uint64_t>(difference);
            const Limbs canonical = operate('c', 2, limbs, {});
            if (difference < 0) {
                EXPECT_EQ(canonical, limbs);
            } else {
                EXPECT_EQ(canonical, (Limbs{static_cast<std::uint64_t>(difference), 0, 0, 0, 0}));
            }
            EXPECT_EQ(operate('z', 2, limbs, {})[0] != 0, difference == 0);
        }
    }
}

TEST(Field25519, InversesAndRootsAreThose) {
    Seeded seeded;
    for (const Operate operate : targets()) {
        int squares = 0;
        for (std::size_t i = 0; i < 32; ++i) {
            const Limbs a = random_limbs(seeded.rng);
            Limbs b = random_limbs(seeded.rng);
            b[2] |= 1;  // not 0
            EXPECT_EQ(Integer(operate('i', i, b, a)) * Integer(b), Integer(1));
            const Limbs root = operate('r', i, a, b);
            const Integer square = Integer(root) * Integer(root) * Integer(b);
            const bool is_square = operate('s', i, a, b)[0] != 0;
            squares += is_square ? 1 : 0;
            EXPECT_EQ(operate('c', i, root, b)[0] % 2, 0u) << "nonnegative";
            if (is_square) {
                EXPECT_EQ(square, Integer(a).reduced());
            } else {
                EXPECT_EQ(square * square + Integer(a) * Integer(a), Integer());  // sqrt(-1) u / v
            }
        }
        EXPECT_GT(squares, 0);
        EXPECT_LT(squares, 32);
        EXPECT_EQ(Integer(operate('i', 1, {}, p_limbs)).reduced(), Integer());
    }
}

}  // namespace
}  // namespace tacit::mpc::ristretto
