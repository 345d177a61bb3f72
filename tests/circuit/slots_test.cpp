#include "tacit/circuit/slots.hpp"

#include <cmath>
#include <complex>
#include <limits>

#include "circuit/expect_error.hpp"

namespace tacit::circuit {
namespace {

using enum ErrorCode;
using Complex = std::complex<double>;

TEST(Slots, ComputeSlotBySlot) {
    const Slots a{1, 2, 3, 4}, b{5, 6, 7, 8};
    EXPECT_EQ(a + b, (Slots{6, 8, 10, 12}));
    EXPECT_EQ(a - b, (Slots{-4, -4, -4, -4}));
    EXPECT_EQ(a * b, (Slots{5, 12, 21, 32}));
    EXPECT_EQ(-a, (Slots{-1, -2, -3, -4}));
    EXPECT_EQ(2 - a * values({1, 0}), (Slots{1, 2, -1, 2}));
    EXPECT_EQ(a.size(), 4U);
    EXPECT_EQ(a[3], 4.0);
}

TEST(Slots, RotateToTheLeftByAnyNumberOfSteps) {
    const Slots a{1, 2, 3, 4};
    EXPECT_EQ(rotate(a, 1), (Slots{2, 3, 4, 1}));
    EXPECT_EQ(rotate(a, -1), (Slots{4, 1, 2, 3}));
    EXPECT_EQ(rotate(a, 6), rotate(a, 2));
    EXPECT_EQ(rotate(a, std::numeric_limits<std::int32_t>::min()), a);
    EXPECT_EQ(rotate(a, std::numeric_limits<std::int32_t>::max()), rotate(a, -1));
}

TEST(Slots, AreComplex) {
    const Slots a{{1, 2}, {0, 1}}, b{{3, -1}, {0, 1}};
    EXPECT_EQ(a + b, (Slots{{4, 1}, {0, 2}}));
    EXPECT_EQ(a - b, (Slots{{-2, 3}, {0, 0}}));
    EXPECT_EQ(a * b, (Slots{{5, 5}, {-1, 0}}));
    EXPECT_EQ(-a, (Slots{{-1, -2}, {0, -1}}));
    EXPECT_EQ(2 * a + values({1, 0}), (Slots{{3, 4}, {0, 2}}));
    EXPECT_EQ(rotate(a, 1), (Slots{{0, 1}, {1, 2}}));
    EXPECT_EQ(conjugate(a), (Slots{{1, -2}, {0, -1}}));
    EXPECT_EQ(a.real(), (std::vector<double>{1, 0}));
    EXPECT_EQ(a[0], Complex(1, 2));
    EXPECT_EQ(Slots(std::vector<Complex>{{1, 2}, {0, 1}}), a);
    EXPECT_EQ((Slots{{3, 4}, {-4.5, 0}}).magnitude(), 5);
}

TEST(Slots, OneConjugationTakesTwoRealVectorsApart) {
    const Slots x{1, 2, 3, 4}, y{5, -6, 7, -8};
    const Slots z = x + Slots{{0, 1}, {0, 1}, {0, 1}, {0, 1}} * y;
    const Slots conjugated = conjugate(z);
    EXPECT_EQ(0.5 * (z + conjugated), x);
    EXPECT_EQ((z - conjugated) * Slots({{0, -0.5}, {0, -0.5}, {0, -0.5}, {0, -0.5}}), y);
}

TEST(Slots, RealSlotsStayRealEvenBeyondTheRange) {
    const double infinity = std::numeric_limits<double>::infinity();
    const Slots a{1e200, -1e200, infinity, -0.0};
    for (const Slots& b : {a * a, a * a - 1, -(a * 2), conjugate(-a), rotate(a * a * a, 1) * 0.5}) {
        for (const Complex value : b.values()) {
            EXPECT_EQ(value.imag(), 0);
            EXPECT_FALSE(std::signbit(value.imag()));
        }
    }
    EXPECT_EQ(a * a, (Slots{infinity, infinity, infinity, 0}));
    EXPECT_TRUE(std::signbit((a * values({1}))[3].real()));
}

TEST(Slots, MagnitudeIsTheLargestAbsoluteValueAndKeepsNan) {
    const double nan = std::nan("");
    EXPECT_EQ((Slots{1, -3}).magnitude(), 3);
    EXPECT_TRUE(std::isnan((Slots{1, nan, 2, 7}).magnitude()));
    EXPECT_TRUE(std::isnan((Slots{nan, 1}).magnitude()));
    const double infinity = std::numeric_limits<double>::infinity();
    EXPECT_TRUE(std::isnan((Slots{{1, 1}, {infinity, nan}}).magnitude()));
    EXPECT_EQ((Slots{{1, 1}, {1, -infinity}}).magnitude(), infinity);
}

TEST(Slots, RefuseLengthsThatDoNotFit) {
    expect_error(invalid_argument, "Slots: 3 values, but the number of slots is a power of two; pad the vector", [] {
        static_cast<void>(Slots{1, 2, 3});
    });
    expect_error(invalid_argument, "mul: operands of 2 and 4 slots; give both the same number of slots", [] {
        static_cast<void>(Slots{1, 2} * Slots{1, 2, 3, 4});
    });
    expect_error(invalid_argument, "constant: 4 values for 2 slots, but the number of values is a power of two that",
                 [] {
                     static_cast<void>(Slots{1, 2} * values({1, 2, 3, 4}));
                 });
    expect_error(invalid_argument, "constant: 0 values for 2 slots", [] {
        static_cast<void>(Slots{1, 2}.constant(values({})));
    });
}

}  // namespace
}  // namespace tacit::circuit
