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
constexpr double integer_bits = 0x1p52;  // added to an integer in [0, 2^52), leaves it in the low bits

using Block = std::array<std::uint64_t, block>;

/// Reduced doubles to integers in [0, p). Returns whether all were |x| < p.
bool to_canonical(Block& out, const double* row, double p) {
    double lowest = 0;
    double highest = 0;
    for (std::size_t i = 0; i < block; ++i) {
        const double x = row[i] + (row[i] < 0 ? p : 0.0);
        lowest = std::min(lowest, x);
        highest = std::max(highest, x);
        out[i] = std::bit_cast<std::uint64_t>(x + integer_bits) & 0x000fffffffffffffU;
    }
    return lowest >= 0 && highest < p;
}

/// Integers to doubles nearest to zero. Returns whether all were below p.
bool to_balanced(double* row, const Block& in, std::uint64_t p) {
    const auto modulus = static_cast<double>(p);
    const auto half = static_cast<double>(p / 2);
    double highest = 0;
    for (std::size_t i = 0; i < block; ++i) {
        const double x = std::bit_cast<double>(in[i] | std::bit_cast<std::uint64_t>(integer_bits)) - integer_bits;
        highest = std::max(highest, x);
        row[i] = x - (x > half ? modulus : 0.0);
    }
    return highest < modulus;
}

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
    Block values;
    ByteWriter writer;
    writer.reserve(out.size());
    for (std::size_t i = 0; i < n; i += block) {
        if (!to_canonical(values, row + i, p.p())) {
            fail(ErrorCode::invalid_argument,
                 "serialize: a residue between {} and {} is not reduced modulo {}; make the object with Tacit's "
                 "operations",
                 i, i + block - 1, p.value());
        }
        writer.packed(values, row_bits(p));
    }
    const std::vector<std::byte> packed = std::move(writer).take();
    std::memcpy(out.data(), packed.data(), out.size());
}

std::size_t unpack_row(double* row, std::span<const std::byte> in, std::size_t n, const math::Modulus& p) {
    TACIT_ASSERT(n % block == 0 && in.size() == row_bytes(n, p));
    Block values;
    ByteReader reader(in);
    for (std::size_t i = 0; i < n; i += block) {
        reader.packed(values, row_bits(p));
        if (!to_balanced(row + i, values, p.value())) {
            const auto bad = std::ranges::find_if(values, [&](std::uint64_t x) { return x >= p.value(); });
            return i + static_cast<std::size_t>(bad - values.begin());
        }
    }
    return n;
}

}  // namespace tacit::ckks::format
