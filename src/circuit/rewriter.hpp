#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "tacit/circuit/builder.hpp"
#include "tacit/circuit/circuit.hpp"

namespace tacit::circuit {

/// What every pass shares: walks over the source, leaves out what no output needs, remaps operands,
/// copies outputs, names and, by `copy`, whatever the pass does not mention. New operations get the
/// location of the old one in whose place they stand.
class Rewriter {
public:
    explicit Rewriter(const Circuit& source);

    /// Calls pass(old) for every needed value in order; it returns the value of the new circuit that
    /// takes the place of `old`.
    template <std::invocable<ValueId> Pass>
    [[nodiscard]] Circuit run(const Pass& pass) {
        for (std::uint32_t i = 0; i < live_.size(); ++i) {
            if (!live_[i]) continue;
            current_ = {i};
            now_[i] = pass(current_);
        }
        return finish();
    }

    // About the source.
    [[nodiscard]] bool live(ValueId old) const { return live_[old.index]; }
    /// How often needed operations and outputs read the value.
    [[nodiscard]] std::uint32_t uses(ValueId old) const { return uses_[old.index]; }
    /// The new value of an old one that was already visited.
    [[nodiscard]] ValueId operator[](ValueId old) const { return now_[old.index]; }

    // About the new circuit.
    /// The old operation on the new values of its operands.
    ValueId copy(ValueId old);
    /// add, sub or mul.
    ValueId binary(Op op, ValueId a, ValueId b);
    ValueId negate(ValueId a) { return builder_.negate(a, location()); }
    ValueId rotate(ValueId a, std::int32_t steps) { return builder_.rotate(a, steps, location()); }
    ValueId conjugate(ValueId a) { return builder_.conjugate(a, location()); }
    ValueId refresh(ValueId a) { return builder_.refresh(a, location()); }
    ValueId constant(double value) { return builder_.constant(value, location()); }
    [[nodiscard]] const Node& node(ValueId now) const { return builder_.node(now); }
    [[nodiscard]] bool is(Op op, ValueId now) const { return node(now).op == op; }
    /// Whether `now` is a constant with `value` in every slot.
    [[nodiscard]] bool is_constant(ValueId now, double value) const;
    /// Whether `now` is a constant with which products take no level.
    [[nodiscard]] bool is_integer(ValueId now) const {
        return is(Op::constant, now) && circuit::is_integer(builder_.constant_values(node(now).attribute));
    }
    /// Whether `now` is a product that takes a level.
    [[nodiscard]] bool takes_level(ValueId now) const { return is(Op::mul, now) && !is_integer(node(now).rhs); }
    /// a op b for two constants, unless that overflows, underflows, or leaves the integers that take no level.
    [[nodiscard]] std::optional<ValueId> fold(Op op, ValueId a, ValueId b);

private:
    [[nodiscard]] Location location() const { return source_.location(current_); }
    [[nodiscard]] Circuit finish();

    const Circuit& source_;
    std::vector<bool> live_;
    std::vector<std::uint32_t> uses_;
    std::vector<ValueId> now_;
    ValueId current_{};
    Builder builder_;
};

}  // namespace tacit::circuit
