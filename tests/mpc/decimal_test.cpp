#include "tacit/mpc/decimal.hpp"

#include "../base/throws.hpp"

namespace tacit::mpc {

TEST(Decimal, IsReadExactly) {
    EXPECT_EQ(parse_decimal("3100", 0).value(), 3100);
    EXPECT_EQ(parse_decimal("31.5", 2).value(), 3150);
    EXPECT_EQ(parse_decimal("-0.07", 2).value(), -7);
    EXPECT_EQ(parse_decimal("9223372036854775807", 0).value(), INT64_MAX);
    EXPECT_EQ(parse_decimal("0.000000000001", 12).value(), 1);
}

TEST(Decimal, WhatIsNoneIsRefused) {
    for (const char* text : {"", "-", ".", ".5", "5.", "1e3", "--1", "1.2.3", " 1", "0x1", "+1", "1\n"}) {
        EXPECT_THAT(parse_decimal(text, 3).error().what(), testing::HasSubstr("is no decimal number")) << text;
    }
    EXPECT_THAT(parse_decimal("1.234", 2).error().what(), testing::HasSubstr("more digits behind the point"));
    for (const char* text : {"9223372036854775808", "99999999999999999999999999999999999999999999999999"}) {
        EXPECT_THAT(parse_decimal(text, 0).error().what(), testing::HasSubstr("too large"));
    }
    EXPECT_THAT(parse_decimal("9223372036854775807", 1).error().what(), testing::HasSubstr("too large"));
}

TEST(Decimal, IsWrittenExactly) {
    EXPECT_EQ(to_decimal(0, 0), "0");
    EXPECT_EQ(to_decimal(0, 2), "0.00");
    EXPECT_EQ(to_decimal(-7, 2), "-0.07");
    EXPECT_EQ(to_decimal(12'686, 0), "12686");
    EXPECT_EQ(to_decimal(static_cast<Int128>(INT64_MAX) * 1000, 3), "9223372036854775807.000");
}

TEST(Decimal, AveragesAreRoundedTwoDigitsFurther) {
    EXPECT_EQ(average_to_decimal(12'686, 4, 0), "3171.50");
    EXPECT_EQ(average_to_decimal(1, 3, 0), "0.33");
    EXPECT_EQ(average_to_decimal(-1, 200, 0), "-0.01");
    EXPECT_EQ(average_to_decimal(2, 3, 2), "0.0067");
}

}  // namespace tacit::mpc
