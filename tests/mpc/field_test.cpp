#include <gtest/gtest.h>

#include "base/seeded.hpp"
#include "mpc/field128.hpp"

namespace tacit::mpc {
namespace {

template <class F>
class Field : public testing::Test {};
using Fields = testing::Types<Field64, Field128>;
TYPED_TEST_SUITE(Field, Fields);

/// a b modulo q by doubling: nothing but additions below 2 q < 2^129.
Wide product(Wide a, Wide b, Wide q) {
    const auto sum = [q](Wide x, Wide y) { return x >= q - y ? x - (q - y) : x + y; };
    Wide result = 0;
    for (; b != 0; b >>= 1, a = sum(a, a)) {
        if ((b & 1) != 0) result = sum(result, a);
    }
    return result;
}

/// Elements that carries stumble over, and random ones.
template <class F>
std::vector<Wide> elements(Rng& rng) {
    const Wide q = F::modulus;
    std::vector<Wide> all{
        0, 1, 2, q - 1, q - 2, q / 2, 0xFFFFFFFF, Wide{1} << 32, (Wide{1} << 63) % q, (q - 1) & ~Wide{0xFFFFFFFF}};
    for (int i = 0; i < 30; ++i) all.push_back(((static_cast<Wide>(rng.next()) << 64) | rng.next()) % q);
    return all;
}

TYPED_TEST(Field, ArithmeticIsThatOfTheIntegersModuloThePrime) {
    using F = TypeParam;
    Seeded random;
    const Wide q = F::modulus;
    const auto all = elements<F>(random.rng);
    for (const Wide a : all) {
        const F x = F::from_integer(a);
        ASSERT_TRUE(x.integer() == a);
        EXPECT_TRUE((-x).integer() == (a == 0 ? 0 : q - a));
        for (const Wide b : all) {
            const F y = F::from_integer(b);
            EXPECT_TRUE((x + y).integer() == (a >= q - b ? a - (q - b) : a + b));
            EXPECT_TRUE((x - y).integer() == (a >= b ? a - b : a + (q - b)));
            EXPECT_TRUE((x * y).integer() == product(a, b, q));
        }
        if (a != 0) {
            EXPECT_EQ(x * x.inverse(), F(1));
        }
    }
}

TYPED_TEST(Field, TheGeneratorHasItsOrder) {
    using F = TypeParam;
    F x = F::generator();
    for (int i = 1; i < F::log_roots; ++i) x *= x;
    EXPECT_EQ(x, -F(1));
}

TYPED_TEST(Field, OnlyIntegersBelowTheModulusAreCanonical) {
    EXPECT_TRUE(TypeParam::is_canonical(TypeParam::modulus - 1));
    EXPECT_FALSE(TypeParam::is_canonical(TypeParam::modulus));
}

}  // namespace
}  // namespace tacit::mpc
