#include "tacit/base/secret.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <limits>
#include <new>
#include <ostream>
#include <type_traits>
#include <utility>

#include "base/secret_trace.hpp"

namespace tacit {

template <class T>
concept printable = requires(std::ostream& out, const T& value) { out << value; };

static_assert(!std::is_copy_constructible_v<SecretBuffer> && !std::is_copy_assignable_v<SecretBuffer>);
static_assert(std::is_nothrow_move_constructible_v<SecretBuffer> && std::is_nothrow_move_assignable_v<SecretBuffer>);
static_assert(!std::equality_comparable<SecretBuffer> && !printable<SecretBuffer>);
static_assert(printable<int>);

namespace {

std::size_t released_bytes = 0;
bool all_zero = true;

void trace(std::span<const std::byte> wiped) noexcept {
    released_bytes += wiped.size();
    all_zero = all_zero && std::ranges::all_of(wiped, [](std::byte b) { return b == std::byte{0}; });
}

/// Watches released secrets while it lives.
struct Watch {
    Watch() {
        released_bytes = 0;
        all_zero = true;
        secret_trace = trace;
    }
    ~Watch() { secret_trace = nullptr; }
};

SecretBuffer filled(std::size_t size) {
    SecretBuffer buffer(size);
    std::ranges::fill(buffer.span(), 3.25);
    return buffer;
}

}  // namespace

TEST(SecretBuffer, IsZeroedAlignedAndWritable) {
    for (const std::size_t size : {1U, 5U, 8U, 511U, 512U, 513U, 32768U}) {
        SecretBuffer buffer(size);
        EXPECT_EQ(buffer.size(), size);
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(buffer.data()) % 64, 0U) << size;
        EXPECT_EQ(std::ranges::count(buffer.span(), 0.0), static_cast<std::ptrdiff_t>(size));
        std::ranges::fill(buffer.span(), 1.0);
    }
    EXPECT_EQ(SecretBuffer(0).data(), nullptr);
    EXPECT_EQ(SecretBuffer().size(), 0U);
}

TEST(SecretBuffer, IsWipedBeforeItsDestructorReleasesIt) {
    const Watch watch;
    { const SecretBuffer buffer = filled(1000); }
    EXPECT_EQ(released_bytes, 8000U);
    EXPECT_TRUE(all_zero);
}

TEST(SecretBuffer, IsWipedWhenAnotherIsMovedIn) {
    const Watch watch;
    SecretBuffer buffer = filled(100);
    buffer = filled(10);
    EXPECT_EQ(released_bytes, 800U);
    EXPECT_TRUE(all_zero);
    EXPECT_EQ(buffer.size(), 10U);
    EXPECT_EQ(buffer.data()[9], 3.25);
}

TEST(SecretBuffer, LeavesNothingBehindWhenMovedFrom) {
    const Watch watch;
    SecretBuffer from = filled(100);
    const double* const place = from.data();
    const SecretBuffer to = std::move(from);
    EXPECT_EQ(to.data(), place);
    EXPECT_EQ(from.data(), nullptr);  // NOLINT: the moved-from state is what is tested
    EXPECT_EQ(from.size(), 0U);
    EXPECT_EQ(released_bytes, 0U);
}

TEST(SecretBuffer, SurvivesMovingIntoItself) {
    SecretBuffer buffer = filled(4);
    SecretBuffer& same = buffer;
    buffer = std::move(same);
    EXPECT_EQ(buffer.size(), 4U);
    EXPECT_EQ(buffer.data()[0], 3.25);
}

TEST(SecretBuffer, WipesOnDemand) {
    SecretBuffer buffer = filled(77);
    buffer.wipe();
    EXPECT_EQ(std::ranges::count(std::as_const(buffer).span(), 0.0), 77);
}

TEST(SecretBuffer, RefusesImpossibleSizes) {
    EXPECT_THROW(static_cast<void>(SecretBuffer{std::numeric_limits<std::size_t>::max() / 4}), std::bad_alloc);
}

TEST(SecretBufferDeathTest, AbortsOnWritesPastItsEnd) {
    SecretBuffer buffer(8);
    volatile double* const past = buffer.data() + 8;
    EXPECT_DEATH(*past = 1.0, "");
}

TEST(Wipe, ZeroesBytes) {
    std::array<std::byte, 9> bytes;
    bytes.fill(std::byte{7});
    wipe(bytes);
    EXPECT_EQ(std::ranges::count(bytes, std::byte{0}), 9);
    wipe({});
}

}  // namespace tacit
