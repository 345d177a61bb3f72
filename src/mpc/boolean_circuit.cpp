#include "tacit/mpc/boolean_circuit.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "base/fail.hpp"

namespace tacit::mpc {

namespace {

constexpr std::size_t most_wires = std::size_t{1} << 31;

void check_lengths(const Word& a, const Word& b) {
    if (!a.empty() && a.size() == b.size()) return;
    fail(ErrorCode::invalid_argument, "Boolean circuit: words of {} and {} bits; take equal lengths from 1 on",
         a.size(), b.size());
}

}  // namespace

std::vector<std::uint8_t> BooleanCircuit::evaluate(std::span<const std::uint8_t> inputs) const {
    if (inputs.size() != inputs_) {
        fail(ErrorCode::invalid_argument, "Boolean circuit: {} inputs for a circuit of {}", inputs.size(), inputs_);
    }
    std::vector<std::uint8_t> values{0, 1};
    values.reserve(wires_);
    values.insert(values.end(), inputs.begin(), inputs.end());
    for (const Stage& stage : stages_) {
        for (const Gate& gate : stage.conjunctions) values.push_back(values[gate.left] & values[gate.right]);
        for (const Gate& gate : stage.exclusive_ors) values.push_back(values[gate.left] ^ values[gate.right]);
    }
    std::vector<std::uint8_t> out;
    for (const std::uint32_t wire : outputs_) out.push_back(values[wire]);
    return out;
}

Word GateBuilder::constant(std::uint64_t value, std::size_t bits) {
    Word word;
    for (std::size_t i = 0; i < bits; ++i) word.push_back(constant(i < 64 && ((value >> i) & 1) != 0));
    return word;
}

Wire GateBuilder::input() {
    inputs_.push_back(write({}, {}, false));
    depth_.back() = 0;
    return inputs_.back();
}

Word GateBuilder::input(std::size_t bits) {
    Word word(bits);
    std::ranges::generate(word, [this] { return input(); });
    return word;
}

Wire GateBuilder::write(Wire a, Wire b, bool conjunction) {
    if (depth_.size() >= most_wires) {
        fail(ErrorCode::invalid_argument, "Boolean circuit: more than {} wires; cut it into several", most_wires);
    }
    const Wire made{static_cast<std::uint32_t>(depth_.size())};
    made_by_.push_back({a, b, conjunction});
    depth_.push_back(std::max(depth_[a.number], depth_[b.number]) + (conjunction ? 1 : 0));
    return made;
}

Wire GateBuilder::exclusive_or(Wire a, Wire b) {
    if (a == b) return constant(false);
    if (a == constant(false)) return b;
    if (b == constant(false)) return a;
    if (a.number + b.number == 1) return constant(true);
    return write(a, b, false);
}

Wire GateBuilder::conjunction(Wire a, Wire b) {
    if (a == constant(false) || b == constant(false)) return constant(false);
    if (a == constant(true) || a == b) return b;
    if (b == constant(true)) return a;
    return write(a, b, true);
}

Word GateBuilder::add(const Word& a, const Word& b, Wire carry) {
    check_lengths(a, b);
    Word sum;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const Wire left = exclusive_or(a[i], carry);
        sum.push_back(exclusive_or(left, b[i]));
        if (i + 1 < a.size()) carry = exclusive_or(carry, conjunction(left, exclusive_or(b[i], carry)));
    }
    return sum;
}

Word GateBuilder::subtract(const Word& a, const Word& b) {
    Word negated;
    for (const Wire wire : b) negated.push_back(negation(wire));
    return add(a, negated, constant(true));
}

Word GateBuilder::multiply(const Word& a, const Word& b) {
    check_lengths(a, b);
    Word sum = constant(0, a.size());
    for (std::size_t i = 0; i < b.size(); ++i) {
        Word high(sum.begin() + static_cast<std::ptrdiff_t>(i), sum.end());
        Word row;
        for (std::size_t j = 0; j + i < a.size(); ++j) row.push_back(conjunction(a[j], b[i]));
        std::ranges::copy(add(high, row), sum.begin() + static_cast<std::ptrdiff_t>(i));
    }
    return sum;
}

Wire GateBuilder::less(const Word& a, const Word& b) {
    check_lengths(a, b);
    Wire borrow = constant(false);  // of a - b, from below
    for (std::size_t i = 0; i < a.size(); ++i) {
        const Wire differs = exclusive_or(a[i], b[i]);
        borrow = exclusive_or(borrow, conjunction(differs, exclusive_or(b[i], borrow)));
    }
    return borrow;
}

Wire GateBuilder::less_signed(Word a, Word b) {
    check_lengths(a, b);
    a.back() = negation(a.back());
    b.back() = negation(b.back());
    return less(a, b);
}

Wire GateBuilder::equal(const Word& a, const Word& b) {
    check_lengths(a, b);
    Wire all = constant(true);
    for (std::size_t i = 0; i < a.size(); ++i) all = conjunction(all, negation(exclusive_or(a[i], b[i])));
    return all;
}

Word GateBuilder::select(Wire bit, const Word& one, const Word& zero) {
    check_lengths(one, zero);
    Word out;
    for (std::size_t i = 0; i < one.size(); ++i) {
        out.push_back(exclusive_or(zero[i], conjunction(bit, exclusive_or(one[i], zero[i]))));
    }
    return out;
}

Word GateBuilder::argmax_signed(std::span<const Word> words) {
    if (words.empty()) fail(ErrorCode::invalid_argument, "Boolean circuit: the largest of no words");
    const auto bits = static_cast<std::size_t>(std::bit_width(words.size() - 1));
    Word best = words[0];
    Word position = constant(0, bits);
    for (std::size_t i = 1; i < words.size(); ++i) {
        const Wire larger = less_signed(best, words[i]);
        best = select(larger, words[i], best);
        position = select(larger, constant(i, bits), position);
    }
    return position;
}

BooleanCircuit GateBuilder::build(std::span<const Wire> outputs) const {
    BooleanCircuit circuit;
    circuit.inputs_ = inputs_.size();
    circuit.wires_ = depth_.size();
    circuit.stages_.resize(*std::ranges::max_element(depth_) + 1);
    std::vector<std::uint32_t> renumbered(depth_.size());
    renumbered[1] = 1;
    std::uint32_t next = BooleanCircuit::first_input;
    for (const Wire wire : inputs_) renumbered[wire.number] = next++;
    std::vector<std::pair<std::uint32_t, Wire>> order;  // stage and kind of a gate, the gate
    for (std::uint32_t wire = 2, input = 0; wire < depth_.size(); ++wire) {
        if (input < inputs_.size() && inputs_[input].number == wire) {
            ++input;
        } else {
            order.emplace_back(2 * depth_[wire] + (made_by_[wire].conjunction ? 0 : 1), Wire{wire});
        }
    }
    std::ranges::stable_sort(order, {}, &std::pair<std::uint32_t, Wire>::first);
    for (const auto& [place, wire] : order) {
        const Written& gate = made_by_[wire.number];
        auto& stage = circuit.stages_[place / 2];
        (gate.conjunction ? stage.conjunctions : stage.exclusive_ors)
            .push_back({renumbered[gate.left.number], renumbered[gate.right.number]});
        circuit.conjunctions_ += gate.conjunction ? 1 : 0;
        renumbered[wire.number] = next++;
    }
    for (const Wire wire : outputs) circuit.outputs_.push_back(renumbered[wire.number]);
    return circuit;
}

}  // namespace tacit::mpc
