#pragma once

#include "tacit/base/int128.hpp"

namespace tacit::mpc {

using Wide = UInt128;

/// What follows from addition, subtraction, product and modulus of a prime field.
template <class F>
class FieldOperators {
public:
    friend constexpr F& operator+=(F& a, F b) { return a = a + b; }
    friend constexpr F& operator-=(F& a, F b) { return a = a - b; }
    friend constexpr F& operator*=(F& a, F b) { return a = a * b; }
    friend constexpr F operator-(F a) { return F() - a; }
    friend constexpr bool operator==(const FieldOperators&, const FieldOperators&) = default;

    /// The exponent is public.
    [[nodiscard]] constexpr F power(Wide exponent) const {
        F result(1);
        for (F square = static_cast<const F&>(*this); exponent != 0; exponent >>= 1, square *= square) {
            if ((exponent & 1) != 0) result *= square;
        }
        return result;
    }
    [[nodiscard]] constexpr F inverse() const { return power(F::modulus - 2); }
};

}  // namespace tacit::mpc
