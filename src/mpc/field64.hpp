#pragma once

#include <cstddef>
#include <cstdint>

#include "mpc/field_operators.hpp"

namespace tacit::mpc {

/// All bits set if `condition`, without a branch.
constexpr std::uint64_t mask(bool condition) { return 0 - static_cast<std::uint64_t>(condition); }

/// An integer modulo 2^64 - 2^32 + 1, kept in [0, modulus). Field64 of [VDAF]. Constant time.
class Field64 : public FieldOperators<Field64> {
public:
    static constexpr std::uint64_t modulus = 0xFFFFFFFF00000001;
    static constexpr std::size_t encoded_bytes = 8;
    static constexpr int log_roots = 32;  ///< there are roots of unity of order 2^32

    constexpr Field64() = default;
    /// Any integer, reduced.
    constexpr explicit Field64(std::uint64_t value) : value_(reduced(value)) {}
    [[nodiscard]] static constexpr bool is_canonical(Wide value) { return value < modulus; }
    [[nodiscard]] static constexpr Field64 from_integer(Wide canonical) {
        return Field64(static_cast<std::uint64_t>(canonical));
    }
    /// The integer in [0, modulus).
    [[nodiscard]] constexpr Wide integer() const { return value_; }
    /// A generator of the roots of unity of order 2^log_roots.
    [[nodiscard]] static constexpr Field64 generator() { return Field64(7).power(4294967295); }

    friend constexpr Field64 operator+(Field64 a, Field64 b) {
        const std::uint64_t sum = a.value_ + b.value_;
        return raw(reduced(sum + (epsilon & mask(sum < a.value_))));
    }
    friend constexpr Field64 operator-(Field64 a, Field64 b) {
        return raw(a.value_ - b.value_ + (modulus & mask(a.value_ < b.value_)));
    }
    friend constexpr Field64 operator*(Field64 a, Field64 b) {
        // 2^64 = 2^32 - 1 and 2^96 = -1.
        const Wide product = static_cast<Wide>(a.value_) * b.value_;
        const auto low = static_cast<std::uint64_t>(product);
        const auto high = static_cast<std::uint64_t>(product >> 64);
        std::uint64_t result = low - (high >> 32);
        result -= epsilon & mask(low < (high >> 32));
        const std::uint64_t middle = (high & epsilon) * epsilon;
        result += middle;
        result += epsilon & mask(result < middle);
        return raw(reduced(result));
    }
    friend constexpr bool operator==(Field64, Field64) = default;

private:
    static constexpr std::uint64_t epsilon = 0xFFFFFFFF;  // 2^64 modulo the modulus
    static constexpr std::uint64_t reduced(std::uint64_t value) { return value - (modulus & mask(value >= modulus)); }
    static constexpr Field64 raw(std::uint64_t value) {
        Field64 result;
        result.value_ = value;
        return result;
    }
    std::uint64_t value_ = 0;
};

}  // namespace tacit::mpc
