#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tacit/base/expected.hpp"
#include "tacit/base/int128.hpp"

/// Decimal numbers as integers: 31.50 with 2 digits is 3150.
namespace tacit::mpc {

inline constexpr int most_digits = 12;

/// "-31.5" with 2 digits: -3150. malformed_input for what is no number, has more digits than that behind the point, or
/// does not fit 64 bits. `digits` is 0 to most_digits.
[[nodiscard]] Expected<std::int64_t> parse_decimal(std::string_view text, int digits);
/// The inverse, with all digits.
[[nodiscard]] std::string to_decimal(Int128 value, int digits);
/// value / count with two digits more, rounded half away from zero. `count` is at least 1.
[[nodiscard]] std::string average_to_decimal(Int128 value, std::uint64_t count, int digits);

}  // namespace tacit::mpc
