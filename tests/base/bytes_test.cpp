#include "tacit/base/bytes.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "base/hex.hpp"
#include "base/throws.hpp"
#include "tacit/base/hash.hpp"

namespace tacit {

using testing::HasSubstr;

namespace {

const double odd_nan = std::bit_cast<double>(0x7ff8000000001234U);

std::vector<std::byte> one_of_each() {
    ByteWriter writer;
    writer.u8(0x12);
    writer.u16(0x3456);
    writer.u32(0x789abcde);
    writer.u64(0x0123456789abcdefU);
    writer.i64(-2);
    writer.f64(odd_nan);
    writer.bytes(from_hex("c0ffee"));
    writer.string("key");
    writer.packed(std::array<std::uint64_t, 3>{5, 2, 7}, 3);
    return std::move(writer).take();
}

void read_one_of_each(ByteReader reader) {
    EXPECT_EQ(reader.u8(), 0x12);
    EXPECT_EQ(reader.u16(), 0x3456);
    EXPECT_EQ(reader.u32(), 0x789abcdeU);
    EXPECT_EQ(reader.u64(), 0x0123456789abcdefU);
    EXPECT_EQ(reader.i64(), -2);
    EXPECT_EQ(std::bit_cast<std::uint64_t>(reader.f64()), 0x7ff8000000001234U);
    std::array<std::byte, 2> two{};
    reader.bytes(two);
    EXPECT_EQ(to_hex(two), "c0ff");
    EXPECT_EQ(to_hex(reader.bytes(1)), "ee");
    EXPECT_EQ(reader.string(), "key");
    std::array<std::uint64_t, 3> values{};
    reader.packed(values, 3);
    EXPECT_EQ(values, (std::array<std::uint64_t, 3>{5, 2, 7}));
    reader.expect_end();
}

}  // namespace

TEST(Bytes, HaveOneLittleEndianForm) {
    EXPECT_EQ(to_hex(one_of_each()),
              "12"
              "5634"
              "debc9a78"
              "efcdab8967452301"
              "feffffffffffffff"
              "341200000000f87f"
              "c0ffee"
              "03000000"
              "6b6579"
              "d501");
}

TEST(Bytes, ComeBackAsTheyWereWritten) { read_one_of_each(ByteReader(one_of_each())); }

TEST(Bytes, EveryTruncationIsRefused) {
    const auto whole = one_of_each();
    for (std::size_t length = 0; length < whole.size(); ++length) {
        EXPECT_THAT(message_of(ErrorCode::malformed_input,
                               [&] { read_one_of_each(ByteReader(std::span(whole).first(length))); }),
                    HasSubstr("cut short"))
            << length;
    }
}

TEST(ByteReader, NamesWhatIsMissingWhereAndHowMuch) {
    const std::array<std::byte, 10> ten{};
    ByteReader reader(ten);
    EXPECT_EQ(reader.u64(), 0U);
    EXPECT_EQ(message_of(ErrorCode::malformed_input, [&] { static_cast<void>(reader.u32("the ring size")); }),
              "reading the ring size at offset 8: 4 bytes needed, 2 left; the data are cut short");
    EXPECT_EQ(reader.offset(), 8U);
    EXPECT_EQ(reader.remaining(), 2U);
    EXPECT_EQ(reader.u16(), 0U);
}

TEST(ByteReader, BoundsCounts) {
    ByteWriter writer;
    writer.u64(17);
    writer.u32(17);
    const auto bytes = std::move(writer).take();
    ByteReader good(bytes);
    EXPECT_EQ(good.bounded("limbs", 17), 17U);
    EXPECT_EQ(good.bounded_u32("limbs", 17), 17U);
    ByteReader bad(bytes);
    EXPECT_EQ(message_of(ErrorCode::malformed_input, [&] { static_cast<void>(bad.bounded("limbs", 16)); }),
              "limbs at offset 0 is 17, above the limit of 16");
    EXPECT_EQ(message_of(ErrorCode::malformed_input, [&] { static_cast<void>(bad.bounded_u32("limbs", 16)); }),
              "limbs at offset 8 is 17, above the limit of 16");
}

TEST(ByteReader, RefusesHugeLengthsWithoutTakingMemory) {
    const auto bytes = from_hex("ffffffff6162");
    EXPECT_THAT(message_of(ErrorCode::malformed_input, [&] { static_cast<void>(ByteReader(bytes).string("a name")); }),
                HasSubstr("reading a name at offset 4: 4294967295 bytes needed, 2 left"));
    EXPECT_THAT(
        message_of(ErrorCode::malformed_input, [&] { static_cast<void>(ByteReader(bytes).string("a name", 100)); }),
        HasSubstr("the length of a name at offset 0 is 4294967295, above the limit of 100"));
    EXPECT_THROW(static_cast<void>(ByteReader(bytes).bytes(std::numeric_limits<std::uint64_t>::max())), Error);
}

TEST(ByteReader, RefusesTrailingBytes) {
    const auto bytes = from_hex("0102");
    ByteReader reader(bytes);
    EXPECT_EQ(reader.u8(), 1);
    EXPECT_EQ(message_of(ErrorCode::malformed_input, [&] { reader.expect_end(); }),
              "1 bytes follow the end of the data at offset 1");
    EXPECT_EQ(reader.u8(), 2);
    reader.expect_end();
}

TEST(ByteWriter, ReserveKeepsTheContents) {
    ByteWriter writer;
    writer.u8(1);
    writer.reserve(1000);
    writer.u8(2);
    EXPECT_EQ(writer.size(), 2U);
    EXPECT_EQ(to_hex(std::move(writer).take()), "0102");
}

}  // namespace tacit
