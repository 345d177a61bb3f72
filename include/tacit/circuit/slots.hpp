#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <vector>

#include "tacit/circuit/circuit.hpp"
#include "tacit/circuit/constant.hpp"

namespace tacit::circuit {

/// Complex slots in the clear, 2^k of them, with the operators of `Expr`: a circuit written as a
/// generic lambda computes at once on them. Real slots stay exactly real: their imaginary parts remain
/// 0 and their real parts are what arithmetic on doubles gives. Errors are `invalid_argument`: a length
/// that is not a power of two, operands of different lengths, a constant with more values than there
/// are slots.
class Slots {
public:
    explicit Slots(std::vector<std::complex<double>> values);
    explicit Slots(const std::vector<double>& values);
    Slots(std::initializer_list<double> values) : Slots(std::vector(values)) {}
    Slots(std::initializer_list<std::complex<double>> values) : Slots(std::vector(values)) {}

    [[nodiscard]] std::size_t size() const noexcept { return values_.size(); }
    [[nodiscard]] std::complex<double> operator[](std::size_t slot) const { return values_[slot]; }
    [[nodiscard]] std::span<const std::complex<double>> values() const noexcept { return values_; }
    /// The real parts of all slots.
    [[nodiscard]] std::vector<double> real() const;
    /// The largest absolute value of a slot; NaN if any slot is NaN.
    [[nodiscard]] double magnitude() const noexcept;
    /// A constant repeated over the same number of slots.
    [[nodiscard]] Slots constant(const Constant& value) const;

    friend Slots operator+(const Slots& a, const Slots& b) { return combine(Op::add, a, b); }
    friend Slots operator-(const Slots& a, const Slots& b) { return combine(Op::sub, a, b); }
    friend Slots operator*(const Slots& a, const Slots& b) { return combine(Op::mul, a, b); }
    friend Slots operator+(const Slots& a, const Constant& b) { return a + a.constant(b); }
    friend Slots operator-(const Slots& a, const Constant& b) { return a - a.constant(b); }
    friend Slots operator*(const Slots& a, const Constant& b) { return a * a.constant(b); }
    friend Slots operator+(const Constant& a, const Slots& b) { return b.constant(a) + b; }
    friend Slots operator-(const Constant& a, const Slots& b) { return b.constant(a) - b; }
    friend Slots operator*(const Constant& a, const Slots& b) { return b.constant(a) * b; }
    friend Slots operator-(const Slots& a);
    /// Slot i of the result is slot i + steps of `a`, cyclically.
    friend Slots rotate(const Slots& a, std::int32_t steps);
    /// The complex conjugate of every slot.
    friend Slots conjugate(const Slots& a);
    /// The slots themselves: what a refresh changes is below them.
    friend Slots refresh(const Slots& a) { return a; }
    template <class T>
    Slots& operator+=(const T& b) {
        return *this = *this + b;
    }
    template <class T>
    Slots& operator-=(const T& b) {
        return *this = *this - b;
    }
    template <class T>
    Slots& operator*=(const T& b) {
        return *this = *this * b;
    }

    friend bool operator==(const Slots&, const Slots&) = default;

private:
    static Slots combine(Op op, const Slots& a, const Slots& b);

    std::vector<std::complex<double>> values_;
};

[[nodiscard]] Slots rotate(const Slots& a, std::int32_t steps);
[[nodiscard]] Slots conjugate(const Slots& a);

}  // namespace tacit::circuit
