#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace tacit::reference {

/// AES-256 (FIPS 197) as the standard writes it, one byte at a time: slow, and independent of OpenSSL.
class Aes256 {
public:
    using Block = std::array<std::uint8_t, 16>;

    explicit Aes256(std::span<const std::byte, 32> key) {
        for (std::size_t i = 0; i < 32; ++i) words_[i / 4][i % 4] = std::to_integer<std::uint8_t>(key[i]);
        std::uint8_t round = 1;
        for (std::size_t i = 8; i < words_.size(); ++i) {
            Word word = words_[i - 1];
            if (i % 8 == 0) {
                word = {substitute(word[1]), substitute(word[2]), substitute(word[3]), substitute(word[0])};
                word[0] ^= round;
                round = times(round, 2);
            } else if (i % 8 == 4) {
                for (auto& byte : word) byte = substitute(byte);
            }
            for (std::size_t j = 0; j < 4; ++j) {
                words_[i][j] = static_cast<std::uint8_t>(words_[i - 8][j] ^ word[j]);
            }
        }
    }

    [[nodiscard]] Block encrypt(Block state) const {
        add_round_key(state, 0);
        for (std::size_t round = 1; round <= 14; ++round) {
            Block shifted;
            for (std::size_t i = 0; i < 16; ++i) shifted[i] = substitute(state[(i + 4 * (i % 4)) % 16]);
            state = round < 14 ? mix_columns(shifted) : shifted;
            add_round_key(state, round);
        }
        return state;
    }

private:
    using Word = std::array<std::uint8_t, 4>;

    /// The product in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1.
    static std::uint8_t times(unsigned a, unsigned b) {
        unsigned product = 0;
        for (; b != 0; b >>= 1) {
            if ((b & 1) != 0) product ^= a;
            a = (a << 1) ^ ((a & 0x80) != 0 ? 0x11bU : 0U);
        }
        return static_cast<std::uint8_t>(product);
    }

    static std::uint8_t substitute(std::uint8_t value) {
        unsigned inverse = value;
        for (int i = 0; i < 6; ++i) inverse = times(times(inverse, inverse), value);
        inverse = times(inverse, inverse);  // value^254
        unsigned out = 0x63;
        for (unsigned turn = 0; turn < 5; ++turn) out ^= (inverse << turn | inverse >> (8 - turn)) & 0xffU;
        return static_cast<std::uint8_t>(out);
    }

    static Block mix_columns(const Block& in) {
        Block out;
        for (std::size_t i = 0; i < 16; ++i) {
            const std::size_t column = i / 4 * 4;
            const auto at = [&](std::size_t row) { return in[column + (i + row) % 4]; };
            out[i] = static_cast<std::uint8_t>(times(at(0), 2) ^ times(at(1), 3) ^ at(2) ^ at(3));
        }
        return out;
    }

    void add_round_key(Block& state, std::size_t round) const {
        for (std::size_t i = 0; i < 16; ++i) state[i] ^= words_[4 * round + i / 4][i % 4];
    }

    std::array<Word, 60> words_{};
};

}  // namespace tacit::reference
