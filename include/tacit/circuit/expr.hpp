#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "tacit/circuit/circuit.hpp"
#include "tacit/circuit/constant.hpp"

namespace tacit::circuit {

class Builder;
class Expr;

/// An operand and the line where it was written. Only a parameter type: it borrows its operand.
class Located {
public:
    Located(const Expr& value, const char* file = __builtin_FILE(), int line = __builtin_LINE())
        : expr_(&value), where_{file, line} {}
    Located(double value, const char* file = __builtin_FILE(), int line = __builtin_LINE())
        : scalar_(value), where_{file, line} {}
    Located(const Constant& value, const char* file = __builtin_FILE(), int line = __builtin_LINE())
        : constant_(&value), where_{file, line} {}
    /// For code that writes on behalf of another line.
    Located(const Expr& value, Location where) : expr_(&value), where_(where) {}
    Located(const Constant& value, Location where) : constant_(&value), where_(where) {}

private:
    friend class Expr;
    /// Another operand of the same line.
    [[nodiscard]] Located beside(const Expr& value) const {
        Located other(value);
        other.where_ = where_;
        return other;
    }

    const Expr* expr_ = nullptr;
    const Constant* constant_ = nullptr;
    double scalar_ = 0;
    Location where_;
};

/// A slot vector that is not known yet: what circuits are written with. Has the operators of a
/// number, each of which records one operation and the line it stands in. Use it within the
/// function that is traced: values of different circuits do not mix, and a finished circuit takes
/// no more operations (`invalid_argument`, naming the line).
///
/// Write circuits as generic lambdas, `[](auto x, auto w) { return 0.5 + x * w; }`: with `Slots`
/// instead of `Expr` the same lambda computes at once, in the clear.
class Expr {
public:
    Expr(const Expr&) = default;  // copy only: a moved-from Expr would belong to no circuit
    Expr& operator=(const Expr&) = default;

    [[nodiscard]] ValueId id() const noexcept { return id_; }
    /// A constant of the same circuit.
    [[nodiscard]] Expr constant(const Constant& value, Location where = Location::here()) const;

    friend Expr operator+(const Located& a, const Located& b) { return binary(Op::add, a, b); }
    friend Expr operator-(const Located& a, const Located& b) { return binary(Op::sub, a, b); }
    friend Expr operator*(const Located& a, const Located& b) { return binary(Op::mul, a, b); }
    friend Expr operator-(const Located& a) { return unary(Op::negate, a, 0); }
    /// Cyclic rotation: slot i of the result is slot i + steps of `a`. Any number of steps.
    friend Expr rotate(const Located& a, std::int32_t steps) { return unary(Op::rotate, a, steps); }
    /// The complex conjugate of every slot.
    friend Expr conjugate(const Located& a) { return unary(Op::conjugate, a, 0); }
    /// The same slots, in a ciphertext with new levels.
    friend Expr refresh(const Located& a) { return unary(Op::refresh, a, 0); }
    Expr& operator+=(const Located& b) { return *this = binary(Op::add, b.beside(*this), b); }
    Expr& operator-=(const Located& b) { return *this = binary(Op::sub, b.beside(*this), b); }
    Expr& operator*=(const Located& b) { return *this = binary(Op::mul, b.beside(*this), b); }

    // The comment is what the compiler shows next to "use of deleted function".
    explicit operator bool() const = delete;  // an encrypted value cannot decide a branch: compute both sides
    friend bool operator==(const Located&, const Located&) = delete;   // encrypted values cannot be compared
    friend auto operator<=>(const Located&, const Located&) = delete;  // encrypted values cannot be ordered

private:
    friend class Builder;
    Expr(std::shared_ptr<detail::Recording> recording, ValueId id) : recording_(std::move(recording)), id_(id) {}
    static Expr binary(Op op, const Located& a, const Located& b);
    static Expr unary(Op op, const Located& a, std::int32_t attribute);
    /// The operand as a value of `recording`.
    static ValueId resolve(Op op, const Located& operand, detail::Recording& recording);

    std::shared_ptr<detail::Recording> recording_;
    ValueId id_;
};

}  // namespace tacit::circuit
