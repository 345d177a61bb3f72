#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "tacit/circuit/circuit.hpp"

namespace tacit::circuit {

class Expr;

/// The only maker of circuits. Equal operations on equal operands get one value, so common
/// subexpressions and equal constants are shared without a pass; operations between constants are
/// carried out at once; constants are real, so each is its own conjugate. Each call costs one look-up
/// in a hash table.
///
/// Errors are `invalid_argument`: an operand that does not exist, a constant that is not finite or
/// whose length is not a power of two, a name used twice, any use after `finish`.
class Builder {
public:
    Builder();
    ~Builder();
    Builder(const Builder&) = delete;
    Builder& operator=(const Builder&) = delete;

    /// A new input. Names are unique among the inputs; an empty name becomes "x" and the number.
    ValueId input(std::string name = {}, Location where = Location::here());
    /// A public vector that repeats in all slots: 2^k finite values; one value fills every slot.
    ValueId constant(std::span<const double> values, Location where = Location::here());
    ValueId constant(double value, Location where = Location::here());

    ValueId add(ValueId a, ValueId b, Location where = Location::here());
    ValueId sub(ValueId a, ValueId b, Location where = Location::here());
    ValueId mul(ValueId a, ValueId b, Location where = Location::here());
    ValueId negate(ValueId a, Location where = Location::here());
    /// Any number of steps, positive to the left; 0 steps is `a` itself.
    ValueId rotate(ValueId a, std::int32_t steps, Location where = Location::here());
    /// The complex conjugate of every slot: takes x + i y apart.
    ValueId conjugate(ValueId a, Location where = Location::here());
    /// The same slots with new levels; a constant is itself.
    ValueId refresh(ValueId a, Location where = Location::here());

    /// Names are unique among the outputs; an empty name becomes "y" and the number.
    void output(ValueId value, std::string name = {});
    void output(const Expr& value, std::string name = {});

    /// A value of this circuit to calculate with; see expr.hpp.
    [[nodiscard]] Expr expr(ValueId value);
    /// The operation behind a value.
    [[nodiscard]] const Node& node(ValueId value) const;
    /// The slots of a constant; valid until the next constant is made.
    [[nodiscard]] std::span<const double> constant_values(std::int32_t number) const;

    /// The circuit; at least one output is needed. The builder and its `Expr`s are unusable afterwards.
    [[nodiscard]] Circuit finish() &&;

private:
    std::shared_ptr<detail::Recording> recording_;
};

}  // namespace tacit::circuit
