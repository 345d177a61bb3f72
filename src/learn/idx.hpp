#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace tacit::learn {

/// The idx format of MNIST: two zero bytes, the element type (8 = unsigned byte), the number of dimensions, the
/// dimensions as big-endian 32-bit integers, then the elements, last dimension fastest.
struct IdxArray {
    std::vector<std::uint32_t> shape;
    std::vector<std::uint8_t> bytes;  ///< product of `shape` elements
};

/// Parses an idx array of unsigned bytes, plain or gzipped. Dimension i must be in [1, largest_shape[i]]; this is
/// checked before memory is taken for the elements, and memory then grows only with bytes that are really there.
/// `name` is for the messages. Throws malformed_input, also for bytes left over.
[[nodiscard]] IdxArray parse_idx(std::span<const std::byte> content, std::span<const std::uint32_t> largest_shape,
                                 std::string_view name);

}  // namespace tacit::learn
