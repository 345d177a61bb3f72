#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tacit {

/// The number of bytes that `count` values of `bits` bits take when packed.
/// Throws Error(invalid_argument) unless bits is 1..64 and the size fits 64 bits.
[[nodiscard]] std::uint64_t packed_size(std::uint64_t count, int bits);

/// Writes the canonical little-endian form that ByteReader reads. One value has one form.
class ByteWriter {
public:
    void u8(std::uint8_t value);
    void u16(std::uint16_t value);
    void u32(std::uint32_t value);
    void u64(std::uint64_t value);
    /// Two's complement.
    void i64(std::int64_t value);
    /// The IEEE 754 bit pattern; every pattern survives, NaN payloads included.
    void f64(double value);
    /// The bytes alone, without a length.
    void bytes(std::span<const std::byte> value);
    /// A u32 length, then the characters. Throws Error(invalid_argument) from 4 GiB on.
    void string(std::string_view value);
    /// Values of `bits` bits (1..64) one after the other, lowest bit first, zero bits up to a whole
    /// byte at the end. Throws Error(invalid_argument) if a value needs more bits; nothing is written.
    void packed(std::span<const std::uint64_t> values, int bits);

    /// Makes room for this many more bytes at once.
    void reserve(std::size_t more);
    [[nodiscard]] std::size_t size() const noexcept { return out_.size(); }
    [[nodiscard]] std::vector<std::byte> take() && { return std::move(out_); }

private:
    template <class Word>
    void word(Word value);
    std::vector<std::byte> out_;
};

/// Reads what ByteWriter wrote, from bytes nobody vouches for. Every getter checks the length first
/// and throws Error(malformed_input) with what was being read, where, and how many bytes are missing.
/// Views the bytes: they must outlive the reader. `what` names the value in messages.
class ByteReader {
public:
    explicit ByteReader(std::span<const std::byte> bytes) noexcept : bytes_(bytes) {}

    [[nodiscard]] std::uint8_t u8(std::string_view what = "a byte");
    [[nodiscard]] std::uint16_t u16(std::string_view what = "a 16-bit integer");
    [[nodiscard]] std::uint32_t u32(std::string_view what = "a 32-bit integer");
    [[nodiscard]] std::uint64_t u64(std::string_view what = "a 64-bit integer");
    [[nodiscard]] std::int64_t i64(std::string_view what = "a signed 64-bit integer");
    [[nodiscard]] double f64(std::string_view what = "a number");
    /// A view of the next `count` bytes; nothing is copied.
    [[nodiscard]] std::span<const std::byte> bytes(std::uint64_t count, std::string_view what = "bytes");
    /// Copies the next out.size() bytes.
    void bytes(std::span<std::byte> out, std::string_view what = "bytes");
    /// A string of at most `limit` characters.
    [[nodiscard]] std::string string(std::string_view what = "a string", std::uint32_t limit = ~0U);
    /// A u64 that must be at most `limit`.
    [[nodiscard]] std::uint64_t bounded(std::string_view name, std::uint64_t limit);
    /// A u32 that must be at most `limit`.
    [[nodiscard]] std::uint32_t bounded_u32(std::string_view name, std::uint32_t limit);
    /// out.size() values of `bits` bits (1..64). Writes nothing to `out` if bytes are missing; padding
    /// bits that are not zero are refused.
    void packed(std::span<std::uint64_t> out, int bits, const char* what = "packed values");

    [[nodiscard]] std::size_t remaining() const noexcept { return bytes_.size() - offset_; }
    [[nodiscard]] std::size_t offset() const noexcept { return offset_; }
    /// Throws Error(malformed_input) if bytes are left.
    void expect_end() const;

private:
    template <class Word>
    Word word(std::string_view what);
    std::span<const std::byte> bytes_;
    std::size_t offset_ = 0;
};

}  // namespace tacit
