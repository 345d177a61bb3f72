// Bit packing of ByteWriter and ByteReader: values of one width, lowest bit first, no gaps.

#include <cstring>
#include <limits>

#include "base/fail.hpp"
#include "tacit/base/bytes.hpp"

namespace tacit {

namespace {

/// The bytes that a packing loop may touch past its last value.
constexpr std::size_t slack = 16;

std::uint64_t low_bits(int bits) { return ~std::uint64_t{0} >> (64 - bits); }

std::uint64_t load(const std::byte* from) {
    std::uint64_t word;
    std::memcpy(&word, from, sizeof word);
    return word;
}

void store(std::byte* to, std::uint64_t word) { std::memcpy(to, &word, sizeof word); }

/// Writes whole words at byte steps; fewer than eight bits wait in `pending` between values.
void pack(std::byte* out, std::span<const std::uint64_t> values, unsigned bits) {
    std::uint64_t pending = 0;
    unsigned fill = 0;
    for (const std::uint64_t value : values) {
        pending |= value << fill;
        store(out, pending);
        const unsigned total = fill + bits;
        if (total < 64) {
            out += total / 8;
            pending >>= total & ~7U;
        } else {
            out += 8;
            pending = value >> 1 >> (63 - fill);
        }
        fill = total % 8;
    }
    store(out, pending);
}

/// Every value on its own: one load at its first byte, a ninth byte only for widths above 57.
/// Reads up to 9 bytes from the first byte of each value.
template <bool wide>
void unpack(const std::byte* in, std::uint64_t first_bit, std::span<std::uint64_t> out, unsigned bits) {
    const std::uint64_t mask = low_bits(static_cast<int>(bits));
    std::uint64_t bit = first_bit;
    for (std::uint64_t& value : out) {
        const std::byte* const from = in + bit / 8;
        const unsigned shift = bit % 8;
        std::uint64_t word = load(from) >> shift;
        if constexpr (wide) word |= std::to_integer<std::uint64_t>(from[8]) << 1 << (63 - shift);
        value = word & mask;
        bit += bits;
    }
}

void unpack_any(const std::byte* in, std::uint64_t first_bit, std::span<std::uint64_t> out, unsigned bits) {
    if (bits > 57) {
        unpack<true>(in, first_bit, out, bits);
    } else {
        unpack<false>(in, first_bit, out, bits);
    }
}

}  // namespace

std::uint64_t packed_size(std::uint64_t count, int bits) {
    if (bits < 1 || bits > 64) {
        fail(ErrorCode::invalid_argument, "values of {} bits cannot be packed; use 1 to 64", bits);
    }
    if (count > (std::numeric_limits<std::uint64_t>::max() - 7) / static_cast<std::uint64_t>(bits)) {
        fail(ErrorCode::invalid_argument, "{} values of {} bits are too many to pack", count, bits);
    }
    return (count * static_cast<std::uint64_t>(bits) + 7) / 8;
}

void ByteWriter::packed(std::span<const std::uint64_t> values, int bits) {
    const auto bytes = static_cast<std::size_t>(packed_size(values.size(), bits));
    std::uint64_t seen = 0;
    for (const std::uint64_t value : values) seen |= value;
    if ((seen & ~low_bits(bits)) != 0) {
        fail(ErrorCode::invalid_argument, "a value does not fit into the {} bits it is to be packed in", bits);
    }
    const std::size_t at = out_.size();
    out_.resize(at + bytes + slack);
    pack(out_.data() + at, values, static_cast<unsigned>(bits));
    out_.resize(at + bytes);
}

void ByteReader::packed(std::span<std::uint64_t> out, int bits, const char* what) {
    const std::size_t at = offset_;
    const auto in = bytes(packed_size(out.size(), bits), what);
    if (out.empty()) return;
    const auto width = static_cast<unsigned>(bits);
    const unsigned used = out.size() * width % 8;
    if (used != 0 && std::to_integer<unsigned>(in.back()) >> used != 0) {
        fail(ErrorCode::malformed_input,
             "reading {} at offset {}: the padding bits after {} values of {} bits are not zero", what, at, out.size(),
             bits);
    }
    // Values that start in the last bytes are read from a padded copy, the others in place.
    const std::size_t safe_bits = in.size() > 9 ? (in.size() - 9) * 8 : 0;
    const std::size_t in_place = safe_bits / width;
    unpack_any(in.data(), 0, out.first(in_place), width);
    const std::size_t tail_byte = in_place * width / 8;
    std::byte tail[48] = {};
    TACIT_ASSERT(in.size() - tail_byte + 9 <= sizeof tail);
    std::memcpy(tail, in.data() + tail_byte, in.size() - tail_byte);
    unpack_any(tail, in_place * width % 8, out.subspan(in_place), width);
}

}  // namespace tacit
