#include "tacit/dp/cost.hpp"

#include <algorithm>
#include <numeric>
#include <optional>

#include "base/fail.hpp"
#include "tacit/dp/integer.hpp"

namespace tacit::dp {

namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t largest = std::uint64_t{1} << 62;
constexpr int fraction_bits = 40;

Wide greatest_common_divisor(Wide a, Wide b) noexcept {
    while (b != 0) {
        const Wide rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/// The fraction with both parts below 2^125, exact if it fits, otherwise up or down to a multiple of 2^-40.
Cost fit(Wide numerator, Wide denominator, bool up) {
    const Wide common = greatest_common_divisor(numerator, denominator);
    numerator /= common;
    denominator /= common;
    if (numerator <= largest && denominator <= largest) {
        return Cost::ratio(static_cast<std::uint64_t>(numerator), static_cast<std::uint64_t>(denominator));
    }
    Wide fixed = numerator / denominator;
    Wide rest = numerator % denominator;
    if (fixed >= largest >> fraction_bits) {
        fail(ErrorCode::invalid_argument, "a privacy loss of about {} is beyond what is counted (2^22); spend less",
             static_cast<double>(fixed));
    }
    for (int bit = 0; bit < fraction_bits; ++bit) {
        rest *= 2;
        const bool one = rest >= denominator;
        fixed = 2 * fixed + (one ? 1 : 0);
        if (one) rest -= denominator;
    }
    if (up && rest != 0) ++fixed;
    return Cost::ratio(static_cast<std::uint64_t>(fixed), std::uint64_t{1} << fraction_bits);
}

/// numerator * 10^exponent / 10^places as a fraction that fits, or nothing.
std::optional<Cost> decimal(std::uint64_t digits, int exponent) {
    Wide numerator = digits;
    Wide denominator = 1;
    for (; exponent > 0 && numerator <= largest; --exponent) numerator *= 10;
    for (; exponent < 0 && denominator <= Wide{largest} * largest; ++exponent) denominator *= 10;
    if (exponent != 0 || denominator == 0) return std::nullopt;
    const Wide common = greatest_common_divisor(numerator, denominator);
    if (numerator / common > largest || denominator / common > largest) return std::nullopt;
    return Cost::ratio(static_cast<std::uint64_t>(numerator / common),
                       static_cast<std::uint64_t>(denominator / common));
}

/// Digits at the front of `text`, which loses them; nothing if there are none or they exceed 2^62.
std::optional<std::uint64_t> take_digits(std::string_view& text, std::uint64_t value = 0) {
    std::size_t length = 0;
    for (; length < text.size() && text[length] >= '0' && text[length] <= '9'; ++length) {
        if (value > (largest - 9) / 10) return std::nullopt;
        value = 10 * value + static_cast<std::uint64_t>(text[length] - '0');
    }
    if (length == 0) return std::nullopt;
    text.remove_prefix(length);
    return value;
}

std::optional<int> take_exponent(std::string_view& text) {
    if (!text.starts_with('e') && !text.starts_with('E')) return 0;
    text.remove_prefix(1);
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    const auto size = take_digits(text);
    if (!size || *size > 40) return std::nullopt;
    return negative ? -static_cast<int>(*size) : static_cast<int>(*size);
}

std::optional<Cost> read(std::string_view text) {
    auto digits = take_digits(text);
    if (!digits) return std::nullopt;
    if (text.starts_with('/')) {
        text.remove_prefix(1);
        const auto denominator = take_digits(text);
        if (!denominator || *denominator == 0 || !text.empty()) return std::nullopt;
        return Cost::ratio(*digits, *denominator);
    }
    int places = 0;
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        const std::size_t before = text.size();
        digits = take_digits(text, *digits);
        if (!digits) return std::nullopt;
        places = static_cast<int>(before - text.size());
    }
    const auto exponent = take_exponent(text);
    if (!exponent || !text.empty()) return std::nullopt;
    return decimal(*digits, *exponent - places);
}

}  // namespace

Cost Cost::ratio(std::uint64_t numerator, std::uint64_t denominator) {
    if (denominator == 0 || numerator > largest || denominator > largest) {
        fail(ErrorCode::invalid_argument, "the cost {}/{} needs a denominator above 0 and both parts up to 2^62",
             numerator, denominator);
    }
    const std::uint64_t common = std::gcd(numerator, denominator);
    Cost cost;
    cost.numerator_ = numerator / common;
    cost.denominator_ = denominator / common;
    return cost;
}

double Cost::approximate() const noexcept {
    return static_cast<double>(numerator_) / static_cast<double>(denominator_);
}

std::strong_ordering operator<=>(const Cost& a, const Cost& b) noexcept {
    const Wide left = Wide{a.numerator_} * b.denominator_;
    const Wide right = Wide{b.numerator_} * a.denominator_;
    return left < right ? std::strong_ordering::less
                        : (left > right ? std::strong_ordering::greater : std::strong_ordering::equal);
}

Cost operator+(const Cost& a, const Cost& b) {
    return fit(Wide{a.numerator_} * b.denominator_ + Wide{b.numerator_} * a.denominator_,
               Wide{a.denominator_} * b.denominator_, true);
}

Cost operator*(const Cost& a, const Cost& b) {
    return fit(Wide{a.numerator_} * b.numerator_, Wide{a.denominator_} * b.denominator_, true);
}

Cost Cost::split(std::uint64_t parts) const {
    const Cost part = ratio(1, parts);
    return fit(Wide{numerator_}, Wide{denominator_} * part.denominator_, false);
}

Cost Cost::inverse() const {
    if (is_zero()) fail(ErrorCode::invalid_argument, "a cost of 0 has no inverse; ask for a loss above 0");
    return ratio(denominator_, numerator_);
}

Cost Cost::left_after(const Cost& spent) const {
    if (spent >= *this) return {};
    return fit(Wide{numerator_} * spent.denominator_ - Wide{spent.numerator_} * denominator_,
               Wide{denominator_} * spent.denominator_, false);
}

Expected<Cost> parse_cost(std::string_view text) {
    if (const auto cost = read(text)) return *cost;
    return Error(
        ErrorCode::malformed_input,
        fmt::format("'{}' is not a cost; write a number such as 0.5, 1e-6 or 1/3, without a sign", text.substr(0, 40)));
}

std::string to_string(const Cost& cost) {
    std::uint64_t rest = cost.numerator() % cost.denominator();
    std::string digits;
    while (rest != 0 && digits.size() < 12) {
        const Wide next = Wide{rest} * 10;
        digits += static_cast<char>('0' + static_cast<int>(next / cost.denominator()));
        rest = static_cast<std::uint64_t>(next % cost.denominator());
    }
    if (rest != 0) return fmt::format("{}/{}", cost.numerator(), cost.denominator());
    const std::uint64_t whole = cost.numerator() / cost.denominator();
    return digits.empty() ? fmt::format("{}", whole) : fmt::format("{}.{}", whole, digits);
}

}  // namespace tacit::dp
