#include "tacit/dp/cost.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "base/seeded.hpp"
#include "base/throws.hpp"
#include "tacit/dp/loss.hpp"

namespace tacit::dp {
namespace {

__extension__ using Wide = unsigned __int128;

TEST(Cost, ReadsAndPrintsExactNumbers) {
    for (const char* text : {"0", "3", "0.25", "1/3", "0.000001", "123.456", "2/7"}) {
        EXPECT_EQ(to_string(parse_cost(text).value()), text);
    }
    EXPECT_EQ(parse_cost("1e-6").value(), Cost::ratio(1, 1000000));
    EXPECT_EQ(parse_cost("2.5E1").value(), Cost::ratio(25, 1));
    EXPECT_EQ(parse_cost("0.5").value(), Cost::ratio(1, 2));
}

TEST(Cost, RefusesWhatIsNoCost) {
    for (const char* text : {"", "-1", "+1", "0.1.2", "1/0", "1/", "/2", "nan", "inf", "1e", "1e99", "0x1", " 1", "1 ",
                             ".5", "5.", "99999999999999999999", "1e-30"}) {
        const auto parsed = parse_cost(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().code(), ErrorCode::malformed_input);
        EXPECT_THAT(parsed.error().what(), testing::HasSubstr("is not a cost; write a number"));
    }
    expect_throws(ErrorCode::invalid_argument, "needs a denominator above 0", [] { return Cost::ratio(1, 0); });
    expect_throws(ErrorCode::invalid_argument, "has no inverse", [] { return Cost().inverse(); });
    expect_throws(ErrorCode::invalid_argument, "beyond what is counted (2^22)",
                  [] { return Cost::ratio((std::uint64_t{1} << 62) - 1, 3) * Cost::ratio(5, 7); });
}

TEST(Cost, AddsExactlyWhereTheFractionFits) {
    Cost sum;
    for (int i = 0; i < 10; ++i) sum = sum + Cost::ratio(1, 10);
    EXPECT_EQ(sum, Cost::ratio(1, 1));  // doubles would give 0.9999999999999999
    EXPECT_EQ(Cost::ratio(1, 3) + Cost::ratio(1, 6), Cost::ratio(1, 2));
    EXPECT_EQ(Cost::ratio(1, 1).left_after(Cost::ratio(1, 3)), Cost::ratio(2, 3));
    EXPECT_TRUE(Cost::ratio(1, 3).left_after(Cost::ratio(1, 2)).is_zero());
}

/// a * b as 128 bits, for comparing fractions.
TEST(Cost, NeverRoundsTowardsLess) {
    Seeded seeded;
    for (int i = 0; i < 20000; ++i) {
        const auto part = [&] { return 1 + (seeded.rng.next() >> (2 + seeded.rng.next() % 60)); };
        const std::uint64_t b = part();
        const std::uint64_t d = part();
        const Cost x = Cost::ratio(std::min(part(), b), b);
        const Cost y = Cost::ratio(std::min(part(), d), d);
        const Cost sum = x + y;
        const long double exact = static_cast<long double>(x.numerator()) / static_cast<long double>(x.denominator()) +
                                  static_cast<long double>(y.numerator()) / static_cast<long double>(y.denominator());
        const long double got = static_cast<long double>(sum.numerator()) / static_cast<long double>(sum.denominator());
        ASSERT_GE(got, exact - 1e-18L);
        ASSERT_LE(got, exact + 1e-12L);
        ASSERT_GE(sum, x);
        ASSERT_GE(sum, y);
        ASSERT_LE(sum.left_after(x), y + Cost::ratio(1, std::uint64_t{1} << 39));
        const Cost third = x.split(3);
        ASSERT_LE(Wide{third.numerator()} * 3 * x.denominator(), Wide{x.numerator()} * third.denominator());
    }
}

TEST(Loss, OfGroupsFollowsTheArticlesFactor) {
    const Loss pure{.epsilon = Cost::ratio(1, 10)};
    EXPECT_EQ(group_loss(Measure::pure, pure, 3).epsilon, Cost::ratio(3, 10));
    EXPECT_EQ(group_loss(Measure::zcdp, {.rho = Cost::ratio(1, 10)}, 3).rho, Cost::ratio(9, 10));
    const Loss approximate{.epsilon = Cost::ratio(1, 10), .delta = Cost::ratio(1, 1000000)};
    const Loss three = group_loss(Measure::approximate, approximate, 3);
    EXPECT_EQ(three.epsilon, Cost::ratio(3, 10));
    EXPECT_NEAR(three.delta.approximate(), 3e-6 * std::exp(0.2), 1e-11);
    EXPECT_GE(three.delta.approximate(), 3e-6 * std::exp(0.2) * (1 - 1e-15));
    expect_throws(ErrorCode::invalid_argument, "size of at least 1",
                  [&] { return group_loss(Measure::pure, pure, 0); });
}

TEST(Loss, OfZcdpConvertsTightly) {
    const auto epsilon = [](std::uint64_t rho) {
        return epsilon_of_zcdp(Cost::ratio(rho, 10), Cost::ratio(1, 1000000)).approximate();
    };
    EXPECT_NEAR(epsilon(1), 2.142, 5e-4);  // rho + 2 sqrt(rho ln(1/delta)) would be 2.451
    EXPECT_NEAR(epsilon(5), 5.222, 5e-4);
    EXPECT_TRUE(epsilon_of_zcdp(Cost(), Cost::ratio(1, 100)).is_zero());
    expect_throws(ErrorCode::invalid_argument, "above 0 and below 1",
                  [] { return epsilon_of_zcdp(Cost::ratio(1, 1), Cost()); });
    EXPECT_EQ(rho_of_pure(Cost::ratio(1, 2)), Cost::ratio(1, 8));
}

TEST(Loss, OfZcdpFillsAnEpsilonAndNeverMore) {
    const Cost delta = Cost::ratio(1, 1000000);
    for (const auto& epsilon :
         {Cost::ratio(1, 100), Cost::ratio(1, 2), Cost::ratio(1, 1), Cost::ratio(3, 1), Cost::ratio(20, 1)}) {
        const Cost rho = rho_within(epsilon, delta);
        EXPECT_LE(epsilon_of_zcdp(rho, delta), epsilon);
        EXPECT_GT(epsilon_of_zcdp(rho + Cost::ratio(1, std::uint64_t{1} << 38), delta), epsilon);
    }
    EXPECT_NEAR(rho_within(Cost::ratio(2142, 1000), delta).approximate(), 0.1, 1e-4);
    expect_throws(ErrorCode::invalid_argument, "above 0 and up to 1000", [&] { return rho_within(Cost(), delta); });
    expect_throws(ErrorCode::invalid_argument, "delta is 0", [] { return rho_within(Cost::ratio(1, 1), Cost()); });
}

}  // namespace
}  // namespace tacit::dp
