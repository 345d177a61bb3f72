#include "mpc/bit_transpose.hpp"

#include <algorithm>
#include <array>

namespace tacit::mpc {

void transpose(std::span<std::uint64_t, 64> rows) noexcept {
    std::uint64_t mask = 0x00000000FFFFFFFF;  // the lower half of each block of 2 * width bits
    for (std::size_t width = 32; width != 0; width /= 2, mask ^= mask << width) {
        for (std::size_t block = 0; block < 64; block += 2 * width) {
            for (std::size_t i = block; i < block + width; ++i) {
                const std::uint64_t moved = ((rows[i] >> width) ^ rows[i + width]) & mask;
                rows[i] ^= moved << width;
                rows[i + width] ^= moved;
            }
        }
    }
}

void to_planes(std::span<const std::uint64_t> values, std::size_t planes, std::span<std::uint64_t> out) noexcept {
    const std::size_t lane_words = (values.size() + 63) / 64;
    for (std::size_t word = 0; word < lane_words; ++word) {
        std::array<std::uint64_t, 64> block{};
        const auto lanes = values.subspan(64 * word, std::min<std::size_t>(64, values.size() - 64 * word));
        std::ranges::copy(lanes, block.begin());
        transpose(block);
        for (std::size_t plane = 0; plane < planes; ++plane) out[plane * lane_words + word] = block[plane];
    }
}

void from_planes(std::span<const std::uint64_t> words, std::size_t planes, std::span<std::uint64_t> values) noexcept {
    const std::size_t lane_words = (values.size() + 63) / 64;
    for (std::size_t word = 0; word < lane_words; ++word) {
        std::array<std::uint64_t, 64> block{};
        for (std::size_t plane = 0; plane < planes; ++plane) block[plane] = words[plane * lane_words + word];
        transpose(block);
        const std::size_t lanes = std::min<std::size_t>(64, values.size() - 64 * word);
        std::copy_n(block.begin(), lanes, values.subspan(64 * word).begin());
    }
}

}  // namespace tacit::mpc
