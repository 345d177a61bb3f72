#pragma once

#include "mpc/field64.hpp"

namespace tacit::mpc {

/// An integer modulo p = 2^128 - 28 * 2^64 + 1, kept as its product with 2^128 (Montgomery's form) in [0, p).
/// Field128 of [VDAF]. Constant time.
class Field128 : public FieldOperators<Field128> {
public:
    static constexpr Wide modulus = (static_cast<Wide>(0xFFFFFFFFFFFFFFE4) << 64) | 1;
    static constexpr std::size_t encoded_bytes = 16;
    static constexpr int log_roots = 66;

    constexpr Field128() = default;
    constexpr explicit Field128(std::uint64_t value) : Field128(from_integer(value)) {}
    [[nodiscard]] static constexpr bool is_canonical(Wide value) { return value < modulus; }
    [[nodiscard]] static constexpr Field128 from_integer(Wide canonical) { return raw(canonical) * raw(radix_squared); }
    /// The integer in [0, modulus).
    [[nodiscard]] constexpr Wide integer() const { return (*this * raw(1)).value_; }
    [[nodiscard]] static constexpr Field128 generator() { return Field128(7).power(4611686018427387897); }

    friend constexpr Field128 operator+(Field128 a, Field128 b) {
        const Wide sum = a.value_ + b.value_;
        return raw(reduced(sum, sum < a.value_));
    }
    friend constexpr Field128 operator-(Field128 a, Field128 b) {
        return raw(a.value_ - b.value_ + (modulus & wide_mask(a.value_ < b.value_)));
    }
    /// Montgomery's product: p = 1 modulo 2^64, so the multiple of p that clears the lowest word is minus that word.
    friend constexpr Field128 operator*(Field128 a, Field128 b) {
        const std::uint64_t b0 = low(b.value_);
        const std::uint64_t b1 = high(b.value_);
        std::uint64_t t0 = 0, t1 = 0, t2 = 0;
        for (const std::uint64_t word : {low(a.value_), high(a.value_)}) {
            Wide sum = static_cast<Wide>(word) * b0 + t0;
            const std::uint64_t m = 0 - low(sum);
            // low(sum) + m is 0 with a carry unless both are 0.
            const std::uint64_t carry = high(sum) + static_cast<std::uint64_t>(m != 0);
            const Wide upper = static_cast<Wide>(word) * b1 + t1;
            sum = static_cast<Wide>(low(upper)) + carry;
            const Wide lower = static_cast<Wide>(m) * high(modulus) + low(sum);
            t0 = low(lower);
            const Wide top = static_cast<Wide>(high(upper)) + high(sum) + high(lower) + t2;
            t1 = low(top);
            t2 = high(top);
        }
        return raw(reduced((static_cast<Wide>(t1) << 64) | t0, t2 != 0));
    }
    friend constexpr bool operator==(Field128, Field128) = default;

private:
    static constexpr std::uint64_t low(Wide value) { return static_cast<std::uint64_t>(value); }
    static constexpr std::uint64_t high(Wide value) { return static_cast<std::uint64_t>(value >> 64); }
    static constexpr Wide wide_mask(bool condition) { return 0 - static_cast<Wide>(condition); }
    /// value + 2^128 * carry, below twice the modulus.
    static constexpr Wide reduced(Wide value, bool carry) {
        return value - (modulus & wide_mask(carry | (value >= modulus)));
    }
    static constexpr Field128 raw(Wide value) {
        Field128 result;
        result.value_ = value;
        return result;
    }
    /// 2^256 modulo the modulus: 1 doubled 256 times.
    static constexpr Wide compute_radix_squared() {
        Wide value = 1;
        for (int i = 0; i < 256; ++i) value = reduced(value + value, (value >> 127) != 0);
        return value;
    }
    static const Wide radix_squared;
    Wide value_ = 0;
};

inline constexpr Wide Field128::radix_squared = Field128::compute_radix_squared();

}  // namespace tacit::mpc
