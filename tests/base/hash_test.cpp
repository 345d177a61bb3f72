#include "tacit/base/hash.hpp"

#include <gtest/gtest.h>

#include <string_view>

#include "base/hex.hpp"

namespace tacit {

namespace {
std::string hash_of(std::string_view text) {
    Hasher hasher;
    hasher.update(std::as_bytes(std::span(text)));
    return to_hex(hasher.finish());
}
}  // namespace

// From Python's hashlib.blake2b(..., digest_size=32).
TEST(Hasher, AgreesWithKnownDigests) {
    EXPECT_EQ(hash_of(""), "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
    EXPECT_EQ(hash_of("abc"), "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
    std::string all;
    for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
    EXPECT_EQ(hash_of(all), "39a7eb9fedc19aabc83425c6755dd90e6f9d0c804964a1f4aaeea3b9fb599835");
}

TEST(Hasher, DoesNotDependOnWhereThePiecesAreCut) {
    Hasher pieces;
    const auto bytes = from_hex("00010203040506070809");
    pieces.update(std::span(bytes).first(3));
    pieces.update(std::span<const std::byte>());
    pieces.update(std::span(bytes).subspan(3));
    Hasher whole;
    whole.update(bytes);
    EXPECT_EQ(pieces.finish(), whole.finish());
}

TEST(Hasher, AWordIsEightLittleEndianBytes) {
    Hasher word;
    word.update(0x0807060504030201U);
    Hasher bytes;
    bytes.update(from_hex("0102030405060708"));
    EXPECT_EQ(word.finish(), bytes.finish());
}

TEST(HasherDeathTest, AbortsWhenUsedAfterItsEnd) {
    Hasher hasher;
    static_cast<void>(hasher.finish());
    EXPECT_DEATH(hasher.update(1), "finished_");
    EXPECT_DEATH(static_cast<void>(hasher.finish()), "finished_");
}

TEST(ToHex, WritesTwoDigitsPerByte) {
    EXPECT_EQ(to_hex(from_hex("00ff0a90")), "00ff0a90");
    EXPECT_EQ(to_hex({}), "");
}

}  // namespace tacit
