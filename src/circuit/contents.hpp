#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "circuit/flat_index.hpp"
#include "tacit/circuit/circuit.hpp"

namespace tacit::circuit {

// What makes nodes and constants equal, and names fit for the text form: for the recording, which sees to it, and for
// Circuit::verify, which checks it.

[[nodiscard]] inline std::uint64_t hash_of(const Node& node) noexcept {
    const auto word = [](std::uint32_t high, std::uint32_t low) { return (std::uint64_t{high} << 32U) | low; };
    const auto head = word(static_cast<std::uint32_t>(node.op), static_cast<std::uint32_t>(node.attribute));
    return mix(mix(0, head), word(node.lhs.index, node.rhs.index));
}

[[nodiscard]] inline std::uint64_t hash_of(std::span<const double> values) noexcept {
    std::uint64_t hash = values.size();
    for (const double value : values) hash = mix(hash, std::bit_cast<std::uint64_t>(value));
    return hash;
}

/// By bits: 0.0 and -0.0 are different constants.
[[nodiscard]] inline bool same_bits(std::span<const double> a, std::span<const double> b) noexcept {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

/// Whether the text form can hold a name.
[[nodiscard]] inline bool is_printable(std::string_view name) noexcept {
    return std::ranges::none_of(
        name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '"' || c == '\\'; });
}

}  // namespace tacit::circuit
