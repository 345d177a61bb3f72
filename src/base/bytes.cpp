#include "tacit/base/bytes.hpp"

#include <bit>
#include <cstring>
#include <limits>

#include "base/fail.hpp"

namespace tacit {

static_assert(std::endian::native == std::endian::little, "the file formats are written as they lie in memory");

template <class Word>
void ByteWriter::word(Word value) {
    const std::size_t at = out_.size();
    out_.resize(at + sizeof value);
    std::memcpy(out_.data() + at, &value, sizeof value);
}

void ByteWriter::u8(std::uint8_t value) { word(value); }
void ByteWriter::u16(std::uint16_t value) { word(value); }
void ByteWriter::u32(std::uint32_t value) { word(value); }
void ByteWriter::u64(std::uint64_t value) { word(value); }
void ByteWriter::i64(std::int64_t value) { word(value); }
void ByteWriter::f64(double value) { word(std::bit_cast<std::uint64_t>(value)); }

void ByteWriter::bytes(std::span<const std::byte> value) { out_.insert(out_.end(), value.begin(), value.end()); }

void ByteWriter::string(std::string_view value) {
    if (value.size() > std::numeric_limits<std::uint32_t>::max()) {
        fail(ErrorCode::invalid_argument, "a string of {} bytes cannot be written; the limit is 4294967295",
             value.size());
    }
    u32(static_cast<std::uint32_t>(value.size()));
    bytes(std::as_bytes(std::span(value)));
}

void ByteWriter::reserve(std::size_t more) {
    constexpr std::size_t packing_slack = 16;
    out_.reserve(out_.size() + more + packing_slack);
}

std::span<const std::byte> ByteReader::bytes(std::uint64_t count, std::string_view what) {
    if (count > remaining()) {
        fail(ErrorCode::malformed_input, "reading {} at offset {}: {} bytes needed, {} left; the data are cut short",
             what, offset_, count, remaining());
    }
    const auto found = bytes_.subspan(offset_, static_cast<std::size_t>(count));
    offset_ += found.size();
    return found;
}

void ByteReader::bytes(std::span<std::byte> out, std::string_view what) {
    const auto found = bytes(out.size(), what);
    if (!found.empty()) std::memcpy(out.data(), found.data(), found.size());
}

template <class Word>
Word ByteReader::word(std::string_view what) {
    Word value;
    std::memcpy(&value, bytes(sizeof value, what).data(), sizeof value);
    return value;
}

std::uint8_t ByteReader::u8(std::string_view what) { return word<std::uint8_t>(what); }
std::uint16_t ByteReader::u16(std::string_view what) { return word<std::uint16_t>(what); }
std::uint32_t ByteReader::u32(std::string_view what) { return word<std::uint32_t>(what); }
std::uint64_t ByteReader::u64(std::string_view what) { return word<std::uint64_t>(what); }
std::int64_t ByteReader::i64(std::string_view what) { return word<std::int64_t>(what); }
double ByteReader::f64(std::string_view what) { return std::bit_cast<double>(word<std::uint64_t>(what)); }

std::string ByteReader::string(std::string_view what, std::uint32_t limit) {
    const auto text = bytes(bounded_u32(fmt::format("the length of {}", what), limit), what);
    return {reinterpret_cast<const char*>(text.data()), text.size()};
}

namespace {
template <class Word>
Word check_bound(Word value, std::string_view name, Word limit, std::size_t offset) {
    if (value > limit) {
        fail(ErrorCode::malformed_input, "{} at offset {} is {}, above the limit of {}", name, offset, value, limit);
    }
    return value;
}
}  // namespace

std::uint64_t ByteReader::bounded(std::string_view name, std::uint64_t limit) {
    const std::size_t at = offset_;
    return check_bound(u64(name), name, limit, at);
}

std::uint32_t ByteReader::bounded_u32(std::string_view name, std::uint32_t limit) {
    const std::size_t at = offset_;
    return check_bound(u32(name), name, limit, at);
}

void ByteReader::expect_end() const {
    if (remaining() != 0) {
        fail(ErrorCode::malformed_input, "{} bytes follow the end of the data at offset {}", remaining(), offset_);
    }
}

}  // namespace tacit
