#pragma once

#include <algorithm>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <span>
#include <vector>

#include "tacit/circuit/circuit.hpp"
#include "tacit/circuit/interpret.hpp"
#include "tacit/circuit/slots.hpp"

namespace tacit::circuit {

/// Multiplicative depth: the levels a value consumes, since its last refresh if it has one. Every product with an
/// encrypted operand costs one, also that with a constant, unless that is an integer (`is_integer`). What is known in
/// the clear has a negative depth, so that a product of constants is free and a product with an input is at depth 1.
struct Depth {
    using Value = int;
    static constexpr Value in_the_clear = -1;
    static constexpr Value integer = -2;
    Value input(std::int32_t) { return 0; }
    Value constant(std::span<const double> values) { return is_integer(values) ? integer : in_the_clear; }
    Value add(Value a, Value b) { return std::max(a, b); }
    Value mul(Value a, Value b) {
        const bool free = std::min(a, b) == integer || std::max(a, b) < 0;
        return std::max(a, b) + (free ? 0 : 1);
    }
    Value negate(Value a) { return a; }
    Value rotate(Value a, std::int32_t) { return a; }
    Value conjugate(Value a) { return a; }
    Value refresh(Value a) { return std::min(a, 0); }
};

/// The levels that parameters need: the most between an input or a refresh and the next refresh or output; 0 for a
/// circuit without products. What no output needs does not count.
[[nodiscard]] int depth(const Circuit& circuit);

/// Depth as if refreshes gave no levels.
struct TotalDepth : Depth {
    Value refresh(Value a) { return a; }
};

/// The levels on the longest way from an input to an output; `depth` where nothing is refreshed.
[[nodiscard]] int total_depth(const Circuit& circuit);

/// How many operations of each kind a run performs. Operations on constants alone are free.
class OperationCount {
public:
    enum class Value : std::uint8_t { in_the_clear, encrypted };
    Value input(std::int32_t) { return count(inputs_, Value::encrypted); }
    Value constant(std::span<const double>) { return Value::in_the_clear; }
    Value add(Value a, Value b) { return count(additions_, std::max(a, b)); }
    Value sub(Value a, Value b) { return add(a, b); }
    Value mul(Value a, Value b) { return count(a == b ? products_ : constant_products_, std::max(a, b)); }
    Value negate(Value a) { return count(negations_, a); }
    Value rotate(Value a, std::int32_t) { return count(rotations_, a); }
    Value conjugate(Value a) { return count(conjugations_, a); }
    Value refresh(Value a) { return count(refreshes_, a); }

    [[nodiscard]] std::size_t inputs() const noexcept { return inputs_; }
    /// Additions and subtractions with at least one encrypted operand.
    [[nodiscard]] std::size_t additions() const noexcept { return additions_; }
    /// Products of two encrypted values, squares included: each needs a relinearisation.
    [[nodiscard]] std::size_t products() const noexcept { return products_; }
    /// Products of an encrypted value with a constant.
    [[nodiscard]] std::size_t constant_products() const noexcept { return constant_products_; }
    [[nodiscard]] std::size_t negations() const noexcept { return negations_; }
    /// Every rotation of the circuit, also those by a multiple of the number of slots.
    [[nodiscard]] std::size_t rotations() const noexcept { return rotations_; }
    [[nodiscard]] std::size_t conjugations() const noexcept { return conjugations_; }
    /// Rotations and conjugations, a key switch each.
    [[nodiscard]] std::size_t automorphisms() const noexcept { return rotations_ + conjugations_; }
    [[nodiscard]] std::size_t refreshes() const noexcept { return refreshes_; }

private:
    static Value count(std::size_t& counter, Value result) {
        if (result == Value::encrypted) ++counter;
        return result;
    }
    std::size_t inputs_ = 0, additions_ = 0, products_ = 0, constant_products_ = 0, negations_ = 0, rotations_ = 0,
                conjugations_ = 0, refreshes_ = 0;
};

/// The operations of the whole circuit, needed by an output or not.
[[nodiscard]] OperationCount operation_count(const Circuit& circuit);

/// The rotation keys that a circuit needs when ciphertexts have `slots` slots, whether it needs the one for
/// conjugation, and which rotations read one value and so can share a decomposition into digits (hoisting [HS18]).
class RotationSet {
public:
    /// What is the same up to rotations that move nothing; numbered as the nodes are.
    using Value = ValueId;
    /// The key switches of one value: rotations by `steps`, as in `steps()` below, and perhaps conjugation.
    struct HoistingGroup {
        ValueId source{};
        std::vector<std::int32_t> steps{};
        bool conjugation = false;
    };

    /// `invalid_argument` unless `slots` is a power of two.
    explicit RotationSet(std::size_t slots);
    Value input(std::int32_t) { return next(); }
    Value constant(std::span<const double>) { return next(); }
    Value add(Value, Value) { return next(); }
    Value sub(Value, Value) { return next(); }
    Value mul(Value, Value) { return next(); }
    Value negate(Value) { return next(); }
    Value rotate(Value a, std::int32_t steps);
    Value conjugate(Value a);
    Value refresh(Value) { return next(); }

    /// Steps to the left in [1, slots), ascending, each once: a rotation by -1 needs key slots - 1,
    /// one by a multiple of `slots` needs none.
    [[nodiscard]] std::span<const std::int32_t> steps() const noexcept { return steps_; }
    /// Whether the circuit conjugates, which takes a key of its own.
    [[nodiscard]] bool conjugation() const noexcept { return conjugation_; }
    /// One group per value with at least two different key switches, in the order of the values.
    [[nodiscard]] std::vector<HoistingGroup> hoisting_groups() const;

private:
    Value next() { return {next_++}; }

    std::size_t slots_;
    std::uint32_t next_ = 0;
    std::vector<std::int32_t> steps_;
    bool conjugation_ = false;
    std::map<std::uint32_t, HoistingGroup> groups_;  // by source
};

/// Ordinary complex arithmetic in the clear: the reference that every other meaning is tested against.
class Plain {
public:
    using Value = Slots;
    /// One vector of exactly `slots` values (a power of two) per input; `invalid_argument` otherwise,
    /// and when the circuit has more inputs or longer constants than that. Real data stay exactly real.
    Plain(std::size_t slots, const std::vector<std::vector<double>>& inputs);
    Plain(std::size_t slots, const std::vector<std::vector<std::complex<double>>>& inputs);
    /// What lists of numbers, real or complex, mean: Plain(2, {{1, 2}, {{0, 1}, 3}}).
    Plain(std::size_t slots, std::initializer_list<std::vector<std::complex<double>>> inputs);
    Value input(std::int32_t number);
    Value constant(std::span<const double> values);
    Value add(const Value& a, const Value& b) { return seen(a + b); }
    Value sub(const Value& a, const Value& b) { return seen(a - b); }
    Value mul(const Value& a, const Value& b) { return seen(a * b); }
    Value negate(const Value& a) { return -a; }
    Value rotate(const Value& a, std::int32_t steps) { return circuit::rotate(a, steps); }
    Value conjugate(const Value& a) { return circuit::conjugate(a); }

    /// The largest absolute value met in a slot so far, over inputs, constants and results; NaN once
    /// any slot was NaN.
    [[nodiscard]] double largest_magnitude() const noexcept { return largest_magnitude_; }

private:
    template <class Inputs>
    void take(const Inputs& inputs);
    Value seen(Value value);

    std::size_t slots_;
    std::vector<Slots> inputs_;
    double largest_magnitude_ = 0;
};

}  // namespace tacit::circuit
