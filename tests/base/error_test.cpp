#include <set>
#include <string>

#include "base/fail.hpp"
#include "base/throws.hpp"

namespace tacit {

TEST(Error, EveryCodeHasItsOwnName) {
    std::set<std::string> names;
    for (int code = 0; code <= static_cast<int>(ErrorCode::internal); ++code) {
        names.insert(to_string(static_cast<ErrorCode>(code)));
    }
    EXPECT_EQ(names.size(), static_cast<std::size_t>(ErrorCode::internal) + 1);
    EXPECT_FALSE(names.contains("unknown"));
    EXPECT_STREQ(to_string(ErrorCode::parameter_mismatch), "parameter_mismatch");
    EXPECT_STREQ(to_string(static_cast<ErrorCode>(99)), "unknown");
}

TEST(Error, KeepsCodeAndText) {
    EXPECT_EQ(message_of(ErrorCode::out_of_levels, [] { fail(ErrorCode::out_of_levels, "level {} of {}", 0, 3); }),
              "level 0 of 3");
}

TEST(AssertDeathTest, PrintsTheConditionAndItsPlace) {
    TACIT_ASSERT(1 + 1 == 2);
    EXPECT_DEATH(TACIT_ASSERT(1 + 1 == 3), "error_test.cpp:[0-9]+: internal error: 1 \\+ 1 == 3 does not hold");
}

}  // namespace tacit
