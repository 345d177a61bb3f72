#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace tacit::mpc {

/// rows[i] bit j <-> rows[j] bit i, in place.
void transpose(std::span<std::uint64_t, 64> rows) noexcept;

/// Word l of `values` becomes lane l of `planes` planes of (values.size() + 63) / 64 words each; padding is 0.
void to_planes(std::span<const std::uint64_t> values, std::size_t planes, std::span<std::uint64_t> out) noexcept;

/// The other way: the bits of each lane as one word. At most 64 planes.
void from_planes(std::span<const std::uint64_t> words, std::size_t planes, std::span<std::uint64_t> values) noexcept;

}  // namespace tacit::mpc
