#pragma once

#include <complex>
#include <cstddef>
#include <span>
#include <vector>

#include "tacit/learn/preprocess.hpp"
#include "tacit/learn/programs.hpp"
#include "tacit/learn/recipe.hpp"
#include "tacit/tensor/lowered.hpp"
#include "tacit/tensor/program.hpp"

namespace tacit::learn {

/// How encrypted training computes one and the same model. Depths are those of k minibatches from zero weights.
enum class Method {
    baseline,   ///< Nesterov's loop in the published order, 5 levels a minibatch: 5k - 4 [HHCP19]
    low_depth,  ///< what tensor::optimise finds with masked sums: 2.5 levels a minibatch, 2.5k - 3 for even k [Cro20]
    mask_free,  ///< the same with zero padding in place of masks: 2 levels a minibatch, 2k - 2
};

/// "baseline", "low-depth", "mask-free"
[[nodiscard]] const char* to_string(Method method) noexcept;

/// How the low-depth methods sum; the baseline masks.
[[nodiscard]] tensor::Summation summation_of(Method method) noexcept;

using ComplexSlots = std::vector<std::complex<double>>;

/// A training program: what the client encrypts, what the server computes, where the client finds the weights.
struct TrainingCircuit {
    Method method = Method::baseline;
    TrainingRecipe recipe;
    Segment segment;  ///< the steps that it takes
    std::size_t slots = 0;
    /// The loop as written: its matrices are the segment's minibatches, its outputs the weights after it and, if steps
    /// follow and there is momentum, v.
    tensor::Program program;
    tensor::Lowered lowered;
};

/// The circuit of a method for ciphertexts of `slots` slots (a power of two). minibatch_size and features are powers of
/// two; the baseline needs slots >= features, the others slots >= 2 minibatch_size. Throws invalid_argument otherwise,
/// for a sigmoid of a degree that tensor::polynomial does not take, as training_program, and for the baseline with
/// anything but a cubic with a positive last coefficient and Nesterov's method from zero in one pass and one segment
/// without ridge.
[[nodiscard]] TrainingCircuit make_training_circuit(Method method, const TrainingRecipe& recipe, std::size_t slots,
                                                    Segment segment);
[[nodiscard]] inline TrainingCircuit make_training_circuit(Method method, const TrainingRecipe& recipe,
                                                           std::size_t slots) {
    return make_training_circuit(method, recipe, slots, recipe.all_steps());
}

/// Makes the slots of the inputs for the client to encrypt; their number divides training.slots.
class InputPacker {
public:
    /// Views `training`, which must outlive it. `rows`: training_rows of the whole recipe, of which the segment takes
    /// its minibatches; `start`: what the circuit starts from. After the first segment either may be missing as a
    /// whole: who knows the rows alone packs the inputs of owner_of_rows, who knows the state alone those of
    /// owner_of_state. Throws invalid_argument unless they are those of the recipe.
    InputPacker(const TrainingCircuit& training, const tensor::ClearInputs& rows, const TrainingState& start = {});
    /// The same for logistic regression, whose inputs are minibatches alone.
    InputPacker(const TrainingCircuit& training, std::span<const Minibatch> minibatches,
                const TrainingState& start = {});
    InputPacker(const InputPacker&) = delete;
    InputPacker& operator=(const InputPacker&) = delete;
    [[nodiscard]] std::size_t count() const noexcept { return training_.lowered.inputs.size(); }
    /// Who has what it takes to pack an input.
    [[nodiscard]] tensor::Owner owner(std::size_t input) const {
        return tensor::owner(training_.program, training_.lowered.inputs[input]);
    }
    [[nodiscard]] ComplexSlots operator()(std::size_t input) { return packer_(training_.lowered.inputs[input]); }

private:
    const TrainingCircuit& training_;
    tensor::ClearInputs inputs_;
    tensor::Packer packer_;
};

/// The inputs of the circuit that an owner encrypts, ascending.
[[nodiscard]] std::vector<std::size_t> inputs_of(const TrainingCircuit& training, tensor::Owner owner);
/// Those that hold no state, whose ever they are.
[[nodiscard]] std::vector<std::size_t> row_inputs(const TrainingCircuit& training);

/// What the circuit leaves, from its decrypted outputs: the weights alone after the last step.
[[nodiscard]] TrainingState extract_state(const TrainingCircuit& training, std::span<const ComplexSlots> outputs);
/// The weights [recipe.outputs() x recipe.features] among it.
[[nodiscard]] std::vector<double> extract_weights(const TrainingCircuit& training,
                                                  std::span<const ComplexSlots> outputs);

}  // namespace tacit::learn
