// ByteWriter::packed, ByteReader::packed and packed_size.

#include <algorithm>
#include <limits>
#include <vector>

#include "base/seeded.hpp"
#include "base/throws.hpp"
#include "tacit/base/bytes.hpp"

namespace tacit {

using testing::HasSubstr;

namespace {

std::vector<std::uint64_t> random_values(Rng& rng, std::size_t count, int bits) {
    std::vector<std::uint64_t> values(count);
    rng.fill(values);
    for (auto& value : values) value >>= 64 - bits;
    if (count > 2) {
        values[0] = 0;
        values[1] = ~std::uint64_t{0} >> (64 - bits);
    }
    return values;
}

/// The definition: bit b of value i is bit i * bits + b of the whole.
std::vector<std::byte> pack_bit_by_bit(std::span<const std::uint64_t> values, int bits) {
    std::vector<std::byte> out(packed_size(values.size(), bits));
    std::size_t at = 0;
    for (const std::uint64_t value : values) {
        for (int b = 0; b < bits; ++b, ++at) out[at / 8] |= static_cast<std::byte>((value >> b & 1) << at % 8);
    }
    return out;
}

std::vector<std::byte> pack(std::span<const std::uint64_t> values, int bits) {
    ByteWriter writer;
    writer.packed(values, bits);
    return std::move(writer).take();
}

}  // namespace

TEST(Packing, FollowsItsDefinitionAndComesBackAtEveryWidth) {
    Seeded random;
    for (int bits = 1; bits <= 64; ++bits) {
        for (const std::size_t count : {0U, 1U, 2U, 3U, 7U, 8U, 9U, 10U, 17U, 64U, 100U, 1000U}) {
            const auto values = random_values(random.rng, count, bits);
            const auto packed = pack(values, bits);
            ASSERT_TRUE(packed == pack_bit_by_bit(values, bits)) << bits << " bits, " << count << " values";
            std::vector<std::uint64_t> back(count);
            ByteReader reader(packed);
            reader.packed(back, bits);
            reader.expect_end();
            ASSERT_EQ(back, values) << bits << " bits, " << count << " values";
        }
    }
}

TEST(Packing, SitsBetweenOtherFields) {
    Seeded random;
    for (int bits = 1; bits <= 64; ++bits) {
        const auto values = random_values(random.rng, 37, bits);
        ByteWriter writer;
        writer.u8(0xaa);
        writer.packed(values, bits);
        writer.u8(0xbb);
        const auto bytes = std::move(writer).take();
        ByteReader reader(bytes);
        EXPECT_EQ(reader.u8(), 0xaa);
        std::vector<std::uint64_t> back(values.size());
        reader.packed(back, bits);
        EXPECT_EQ(back, values) << bits;
        EXPECT_EQ(reader.u8(), 0xbb) << bits;
        reader.expect_end();
    }
}

TEST(Packing, RefusesEveryNonZeroPaddingBit) {
    Seeded random;
    for (int bits = 1; bits <= 64; ++bits) {
        const std::size_t count = 11;
        auto bytes = pack(random_values(random.rng, count, bits), bits);
        std::vector<std::uint64_t> back(count);
        for (std::size_t bit = count * static_cast<std::size_t>(bits); bit < 8 * bytes.size(); ++bit) {
            bytes.back() ^= static_cast<std::byte>(1U << bit % 8);
            EXPECT_THAT(message_of(ErrorCode::malformed_input, [&] { ByteReader(bytes).packed(back, bits, "limb 3"); }),
                        HasSubstr("reading limb 3 at offset 0: the padding bits after 11 values"));
            bytes.back() ^= static_cast<std::byte>(1U << bit % 8);
        }
    }
}

TEST(Packing, LeavesTheOutputAloneWhenBytesAreMissing) {
    Seeded random;
    for (const int bits : {1, 40, 57, 58, 64}) {
        const auto bytes = pack(random_values(random.rng, 20, bits), bits);
        for (std::size_t length = 0; length < bytes.size(); ++length) {
            // A copy of its own, so that AddressSanitizer sees any read behind the end.
            const std::vector<std::byte> cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
            std::vector<std::uint64_t> out(20, 42);
            EXPECT_THAT(message_of(ErrorCode::malformed_input, [&] { ByteReader(cut).packed(out, bits); }),
                        HasSubstr("cut short"));
            EXPECT_EQ(std::ranges::count(out, 42U), 20);
        }
    }
}

TEST(Packing, RefusesValuesThatDoNotFitAndWritesNothing) {
    ByteWriter writer;
    writer.u8(1);
    EXPECT_THAT(message_of(ErrorCode::invalid_argument,
                           [&] {
                               writer.packed(std::array<std::uint64_t, 2>{1, 1 << 10}, 10);
                           }),
                HasSubstr("does not fit into the 10 bits"));
    EXPECT_EQ(writer.size(), 1U);
}

TEST(Packing, RefusesImpossibleWidthsAndCounts) {
    for (const int bits : {-1, 0, 65}) {
        EXPECT_THAT(message_of(ErrorCode::invalid_argument, [&] { static_cast<void>(packed_size(1, bits)); }),
                    HasSubstr("use 1 to 64"));
    }
    EXPECT_THROW(static_cast<void>(packed_size(std::numeric_limits<std::uint64_t>::max() / 2, 40)), Error);
    EXPECT_EQ(packed_size(3, 40), 15U);
    EXPECT_EQ(packed_size(3, 3), 2U);
    EXPECT_EQ(packed_size(0, 64), 0U);
}

}  // namespace tacit
