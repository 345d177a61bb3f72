#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tacit::circuit {

namespace detail {
class Recording;
struct CircuitForTests;
}  // namespace detail

/// What a node computes; every operation acts on all slots at once.
enum class Op : std::uint8_t {
    input,     ///< a value encrypted by a client; attribute: the input's number
    constant,  ///< a value everybody knows; attribute: the constant's number
    add,
    sub,
    mul,
    negate,
    rotate,     ///< cyclic rotation of the slots; attribute: steps, positive to the left
    conjugate,  ///< complex conjugate of every slot
    refresh,    ///< the same slots, in a ciphertext with new levels; see refresh.hpp
};

/// The number of operands an operation takes: 0, 1 (`lhs`) or 2 (`lhs` and `rhs`).
[[nodiscard]] constexpr int operand_count(Op op) noexcept {
    switch (op) {
        case Op::input:
        case Op::constant: return 0;
        case Op::negate:
        case Op::rotate:
        case Op::conjugate:
        case Op::refresh: return 1;
        case Op::add:
        case Op::sub:
        case Op::mul: return 2;
    }
    return 0;
}

/// The name of an operation in messages and in the text form: "mul".
[[nodiscard]] const char* to_string(Op op) noexcept;

/// A value of one circuit: the position of the node that computes it.
struct ValueId {
    std::uint32_t index = 0;
    friend bool operator==(ValueId, ValueId) = default;
};

/// One operation. Operands that the operation does not take are 0.
struct Node {
    Op op = Op::input;
    ValueId lhs{}, rhs{};
    std::int32_t attribute = 0;
    friend bool operator==(const Node&, const Node&) = default;
};
static_assert(sizeof(Node) == 16);

/// A line of the user's program, or line 0 where it is not known.
struct Location {
    std::string_view file{};
    int line = 0;

    /// The caller's line; as a default argument, the line of the call.
    [[nodiscard]] static constexpr Location here(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
        return {file, line};
    }
};

/// "file.cpp:14: ", ready to begin a message, or nothing where the location is not known.
[[nodiscard]] std::string prefix(Location location);

/// Whether a constant is one integer in every slot, up to 2^53 in magnitude. The scheme multiplies by it exactly, so
/// that a product with it takes no level.
[[nodiscard]] bool is_integer(std::span<const double> constant) noexcept;

/// What a circuit asks of its caller.
struct InputInfo {
    std::string name{};
    ValueId value{};
    friend bool operator==(const InputInfo&, const InputInfo&) = default;
};

/// An immutable computation on vectors of complex slots, in static single assignment form. Constants
/// are real. Made by `Builder`, which keeps what every reader may rely on:
///  - topological order: operands stand before their users, so an analysis is one loop;
///  - no two nodes are equal, and no two constants;
///  - no operation has only constant operands, and no rotation has 0 steps;
///  - a constant operand of `add` and `mul` is `rhs`, other operands of theirs stand in the order of their
///    positions; `sub` may have a constant on either side;
///  - one node per input and per constant; constants are finite, 2^k values of no shorter period;
///  - at least one output; an output may be any value, even a constant or an input;
///  - names are unique among the inputs and among the outputs, without quotes and control characters;
///  - every value has a location.
/// `verify` checks all of it, and runs at the end of every pass, of `trace` and of `parse`.
class Circuit {
public:
    [[nodiscard]] std::span<const Node> nodes() const noexcept { return nodes_; }
    [[nodiscard]] const Node& node(ValueId value) const { return nodes_[value.index]; }
    [[nodiscard]] std::span<const ValueId> outputs() const noexcept { return outputs_; }
    /// The name of each output, in the order of `outputs()`.
    [[nodiscard]] std::span<const std::string> output_names() const noexcept { return output_names_; }
    /// One entry per input, in the order of their numbers.
    [[nodiscard]] std::span<const InputInfo> inputs() const noexcept { return inputs_; }
    [[nodiscard]] std::size_t constant_count() const noexcept { return constant_ends_.size(); }
    /// The slots of constant `number` (the attribute of its node): one period, whose length is a
    /// power of two and the smallest possible. One value stands for the same value in every slot.
    [[nodiscard]] std::span<const double> constant(std::int32_t number) const;
    [[nodiscard]] bool is_constant(ValueId value) const { return node(value).op == Op::constant; }
    /// Whether a value is a product that takes a level: of two encrypted values or with a constant, but not with an
    /// integer.
    [[nodiscard]] bool takes_level(ValueId value) const;
    /// Where the user wrote this operation. The file name lives as long as the circuit.
    [[nodiscard]] Location location(ValueId value) const;

    /// Throws Error(internal) naming the first value, input, constant or output that breaks a promise above. Cost:
    /// one pass over nodes and constants.
    void verify() const;

    /// Same operations, constants, outputs and names; locations do not count.
    friend bool operator==(const Circuit& a, const Circuit& b);

private:
    friend class detail::Recording;
    friend struct detail::CircuitForTests;
    struct Place {
        std::uint32_t file = 0;
        std::int32_t line = 0;
    };
    Circuit() = default;
    void verify_constants() const;
    void verify_nodes() const;
    void verify_names() const;
    /// What breaks a promise in node n, given sound constants and nodes before it; empty if nothing does.
    [[nodiscard]] std::string flaw(std::size_t n) const;

    std::vector<Node> nodes_;
    std::vector<Place> places_;  // one per node
    std::vector<std::string> files_;
    std::vector<double> constant_values_;     // all constants, one after the other
    std::vector<std::size_t> constant_ends_;  // where each one ends
    std::vector<InputInfo> inputs_;
    std::vector<ValueId> outputs_;
    std::vector<std::string> output_names_;
};

}  // namespace tacit::circuit
