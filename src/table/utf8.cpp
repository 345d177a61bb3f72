#include "table/utf8.hpp"

#include <cstdint>

namespace tacit::table {

namespace {

/// How a sequence goes on after its first byte: so many further bytes, the second of them in [low, high].
struct Sequence {
    std::size_t further = 0;
    std::uint8_t low = 0x80;
    std::uint8_t high = 0xbf;
};

/// Table 3-7 of the Unicode standard; `further` is 0 for a byte that begins none.
Sequence sequence_of(std::uint8_t first) noexcept {
    if (first < 0xc2 || first > 0xf4) return {};
    if (first < 0xe0) return {1};
    if (first == 0xe0) return {2, 0xa0};
    if (first == 0xed) return {2, 0x80, 0x9f};
    if (first < 0xf0) return {2};
    if (first == 0xf0) return {3, 0x90};
    if (first == 0xf4) return {3, 0x80, 0x8f};
    return {3};
}

}  // namespace

std::size_t utf8_prefix(std::string_view text) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    std::size_t at = 0;
    while (at < text.size()) {
        if (byte(at) < 0x80) {
            ++at;
            continue;
        }
        const Sequence s = sequence_of(byte(at));
        if (s.further == 0 || s.further >= text.size() - at) return at;
        if (byte(at + 1) < s.low || byte(at + 1) > s.high) return at;
        for (std::size_t i = 2; i <= s.further; ++i) {
            if ((byte(at + i) & 0xc0) != 0x80) return at;
        }
        at += 1 + s.further;
    }
    return at;
}

}  // namespace tacit::table
