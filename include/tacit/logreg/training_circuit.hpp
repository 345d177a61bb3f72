#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "tacit/circuit/circuit.hpp"
#include "tacit/logreg/preprocess.hpp"
#include "tacit/logreg/recipe.hpp"

namespace tacit::logreg {

/// How encrypted training computes one and the same model. Depths are those of k minibatches from zero weights.
enum class Method {
    baseline,   ///< Nesterov's loop as written, 5 levels a minibatch: 5k - 4 [HHCP19]
    low_depth,  ///< Gram matrices from the client, sums masked: 2.5 levels a minibatch, 2.5k - 2 for even k [Cro20]
    mask_free,  ///< the same with zero padding in place of masks: 2 levels a minibatch, 2k - 1
};

/// "baseline", "low-depth", "mask-free"
[[nodiscard]] const char* to_string(Method method) noexcept;

/// One encrypted input: a block of a matrix that the client computes from its minibatches, laid into a grid of slots.
struct MatrixBlock {
    enum class Kind {
        samples,             ///< Z_a            [m x features]
        samples_transposed,  ///< Z_a^T          [features x m]
        gram,                ///< Z_a Z_b^T      [m x m]
    };
    Kind kind = Kind::samples;
    int a = 0;
    int b = 0;
    double factor = 1;        ///< every entry is multiplied by it before encryption
    std::size_t row = 0;      ///< the block begins here in the matrix; entries outside the matrix are zero
    std::size_t column = 0;
    std::size_t rows = 0;     ///< size of the block
    std::size_t columns = 0;
    std::size_t grid_width = 0;   ///< slots of one grid row
    std::size_t grid_column = 0;  ///< slot (r, grid_column + c) of the grid holds entry (row + r, column + c)

    friend bool operator==(const MatrixBlock&, const MatrixBlock&) = default;
};

/// Where an output ciphertext keeps weights first_weight, first_weight + 1, ...
struct WeightSlots {
    std::size_t first_weight = 0;
    std::size_t count = 0;
    std::size_t first_slot = 0;
    std::size_t stride = 1;
};

/// A training program: what the client encrypts, what the server computes, where the client finds the weights.
struct TrainingCircuit {
    Method method = Method::baseline;
    TrainingRecipe recipe;
    std::size_t slots = 0;
    circuit::Circuit circuit;
    std::vector<MatrixBlock> inputs;   ///< one per input of the circuit
    std::vector<WeightSlots> outputs;  ///< one per output of the circuit
};

/// The circuit of a method for ciphertexts of `slots` slots (a power of two). minibatch_size and features are powers of
/// two. Gram methods need slots >= 2 minibatch_size, the baseline slots >= features. Throws invalid_argument otherwise,
/// and if the sigmoid's cubic coefficient is not positive.
[[nodiscard]] TrainingCircuit make_training_circuit(Method method, const TrainingRecipe& recipe, std::size_t slots);

/// The slot vectors that the client encrypts, in the order of the circuit's inputs [inputs x slots or a divisor of it].
[[nodiscard]] std::vector<std::vector<double>> training_inputs(const TrainingCircuit& training,
                                                               std::span<const Minibatch> minibatches);

/// One input alone, so that a client of little memory can make and encrypt them one after the other.
[[nodiscard]] std::vector<double> training_input(const MatrixBlock& block, std::span<const Minibatch> minibatches);

/// The weights [recipe.features] from the decrypted outputs.
[[nodiscard]] std::vector<double> extract_weights(const TrainingCircuit& training,
                                                  std::span<const std::vector<double>> outputs);

}  // namespace tacit::logreg
