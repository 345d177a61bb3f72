#include "tacit/mpc/decimal.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "base/fail.hpp"
#include "base/printable.hpp"

namespace tacit::mpc {

namespace {

constexpr Int128 largest = std::numeric_limits<std::int64_t>::max();

Error refusal(std::string_view text, const char* why) {
    return {ErrorCode::malformed_input, fmt::format("'{}' {}", printable(text, 40), why)};
}

}  // namespace

Expected<std::int64_t> parse_decimal(std::string_view text, int digits) {
    std::string_view rest = text;
    const bool negative = rest.starts_with('-');
    if (negative) rest.remove_prefix(1);
    const std::size_t point = std::min(rest.find('.'), rest.size());
    const std::string_view fraction = rest.substr(std::min(point + 1, rest.size()));
    if (point == 0 || (point < rest.size() && fraction.empty())) return refusal(text, "is no decimal number");
    if (fraction.size() > static_cast<std::size_t>(digits)) {
        return refusal(text, "has more digits behind the point than --digits says");
    }
    Int128 value = 0;
    const auto take = [&](char c) {
        if (c < '0' || c > '9') return false;
        value = std::min(value * 10 + (c - '0'), 2 * largest);
        return true;
    };
    if (!std::ranges::all_of(rest.substr(0, point), take) || !std::ranges::all_of(fraction, take)) {
        return refusal(text, "is no decimal number");
    }
    for (auto i = fraction.size(); i < static_cast<std::size_t>(digits); ++i) value = std::min(value * 10, 2 * largest);
    if (value > largest) return refusal(text, "is too large; give fewer --digits, or a coarser unit");
    return static_cast<std::int64_t>(negative ? -value : value);
}

std::string to_decimal(Int128 value, int digits) {
    UInt128 rest = value < 0 ? -static_cast<UInt128>(value) : static_cast<UInt128>(value);
    std::string out;
    for (int i = 0; rest != 0 || i <= digits; ++i, rest /= 10) {
        if (i == digits && digits != 0) out += '.';
        out += static_cast<char>('0' + static_cast<int>(rest % 10));
    }
    if (value < 0) out += '-';
    std::ranges::reverse(out);
    return out;
}

std::string average_to_decimal(Int128 value, std::uint64_t count, int digits) {
    const auto n = static_cast<Int128>(count);
    const Int128 scaled = value * 100;
    const Int128 half = scaled < 0 ? -n : n;
    return to_decimal((2 * scaled + half) / (2 * n), digits + 2);
}

}  // namespace tacit::mpc
