#include "tacit/base/expected.hpp"

#include <memory>
#include <new>
#include <string>

#include "base/fail.hpp"
#include "base/throws.hpp"

namespace tacit {

namespace {

Expected<int> half(int value) {
    if (value % 2 != 0) return Error(ErrorCode::invalid_argument, "odd");
    return value / 2;
}

const Expected<int> missing = Error(ErrorCode::malformed_input, "no number");

}  // namespace

TEST(Expected, HoldsAValue) {
    Expected<std::string> text = std::string("abc");
    EXPECT_TRUE(text.has_value());
    EXPECT_TRUE(static_cast<bool>(text));
    EXPECT_EQ(text.value(), "abc");
    EXPECT_EQ(*text, "abc");
    EXPECT_EQ(text->size(), 3U);
    text.value() += "d";
    *text += "e";
    EXPECT_EQ(std::as_const(text).value(), "abcde");
    EXPECT_EQ(std::move(text).value(), "abcde");
}

TEST(Expected, HoldsAnErrorAndThrowsIt) {
    EXPECT_FALSE(missing);
    EXPECT_EQ(missing.error().code(), ErrorCode::malformed_input);
    EXPECT_EQ(message_of(ErrorCode::malformed_input, [] { static_cast<void>(missing.value()); }), "no number");
    Expected<int> copy = missing;
    EXPECT_THROW(static_cast<void>(copy.value()), Error);
    EXPECT_THROW(static_cast<void>(std::move(copy).value()), Error);
}

TEST(Expected, CarriesMoveOnlyValues) {
    Expected<std::unique_ptr<int>> box = std::make_unique<int>(4);
    const std::unique_ptr<int> taken = std::move(box).value();
    EXPECT_EQ(*taken, 4);
    EXPECT_EQ(*Expected(std::make_unique<int>(6)).transform([](auto pointer) { return *pointer + 1; }), 7);
}

TEST(Expected, AndThenStopsAtTheFirstError) {
    EXPECT_EQ(half(12).and_then(half).value(), 3);
    EXPECT_STREQ(half(6).and_then(half).error().what(), "odd");
    EXPECT_STREQ(missing.and_then(half).error().what(), "no number");
}

TEST(Expected, TransformKeepsTheError) {
    EXPECT_EQ(half(12).transform([](int i) { return std::to_string(i); }).value(), "6");
    EXPECT_STREQ(missing.transform([](int i) { return 2.0 * i; }).error().what(), "no number");
    EXPECT_STREQ(half(3).transform([](int i) { return i; }).error().what(), "odd");
}

TEST(Expected, ValueOrFallsBack) {
    EXPECT_EQ(missing.value_or(9), 9);
    EXPECT_EQ(half(8).value_or(9), 4);
    EXPECT_EQ(Expected<std::string>(Error(ErrorCode::internal, "x")).value_or("none"), "none");
}

TEST(Catching, TurnsOnlyTacitErrorsIntoValues) {
    const auto good = catching([] { return 5; });
    static_assert(std::is_same_v<decltype(good), const Expected<int>>);
    EXPECT_EQ(good.value(), 5);
    const auto bad = catching([]() -> int { fail(ErrorCode::malformed_input, "byte {}", 3); });
    EXPECT_EQ(bad.error().code(), ErrorCode::malformed_input);
    EXPECT_STREQ(bad.error().what(), "byte 3");
    EXPECT_THROW(static_cast<void>(catching([]() -> int { throw std::bad_alloc(); })), std::bad_alloc);
}

TEST(Catching, DoesNotWrapTwice) {
    static_assert(std::is_same_v<decltype(catching([] { return half(2); })), Expected<int>>);
    EXPECT_STREQ(catching([] { return half(3); }).error().what(), "odd");
}

TEST(ExpectedDeathTest, AbortsOnUncheckedUse) {
    EXPECT_DEATH(static_cast<void>(*missing), "pointer != nullptr");
    EXPECT_DEATH(static_cast<void>(half(2).error()), "pointer != nullptr");
}

}  // namespace tacit
