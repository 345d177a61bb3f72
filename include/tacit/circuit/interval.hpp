#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "tacit/circuit/circuit.hpp"

namespace tacit::circuit {

/// All numbers from `low` to `high`.
struct Range {
    double low = 0;
    double high = 0;

    [[nodiscard]] bool contains(double x) const noexcept { return low <= x && x <= high; }
    /// The largest absolute value.
    [[nodiscard]] double magnitude() const noexcept { return low + high < 0 ? -low : high; }
    friend bool operator==(const Range&, const Range&) = default;
};

/// Where every slot of a value lies: a rectangle in the complex plane.
struct Bounds {
    Range real{};
    Range imaginary{};

    /// At least the largest absolute value.
    [[nodiscard]] double magnitude() const noexcept;
    friend bool operator==(const Bounds&, const Bounds&) = default;
};

namespace detail {

/// center + sum coefficient_i e_i +- error with unknown e_i in [-1, 1], one for each symbol and rotation: one part of
/// every slot. The symbols of a rotated value are those of other slots, so `steps` tells them apart.
struct AffineForm {
    struct Term {
        std::uint64_t symbol = 0;
        std::int64_t steps = 0;
        double coefficient = 0;
    };
    double center = 0;
    std::vector<Term> terms{};   // ascending by symbol, steps
    double error = 0;            // rounding, tied to no symbol
    Range range{};               // never wider than what the line above says
    std::uint64_t identity = 0;  // forms of one number have one; 0 for the number 0
    bool negated = false;        // the form is that of minus this number
};

}  // namespace detail

/// Bounds by affine arithmetic [FS04] together with intervals: sums know which parts of their operands are the same
/// unknowns, so x - x is 0 and (x + 1) * (x - 1) is x * x - 1; a square is never negative. Rotations make the same
/// unknowns of other slots.
///
/// Sound: the exact result lies within the bounds for every number of slots and all inputs within theirs; every
/// rounding goes outward. A product's remainder becomes one new symbol; beyond `most_symbols` in a form the smallest
/// are merged into one, so that an operation costs O(most_symbols). What overflows is bounded by infinities.
///
/// A vector constant of up to `most_slots` values splits what it meets into as many classes of slots, each bounded by
/// itself, so that a sum of masked values knows what the masks leave; operations on them cost as many times more. A
/// longer constant counts as an unknown between its smallest and largest value.
class Interval {
public:
    class Value {
    public:
        /// Of all slots.
        [[nodiscard]] Bounds bounds() const noexcept;
        /// The most unknowns that a part of a slot is tied to.
        [[nodiscard]] std::size_t symbols() const noexcept;

    private:
        friend class Interval;
        struct Slot {
            detail::AffineForm real{};
            detail::AffineForm imaginary{};
        };
        explicit Value(std::vector<Slot> slots) : slots_(std::move(slots)) {}
        /// Slot i, i + size, i + 2 size, ... of the value.
        [[nodiscard]] const Slot& slot(std::size_t i) const noexcept { return slots_[i & (slots_.size() - 1)]; }
        std::vector<Slot> slots_;  // 2^k of them, which repeat
    };

    /// The bounds of each input, in order. `invalid_argument` for bounds that are not finite or not in order, for
    /// fewer than two symbols, and when the circuit has more inputs than that.
    explicit Interval(std::vector<Bounds> inputs, std::size_t most_symbols = 256, std::size_t most_slots = 16);

    Value input(std::int32_t number);
    Value constant(std::span<const double> values);
    Value add(const Value& a, const Value& b);
    Value sub(const Value& a, const Value& b) { return add(a, negate(b)); }
    Value mul(const Value& a, const Value& b);
    Value negate(const Value& a);
    Value rotate(const Value& a, std::int32_t steps);
    Value conjugate(const Value& a);

private:
    using Form = detail::AffineForm;
    using Slot = Value::Slot;
    /// f(slot of a, slot of b) for as many slots as repeat.
    template <class F>
    static Value zip(const Value& a, const Value& b, const F& f);
    Form between(const Range& range);
    Form sum(const Form& a, const Form& b);
    Form product(const Form& a, const Form& b);
    Form scaled(const Form& a, double factor);
    Form new_product(const Form& a, const Form& b);
    Form rotated(Form a, std::int32_t steps);
    void condense(Form& form);
    void finish(Form& form, const Range& known);

    std::vector<Bounds> inputs_;
    std::size_t most_symbols_;
    std::size_t most_slots_;
    std::uint64_t next_symbol_ = 1;
    std::uint64_t next_identity_ = 1;
    std::map<std::pair<std::uint64_t, std::uint64_t>, Form> products_;  // by identities: equal products are one number
};

/// The bounds of every value of the circuit, in the order of its nodes.
[[nodiscard]] std::vector<Bounds> bounds(const Circuit& circuit, std::vector<Bounds> inputs);

}  // namespace tacit::circuit
