#pragma once

#include <map>
#include <string>
#include <vector>

#include "tacit/ckks/keys.hpp"
#include "tacit/compile/managed_circuit.hpp"
#include "tacit/linalg/program.hpp"
#include "tacit/runtime/encrypted_value.hpp"
#include "tacit/runtime/executor.hpp"

namespace tacit::runtime {

/// What an owner knows, by the names of a program's inputs.
using NamedMatrices = std::map<std::string, linalg::Dense>;

/// A program of linear algebra with its levels and keys: values by name in, values by name out. The owner of the
/// data and the service make it from the same program, and nothing of it travels.
class ManagedProgram {
public:
    /// Manages the circuit as it stands, for the slots of its units; run circuit::optimise on it before.
    explicit ManagedProgram(const linalg::Program& program);

    [[nodiscard]] const std::vector<linalg::Operand>& inputs() const noexcept { return inputs_; }
    [[nodiscard]] const std::vector<linalg::Operand>& outputs() const noexcept { return outputs_; }
    [[nodiscard]] const compile::ManagedCircuit& circuit() const noexcept { return circuit_; }
    /// The slots that ciphertexts have at least.
    [[nodiscard]] std::size_t slots() const noexcept { return circuit_.slots(); }
    /// The levels that parameters have at least.
    [[nodiscard]] int depth() const noexcept { return circuit_.depth(); }
    /// The keys that a run needs, and no others.
    [[nodiscard]] ckks::KeyRequest key_request() const { return circuit_.key_request(); }
    /// The level at which a tile of an input enters the circuit.
    [[nodiscard]] int level(const linalg::Operand& input, std::size_t tile) const {
        return circuit_.input_levels()[input.first + tile];
    }

    /// Some or all of the inputs, each tile at its level; an owner of part of the data encrypts that part.
    /// `invalid_argument` for a name that is not an input and for a shape that is not the input's.
    [[nodiscard]] std::vector<EncryptedValue> encrypt(const ckks::Encryptor& encryptor,
                                                      const NamedMatrices& matrices) const;

private:
    std::vector<linalg::Operand> inputs_;
    std::vector<linalg::Operand> outputs_;
    compile::ManagedCircuit circuit_;
};

/// Runs a program on values in any order, found by their names; the outputs come in the order of the program. Tiles
/// above the level that the program needs are dropped to it. Where the program takes a dirty input, a clean one will
/// do.
///
/// Throws before any work is done: `invalid_argument` for an input that is missing, unknown or there twice, and for a
/// layout that is not the input's, with both printed; `out_of_levels` for a tile below its level; then as `execute`.
[[nodiscard]] std::vector<EncryptedValue> run(const ManagedProgram& program, const ckks::EvaluationKeys& keys,
                                              std::vector<EncryptedValue> inputs, const Progress& progress = {});

}  // namespace tacit::runtime
