#include "mpc/turboshake.hpp"

#include <algorithm>
#include <bit>

#include "tacit/base/error.hpp"
#include "tacit/base/secret.hpp"

namespace tacit::mpc {

namespace {

/// The constants of step iota, from the linear feedback shift register of FIPS 202, algorithm 5.
constexpr std::array<std::uint64_t, 24> round_constants = [] {
    std::array<std::uint64_t, 24> constants{};
    unsigned lfsr = 1;
    for (std::uint64_t& constant : constants) {
        for (int j = 0; j < 7; ++j) {
            if ((lfsr & 1) != 0) constant |= std::uint64_t{1} << ((1 << j) - 1);
            lfsr = (lfsr << 1) ^ ((lfsr & 0x80) != 0 ? 0x171U : 0U);
        }
    }
    return constants;
}();

/// Where step pi takes the lanes in turn, starting from lane 1, and by how much step rho rotates each.
struct Move {
    std::uint8_t lane = 0;
    std::uint8_t rotation = 0;
};
constexpr std::array<Move, 24> moves = [] {
    std::array<Move, 24> result{};
    int x = 1, y = 0;
    for (int t = 0; t < 24; ++t) {
        const int next = (2 * x + 3 * y) % 5;
        x = y;
        y = next;
        result[static_cast<std::size_t>(t)] = {static_cast<std::uint8_t>(x + 5 * y),
                                               static_cast<std::uint8_t>((t + 1) * (t + 2) / 2 % 64)};
    }
    return result;
}();

void round(std::array<std::uint64_t, 25>& a, std::uint64_t constant) noexcept {
    std::array<std::uint64_t, 5> column{};
    for (std::size_t x = 0; x < 5; ++x) column[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
    for (std::size_t x = 0; x < 5; ++x) {
        const std::uint64_t parity = column[(x + 4) % 5] ^ std::rotl(column[(x + 1) % 5], 1);
        for (std::size_t y = 0; y < 25; y += 5) a[y + x] ^= parity;
    }
    std::uint64_t moving = a[1];
    for (const auto [lane, rotation] : moves) {
        const std::uint64_t next = a[lane];
        a[lane] = std::rotl(moving, rotation);
        moving = next;
    }
    for (std::size_t y = 0; y < 25; y += 5) {
        const std::array<std::uint64_t, 5> row{a[y], a[y + 1], a[y + 2], a[y + 3], a[y + 4]};
        for (std::size_t x = 0; x < 5; ++x) a[y + x] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
    }
    a[0] ^= constant;
}

}  // namespace

TurboShake128::~TurboShake128() { wipe(std::as_writable_bytes(std::span(state_))); }

void TurboShake128::permute() noexcept {
    for (std::size_t i = 24 - static_cast<std::size_t>(rounds_); i < 24; ++i) round(state_, round_constants[i]);
}

void TurboShake128::absorb(std::span<const std::byte> bytes) noexcept {
    TACIT_ASSERT(!squeezing_);
    for (std::size_t i = 0; i < bytes.size();) {
        if (position_ % 8 == 0 && bytes.size() - i >= 8) {
            std::uint64_t word = 0;
            for (std::size_t k = 8; k-- > 0;) word = (word << 8) | std::to_integer<std::uint64_t>(bytes[i + k]);
            state_[position_ / 8] ^= word;
            advance(8);
            i += 8;
        } else {
            add_byte(position_, std::to_integer<std::uint8_t>(bytes[i++]));
            advance(1);
        }
    }
}

void TurboShake128::squeeze(std::span<std::byte> out) noexcept {
    if (!squeezing_) {
        add_byte(position_, domain_);
        add_byte(rate - 1, 0x80);
        permute();
        position_ = 0;
        squeezing_ = true;
    }
    for (std::size_t i = 0; i < out.size();) {
        const std::uint64_t word = state_[position_ / 8] >> (8 * (position_ % 8));
        const std::size_t count = std::min(8 - position_ % 8, out.size() - i);
        for (std::size_t k = 0; k < count; ++k) out[i + k] = static_cast<std::byte>(word >> (8 * k));
        i += count;
        advance(count);
    }
}

}  // namespace tacit::mpc
