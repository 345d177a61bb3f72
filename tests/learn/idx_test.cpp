#include "learn/idx.hpp"

#include <array>
#include <numeric>

#include "base/throws.hpp"
#include "learn/embedded_mnist.hpp"
#include "learn/idx_bytes.hpp"

namespace tacit::learn {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::array<std::uint32_t, 1> one_dimension{5000};
constexpr std::array<std::uint32_t, 3> three_dimensions{100, 28, 28};
constexpr std::array<std::uint8_t, 12> twelve{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 255};

std::string refusal(std::span<const std::byte> content, std::span<const std::uint32_t> largest_shape) {
    return message_of(ErrorCode::malformed_input, [&] { (void)parse_idx(content, largest_shape, "some file"); });
}

TEST(Idx, ParsesPlainBytes) {
    const IdxArray array = parse_idx(idx_bytes(0x803, {3, 2, 2}, twelve), three_dimensions, "some file");
    EXPECT_THAT(array.shape, ElementsAre(3, 2, 2));
    EXPECT_TRUE(std::ranges::equal(array.bytes, twelve));
}

TEST(Idx, ParsesGzip) {
    const IdxArray array = parse_idx(embedded_mnist_labels(), one_dimension, "some file");
    EXPECT_THAT(array.shape, ElementsAre(1976));
    EXPECT_EQ(array.bytes.size(), 1976U);
}

TEST(Idx, RefusesEveryTruncationOfAPlainFile) {
    const std::vector<std::byte> whole = idx_bytes(0x803, {3, 2, 2}, twelve);
    for (std::size_t length = 0; length < whole.size(); ++length) {
        const std::string message = refusal(std::span(whole).first(length), three_dimensions);
        EXPECT_THAT(message, AllOf(HasSubstr("some file: offset "), HasSubstr("truncated"))) << length;
    }
}

TEST(Idx, RefusesEveryTruncationOfAGzipFile) {
    const std::span<const std::byte> whole = embedded_mnist_labels();
    for (std::size_t length = 0; length < whole.size(); ++length) {
        EXPECT_THAT(refusal(whole.first(length), one_dimension), HasSubstr("some file: ")) << length;
    }
}

TEST(Idx, EveryDamagedByteOfAGzipFileIsRefusedOrHarmless) {
    const std::span<const std::byte> whole = embedded_mnist_labels();
    const IdxArray expected = parse_idx(whole, one_dimension, "some file");
    int harmless = 0;
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (const int damage : {0x01, 0x80, 0xff}) {
            std::vector<std::byte> damaged(whole.begin(), whole.end());
            damaged[at] ^= static_cast<std::byte>(damage);
            try {
                const IdxArray array = parse_idx(damaged, one_dimension, "some file");
                EXPECT_EQ(array.bytes, expected.bytes) << at;
                ++harmless;
            } catch (const Error& error) {
                EXPECT_EQ(error.code(), ErrorCode::malformed_input) << at;
            }
        }
    }
    // The six bytes of time, level and system of the gzip header, its hint that the content is text, and the unused
    // bits of the last byte before the checksum.
    EXPECT_EQ(harmless, 6 * 3 + 2);
}

TEST(Idx, RefusesTheWrongMagicNumber) {
    EXPECT_THAT(refusal(idx_bytes(0x801, {12}, twelve), three_dimensions),
                HasSubstr("some file: offset 0: the magic number is 0x00000801, it must be 0x00000803"));
    EXPECT_THAT(refusal(idx_bytes(0xd03, {3, 2, 2}, twelve), three_dimensions), HasSubstr("0x00000d03"));
}

TEST(Idx, RefusesDimensionsOutOfRangeBeforeTakingMemory) {
    constexpr std::uint32_t huge = 0xffffffff;
    EXPECT_THAT(refusal(idx_bytes(0x803, {huge, 28, 28}, twelve), three_dimensions),
                HasSubstr("offset 4: dimension 0 is 4294967295, it must be in [1, 100]"));
    EXPECT_THAT(refusal(idx_bytes(0x803, {3, 29, 2}, twelve), three_dimensions),
                HasSubstr("offset 8: dimension 1 is 29, it must be in [1, 28]"));
    EXPECT_THAT(refusal(idx_bytes(0x803, {3, 2, 0}, twelve), three_dimensions),
                HasSubstr("offset 12: dimension 2 is 0"));
    constexpr std::array largest{huge, huge, huge};
    EXPECT_THAT(refusal(idx_bytes(0x803, {huge, huge, huge}, twelve), largest), HasSubstr("the dimensions overflow"));
    // 2^62 bytes announced, 12 there: memory grows with what is there, so this is an ordinary truncation.
    EXPECT_THAT(refusal(idx_bytes(0x803, {1U << 31, 1U << 31, 1}, twelve), largest),
                HasSubstr("offset 28: the data end here, the header announces 4611686018427387904 bytes"));
}

TEST(Idx, RefusesBytesLeftOver) {
    EXPECT_THAT(refusal(idx_bytes(0x803, {2, 2, 2}, twelve), three_dimensions),
                HasSubstr("some file: offset 24: more bytes than the header announces"));
    std::vector<std::byte> zipped(embedded_mnist_labels().begin(), embedded_mnist_labels().end());
    zipped.push_back(std::byte{0});
    EXPECT_THAT(refusal(zipped, one_dimension), HasSubstr("1 bytes after the end of the gzip data, the limit is 0"));
}

}  // namespace
}  // namespace tacit::learn
