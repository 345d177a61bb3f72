#pragma once

#include <complex>
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

/// One encrypted input: blocks of matrices that the client computes from its minibatches, laid into a grid of slots.
/// Slots are complex, so one ciphertext carries two blocks of the same shape.
struct MatrixBlock {
    enum class Kind {
        none,                ///< zero
        samples,             ///< Z_a            [m x features]
        samples_transposed,  ///< Z_a^T          [features x m]
        gram,                ///< Z_a Z_b^T      [m x m]
        identity,            ///< ones on the diagonal
        gram_sums,           ///< Z_a Z_b^T 1      [m], a vector: repeated along the grid
        samples_sums,        ///< Z_a^T 1          [features], likewise
    };
    /// The block whose corner is entry (row, column); entries outside the matrix are zero.
    struct Part {
        Kind kind = Kind::none;
        int a = 0;
        int b = 0;
        double factor = 1;  ///< every entry is multiplied by it before encryption
        std::size_t row = 0;
        std::size_t column = 0;
        bool across = false;  ///< vectors: entry i stands in grid column i, not in grid row i

        friend bool operator==(const Part&, const Part&) = default;
    };
    Part real{};
    Part imaginary{};
    std::size_t rows = 0;  ///< size of both blocks
    std::size_t columns = 0;
    std::size_t grid_width = 0;   ///< slots of one grid row
    std::size_t grid_column = 0;  ///< slot (r, grid_column + c) of the grid holds entry (row + r, column + c)

    friend bool operator==(const MatrixBlock&, const MatrixBlock&) = default;
};

/// Where an output keeps weights first_weight, first_weight + 1, ...
struct WeightSlots {
    std::size_t output = 0;
    bool imaginary = false;  ///< in the imaginary parts of the slots
    std::size_t first_weight = 0;
    std::size_t count = 0;
    std::size_t first_slot = 0;
    std::size_t stride = 1;
};

using ComplexSlots = std::vector<std::complex<double>>;

/// A training program: what the client encrypts, what the server computes, where the client finds the weights.
struct TrainingCircuit {
    Method method = Method::baseline;
    TrainingRecipe recipe;
    std::size_t slots = 0;
    circuit::Circuit circuit;
    std::vector<MatrixBlock> inputs;   ///< one per input of the circuit
    std::vector<WeightSlots> outputs;  ///< which slots of the outputs hold which weights
};

/// The circuit of a method for ciphertexts of `slots` slots (a power of two). minibatch_size and features are powers of
/// two. Gram methods need slots >= 2 minibatch_size, the baseline slots >= features. Throws invalid_argument otherwise,
/// and if the sigmoid's cubic coefficient is not positive.
[[nodiscard]] TrainingCircuit make_training_circuit(Method method, const TrainingRecipe& recipe, std::size_t slots);

/// The slots of one input, for the client to encrypt; their number divides training.slots.
[[nodiscard]] ComplexSlots training_input(const MatrixBlock& block, std::span<const Minibatch> minibatches);

/// The weights [recipe.features] from the decrypted outputs.
[[nodiscard]] std::vector<double> extract_weights(const TrainingCircuit& training,
                                                  std::span<const ComplexSlots> outputs);

}  // namespace tacit::logreg
