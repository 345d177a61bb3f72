#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "tacit/mpc/boolean_circuit.hpp"
#include "tacit/mpc/oblivious_transfer.hpp"

/// Garbled circuits of half gates [ZRE15] with free exclusive or [KS08]: two parties compute a Boolean circuit on bits
/// of both, and the evaluator learns what is opened.
///
/// Parties      two: a garbler and an evaluator. Both call the same functions in the same order.
/// Adversary    malicious evaluator: it learns the outputs that are opened for inputs of its choice, and nothing else.
///              Malicious garbler: it learns nothing, as the evaluator sends nothing that depends on what it got; but
///              what the evaluator opens may be anything. So privacy of both holds, correctness only if the garbler
///              follows the protocol; and an evaluator must not tell a garbler that it does not trust what came out.
/// Revealed     to the evaluator the opened bits.
/// Assumption   as oblivious transfer; its difference is that of the labels, its hash that of the gates.
/// Rounds       2 to make the ends; 3 for inputs of the evaluator, as transfers; what the garbler sends is one message
///              after the other, however many circuits.
/// Bytes        32 a conjunction, from the garbler; an input of the evaluator's 4, of the garbler's nothing.
/// Cost         garbler 4 hashes a conjunction, evaluator 2. Conjunctions of one depth are worked on together: the more
///              there are, the faster. Memory: 16 bytes a wire.
namespace tacit::mpc {

/// For the garbler a bit's label for 0, and the one for 1 is that plus the difference; for the evaluator the label that
/// stands for the bit's value.
using Labels = SecretVector<Block>;

class Garbler {
public:
    /// Makes the transfers. Throws as OtSender.
    explicit Garbler(party::Party& me);
    ~Garbler();
    Garbler(Garbler&&) noexcept;
    Garbler& operator=(Garbler&&) noexcept;

    /// Bits of this party, each 0 or 1.
    [[nodiscard]] Labels own_input(std::span<const std::uint8_t> bits);
    /// Bits of the evaluator. Throws protocol_violation if it cheats.
    [[nodiscard]] Labels others_input(std::size_t count);
    /// The outputs of a circuit, whose inputs may be outputs of others. Throws invalid_argument for another number of
    /// inputs.
    [[nodiscard]] Labels run(const BooleanCircuit& circuit, std::span<const Block> inputs);
    /// To the evaluator.
    void open(std::span<const Block> labels);
    /// Bits times numbers of this party, as sums modulo 2^64: returns this party's part of sum_i bit_i numbers[k i + s]
    /// for s = 0 ... k - 1; what the evaluator gets is the rest. `numbers` is [labels x k]. 8 bytes a number.
    [[nodiscard]] SecretVector<std::uint64_t> weigh(std::span<const Block> labels,
                                                    std::span<const std::uint64_t> numbers);
    /// The transfers behind it, with the garbler as the sender, for further use.
    [[nodiscard]] OtSender& transfers() noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

class Evaluator {
public:
    /// Throws as OtReceiver.
    explicit Evaluator(party::Party& me);
    ~Evaluator();
    Evaluator(Evaluator&&) noexcept;
    Evaluator& operator=(Evaluator&&) noexcept;

    [[nodiscard]] Labels others_input(std::size_t count);
    /// Throws invalid_argument for bits other than 0 and 1.
    [[nodiscard]] Labels own_input(std::span<const std::uint8_t> bits);
    [[nodiscard]] Labels run(const BooleanCircuit& circuit, std::span<const Block> inputs);
    [[nodiscard]] std::vector<std::uint8_t> open(std::span<const Block> labels);
    /// The other part of what Garbler::weigh gives, for `sums` numbers to a bit.
    [[nodiscard]] SecretVector<std::uint64_t> weigh(std::span<const Block> labels, std::size_t sums);
    [[nodiscard]] OtReceiver& transfers() noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace tacit::mpc
