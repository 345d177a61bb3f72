#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tacit/circuit/circuit.hpp"
#include "tacit/ckks/ciphertext.hpp"
#include "tacit/ckks/keys.hpp"

namespace tacit::compile {

/// What one step of a managed circuit does; `ckks::Evaluator` has an operation for each.
enum class Step : std::uint8_t {
    input,  ///< attribute: number of the circuit's input
    zero,   ///< the number 0 in every slot, not encrypted: both polynomials are 0
    add,
    sub,
    negate,
    mul,                  ///< two ciphertexts
    add_constant,         ///< attribute: number of the circuit's constant
    mul_constant,         ///< attribute: number of the circuit's constant
    mul_integer,          ///< attribute: number of a constant that is one integer; takes no level
    relinearize_rescale,  ///< degree 2, scale power 2 to degree 1, scale power 1, one level down
    rescale,              ///< degree 1, scale power 2 to scale power 1, one level down
    drop_level,           ///< to the level of `type`
    rotate,               ///< attribute: steps to the left, in [1, slots)
    conjugate,
    refresh,  ///< the same slots in a new ciphertext at the level of `type`; see circuit/refresh.hpp
};

[[nodiscard]] const char* to_string(Step step) noexcept;
/// How many of lhs and rhs the step reads.
[[nodiscard]] int operand_count(Step step) noexcept;

/// One step: operands are positions of earlier instructions.
struct Instruction {
    Step step = Step::input;
    std::uint32_t lhs = 0;
    std::uint32_t rhs = 0;
    std::int32_t attribute = 0;
    ckks::CiphertextType type{};
    circuit::ValueId source{};  ///< the value of the circuit that this step helps to compute

    friend bool operator==(const Instruction&, const Instruction&) = default;
};

/// A circuit whose levels, scales and relinearisations are decided: what a server executes.
/// `manage` makes it, `verify` checks the typing rules of ckks::Evaluator on every instruction.
class ManagedCircuit {
public:
    [[nodiscard]] const circuit::Circuit& circuit() const noexcept { return circuit_; }
    [[nodiscard]] const std::vector<Instruction>& instructions() const noexcept { return instructions_; }
    /// Positions of the outputs, all at level 0, scale power 1, degree 1.
    [[nodiscard]] const std::vector<std::uint32_t>& outputs() const noexcept { return outputs_; }
    /// The level at which each input has to be encrypted, in the order of the circuit's inputs.
    [[nodiscard]] const std::vector<int>& input_levels() const noexcept { return input_levels_; }
    /// Levels that parameters need: the multiplicative depth.
    [[nodiscard]] int depth() const noexcept { return depth_; }
    [[nodiscard]] std::size_t slots() const noexcept { return slots_; }
    /// The evaluation keys that the instructions use, and no others.
    [[nodiscard]] ckks::KeyRequest key_request() const;
    [[nodiscard]] std::size_t count(Step step) const;

    /// Throws Error(internal) naming the first instruction that breaks a rule: operands stand before their users, types
    /// follow the table of ckks::Evaluator, attributes name inputs and constants that exist and fit, outputs are one
    /// per output of the circuit and of the type above. What the instructions mean is for `interpret` to compare.
    void verify() const;

    /// Same circuit, instructions and outputs.
    friend bool operator==(const ManagedCircuit& a, const ManagedCircuit& b);

private:
    friend class Manager;
    friend class ManagedParser;
    friend class SumRegrouper;
    ManagedCircuit(circuit::Circuit circuit, std::size_t slots) : circuit_(std::move(circuit)), slots_(slots) {}
    /// What breaks a rule in instruction n, given that those before it do not; empty if nothing does.
    [[nodiscard]] std::string flaw(std::size_t n) const;
    /// Depth and input levels, from the instructions.
    void measure();

    circuit::Circuit circuit_;
    std::size_t slots_;
    int depth_ = 0;
    std::vector<Instruction> instructions_;
    std::vector<std::uint32_t> outputs_;
    std::vector<int> input_levels_;
};

/// Places levels, rescalings and relinearisations for slot vectors of `slots` values (a power of two).
///
/// Every value is computed at the lowest level that its uses allow, so that rotations and key switches touch as few
/// primes as possible. Products stay unrelinearised and unrescaled while they are only added up; a sum of products
/// pays for one key switch. Values that no output needs are left out. An output that is a constant becomes `zero` plus
/// the constant: a ciphertext at level 0 like every output, which hides nothing, as there is nothing to hide. A refresh
/// takes its operand at level 0 and gives the level that the uses of its result need, like an input.
[[nodiscard]] ManagedCircuit manage(const circuit::Circuit& circuit, std::size_t slots);

}  // namespace tacit::compile
