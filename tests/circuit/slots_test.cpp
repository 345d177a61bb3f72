#include "tacit/circuit/slots.hpp"

#include <cmath>
#include <limits>

#include "circuit/expect_error.hpp"

namespace tacit::circuit {
namespace {

using enum ErrorCode;

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

TEST(Slots, MagnitudeIsTheLargestAbsoluteValueAndKeepsNan) {
    const double nan = std::nan("");
    EXPECT_EQ((Slots{1, -3}).magnitude(), 3);
    EXPECT_TRUE(std::isnan((Slots{1, nan, 2, 7}).magnitude()));
    EXPECT_TRUE(std::isnan((Slots{nan, 1}).magnitude()));
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
