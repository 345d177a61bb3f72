#include "ckks/serialization_rows.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "base/fail.hpp"
#include "tacit/base/bytes.hpp"

namespace tacit::ckks::format {

namespace {

constexpr std::size_t block = 512;       // values; any width fills whole bytes
constexpr double integer_bits = 0x1p52;  // added to an integer in [0, 2^52), it leaves it in the low bits

using Block = std::array<std::uint64_t, block>;

std::uint64_t bits_of(double x) { return std::bit_cast<std::uint64_t>(x); }

/// Reduced doubles to integers in [0, p). Returns whether all were |x| < p. Comparisons are kept in integers, where
/// they vectorise: a difference below zero has its highest bit set.
bool to_canonical(Block& out, const double* row, const math::Modulus& modulus) {
    const double p = modulus.p();
    const std::uint64_t largest = modulus.value() - 1;
    std::uint64_t bad = 0;
    for (std::size_t i = 0; i < block; ++i) {
        const double x = row[i] + (row[i] < 0 ? p : 0.0);
        const std::uint64_t value = bits_of(x + integer_bits) - bits_of(integer_bits);
        bad |= value | (largest - value);
        out[i] = value;
    }
    return bad >> 63 == 0;
}

/// Integers below 2^49 to doubles nearest to zero. Returns whether all were below p. No branch: half of all residues
/// are above p/2, and no processor foresees which.
bool to_balanced(double* row, const Block& in, const math::Modulus& modulus) {
    constexpr double signed_integer_bits = 0x1.8p52;
    const std::uint64_t p = modulus.value();
    std::uint64_t bad = 0;
    for (std::size_t i = 0; i < block; ++i) {
        bad |= p - 1 - in[i];
        const std::uint64_t above_half = 0 - ((p / 2 - in[i]) >> 63);
        const std::uint64_t balanced = in[i] - (p & above_half);
        row[i] = std::bit_cast<double>(balanced + bits_of(signed_integer_bits)) - signed_integer_bits;
    }
    return bad >> 63 == 0;
}

/// Packs eight values into `bits` whole bytes at a time, so that only the values of one group wait for each other.
class GroupPacker {
public:
    static constexpr std::size_t group = 8;

    explicit GroupPacker(std::size_t bits) : bits_(bits) {
        for (std::size_t j = 0; j < group; ++j) {
            byte_[j] = j * bits / 8;
            shift_[j] = static_cast<unsigned>(j * bits % 8);
            done_[j] = static_cast<unsigned>((j + 1) * bits / 8 - byte_[j]) * 8;
        }
    }
    /// Also writes zeros to at most 8 bytes behind the last group. Widths are at most 49 bits.
    void pack(std::byte* out, const Block& values) const {
        for (std::size_t i = 0; i < block; i += group, out += bits_) {
            std::uint64_t pending = 0;
            for (std::size_t j = 0; j < group; ++j) {
                pending |= values[i + j] << shift_[j];
                std::memcpy(out + byte_[j], &pending, sizeof pending);
                pending >>= done_[j];
            }
        }
    }

private:
    std::size_t bits_;
    std::array<std::size_t, group> byte_{};
    std::array<unsigned, group> shift_{};
    std::array<unsigned, group> done_{};
};

}  // namespace

int row_bits(const math::Modulus& p) noexcept { return static_cast<int>(std::bit_width(p.value() - 1)); }

std::size_t row_bytes(std::size_t n, const math::Modulus& p) noexcept {
    return n / 8 * static_cast<std::size_t>(row_bits(p));
}

std::size_t rows_bytes(const Context& context, std::size_t limbs) noexcept {
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < limbs; ++i) bytes += row_bytes(context.dimension(), context.ring().modulus(i));
    return bytes;
}

void pack_row(std::span<std::byte> out, const double* row, std::size_t n, const math::Modulus& p) {
    TACIT_ASSERT(n % block == 0 && out.size() == row_bytes(n, p));
    const std::size_t block_bytes = row_bytes(block, p);
    const GroupPacker packer(static_cast<std::size_t>(row_bits(p)));
    Block values;
    std::array<std::byte, block * sizeof(double) + 8> packed;
    for (std::size_t i = 0; i < n; i += block, out = out.subspan(block_bytes)) {
        if (!to_canonical(values, row + i, p)) {
            fail(ErrorCode::invalid_argument,
                 "serialize: a residue between {} and {} is not reduced modulo {}; make the object with Tacit's "
                 "operations",
                 i, i + block - 1, p.value());
        }
        packer.pack(packed.data(), values);
        std::memcpy(out.data(), packed.data(), block_bytes);
    }
}

std::size_t unpack_row(double* row, std::span<const std::byte> in, std::size_t n, const math::Modulus& p) {
    TACIT_ASSERT(n % block == 0 && in.size() == row_bytes(n, p));
    Block values;
    ByteReader reader(in);
    for (std::size_t i = 0; i < n; i += block) {
        reader.packed(values, row_bits(p));
        if (!to_balanced(row + i, values, p)) {
            const auto bad = std::ranges::find_if(values, [&](std::uint64_t x) { return x >= p.value(); });
            return i + static_cast<std::size_t>(bad - values.begin());
        }
    }
    return n;
}

}  // namespace tacit::ckks::format
