#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tacit/learn/preprocess.hpp"
#include "tacit/learn/programs.hpp"
#include "tacit/learn/recipe.hpp"

namespace tacit::learn {

/// What the trainer applies to x = Z v.
enum class Slope {
    polynomial,     ///< recipe.sigmoid, as the encrypted circuits do
    exact_sigmoid,  ///< 1/(1+e^x), for reference
};

/// What training gives.
struct ClearModel {
    std::vector<double> weights;           ///< w_k, [recipe.features]: bias, features, zero padding
    std::vector<double> largest_inputs{};  ///< per step, max |Z v|; the default cubic turns at 5.6

    /// max |Z v| over all steps.
    [[nodiscard]] double largest_input() const noexcept;
};

/// The clear twin of the encrypted circuits: the same loop, in double precision and a fixed order of additions. `start`
/// is [recipe.features], and empty for Start::zero. Throws invalid_argument if number or shape of the minibatches or
/// the start are not the recipe's, or if the weights leave the range of doubles (learning rate too large).
[[nodiscard]] ClearModel train_clear(std::span<const Minibatch> minibatches, const TrainingRecipe& recipe,
                                     Slope slope = Slope::polynomial, std::span<const double> start = {});

/// The clear twin of any recipe on rows as training_rows gives them: [recipe.outputs() x recipe.features]. Throws
/// invalid_argument as training_program, if rows or start are not the recipe's, and if weights are not finite.
[[nodiscard]] std::vector<double> clear_weights(const TrainingRecipe& recipe, const tensor::ClearInputs& rows,
                                                const TrainingState& start = {});

/// What a trained model is to be compared with, [recipe.outputs() x recipe.features]. For classes: the same steps on
/// the same minibatches with the exact sigmoid. For numbers: the least-squares solution on all rows, with the recipe's
/// ridge. Arguments and errors as training_rows.
[[nodiscard]] std::vector<double> reference_weights(const Dataset& data, const TrainingRecipe& recipe,
                                                    std::uint64_t seed, const TrainingState& start = {});

/// The largest |input| of the exact sigmoid in those steps; 0 for numbers.
[[nodiscard]] double largest_sigmoid_input(const Dataset& data, const TrainingRecipe& recipe, std::uint64_t seed,
                                           const TrainingState& start = {});

/// w = (bias, features) [data.features + 1] of least mean (target - w . x)^2 + ridge |w|^2; of several, as with the
/// columns of categories, which add up to that of the bias, the shortest. By conjugate gradients [HS52] on the normal
/// equations: at most 2 (features + 1) passes over the rows. Throws invalid_argument without targets.
[[nodiscard]] std::vector<double> least_squares(const Dataset& data, double ridge);

}  // namespace tacit::learn
