#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tacit::mpc {

/// A function of bits, as gates of two inputs: exclusive or, which costs garbled circuits nothing, and conjunction.
/// Made by a GateBuilder. Gates are in stages: first all conjunctions of one depth, which do not depend on each other,
/// then the exclusive ors that follow from them, each after those it needs.
class BooleanCircuit {
public:
    struct Gate {
        std::uint32_t left;
        std::uint32_t right;
    };
    struct Stage {
        std::vector<Gate> conjunctions;
        std::vector<Gate> exclusive_ors;
    };

    /// Wires are numbered: constant 0, constant 1, the inputs, then a wire for each gate in the order of the stages.
    static constexpr std::uint32_t first_input = 2;

    [[nodiscard]] std::size_t inputs() const noexcept { return inputs_; }
    [[nodiscard]] std::span<const Stage> stages() const noexcept { return stages_; }
    [[nodiscard]] std::span<const std::uint32_t> outputs() const noexcept { return outputs_; }
    [[nodiscard]] std::size_t wires() const noexcept { return wires_; }
    [[nodiscard]] std::size_t conjunctions() const noexcept { return conjunctions_; }

    /// The outputs in the clear; inputs and outputs are 0 or 1. Throws invalid_argument for another number of inputs.
    [[nodiscard]] std::vector<std::uint8_t> evaluate(std::span<const std::uint8_t> inputs) const;

private:
    friend class GateBuilder;
    std::size_t inputs_ = 0;
    std::size_t wires_ = 0;
    std::size_t conjunctions_ = 0;
    std::vector<Stage> stages_;
    std::vector<std::uint32_t> outputs_;
};

/// A bit in a circuit that is being written.
struct Wire {
    std::uint32_t number = 0;  ///< as in BooleanCircuit while it is written: 0 and 1 are the constants
    friend bool operator==(const Wire&, const Wire&) = default;
};
/// A number in two's complement, lowest bit first.
using Word = std::vector<Wire>;

/// Writes a Boolean circuit. Constants are folded. The costs are in conjunctions; n is the number of bits of a word.
/// Words of one operation have equal lengths, from 1 on: anything else throws invalid_argument.
class GateBuilder {
public:
    [[nodiscard]] static Wire constant(bool value) noexcept { return {value ? 1U : 0U}; }
    [[nodiscard]] static Word constant(std::uint64_t value, std::size_t bits);
    [[nodiscard]] Wire input();
    [[nodiscard]] Word input(std::size_t bits);

    [[nodiscard]] Wire exclusive_or(Wire a, Wire b);  ///< free
    [[nodiscard]] Wire negation(Wire a) { return exclusive_or(a, constant(true)); }
    [[nodiscard]] Wire conjunction(Wire a, Wire b);  ///< 1
    [[nodiscard]] Wire disjunction(Wire a, Wire b) { return negation(conjunction(negation(a), negation(b))); }

    /// a + b and a - b modulo 2^n. n - 1.
    [[nodiscard]] Word add(const Word& a, const Word& b) { return add(a, b, constant(false)); }
    [[nodiscard]] Word subtract(const Word& a, const Word& b);
    /// a b modulo 2^n. About n^2.
    [[nodiscard]] Word multiply(const Word& a, const Word& b);
    /// a < b. n.
    [[nodiscard]] Wire less(const Word& a, const Word& b);
    [[nodiscard]] Wire less_signed(Word a, Word b);
    /// n - 1.
    [[nodiscard]] Wire equal(const Word& a, const Word& b);
    /// `one` if bit is 1, else `zero`. n.
    [[nodiscard]] Word select(Wire bit, const Word& one, const Word& zero);
    /// The position of the largest of signed words, the first of several; as many bits as positions need. 2 n a word.
    [[nodiscard]] Word argmax_signed(std::span<const Word> words);

    [[nodiscard]] BooleanCircuit build(std::span<const Wire> outputs) const;

private:
    struct Written {
        Wire left;
        Wire right;
        bool conjunction;
    };
    [[nodiscard]] Wire write(Wire a, Wire b, bool conjunction);
    [[nodiscard]] Word add(const Word& a, const Word& b, Wire carry);

    std::vector<std::uint32_t> depth_{0, 0};  ///< conjunctions on the way to each wire
    std::vector<Written> made_by_{{}, {}};    ///< for each wire; of constants and inputs it says nothing
    std::vector<Wire> inputs_;
};

}  // namespace tacit::mpc
