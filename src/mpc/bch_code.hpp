#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "tacit/mpc/block.hpp"

/// The extended BCH code [128, 71, 20] over GF(2): two code words differ in 20 places or more [MS77,
/// chapters 7 and 9].
///
/// Bits 0 to 126 of a word are the coefficients of a multiple of the generator, whose roots are a, a^2, ..., a^18 for a
/// primitive a of GF(2^7); bit 127 makes the number of ones even. A message is the 71 highest coefficients.
namespace tacit::mpc::bch {

inline constexpr std::size_t length = 128;
inline constexpr std::size_t dimension = 71;
inline constexpr std::size_t distance = 20;

/// Of bits 0 to 70 of `message`; the others are ignored. The same time for all messages.
[[nodiscard]] Block encode(const Block& message) noexcept;

}  // namespace tacit::mpc::bch
