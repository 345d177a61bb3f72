#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace tacit {

/// The bytes that lower-case hex digits stand for; none if they are not exactly that many.
template <std::size_t size>
std::optional<std::array<std::byte, size>> from_hex(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::array<std::byte, size> bytes{};
    if (text.size() != 2 * size) return std::nullopt;
    for (std::size_t i = 0; i < size; ++i) {
        const std::size_t high = digits.find(text[2 * i]);
        const std::size_t low = digits.find(text[2 * i + 1]);
        if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
        bytes[i] = static_cast<std::byte>(16 * high + low);
    }
    return bytes;
}

}  // namespace tacit
