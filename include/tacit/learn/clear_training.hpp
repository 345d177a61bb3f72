#pragma once

#include <span>
#include <vector>

#include "tacit/learn/preprocess.hpp"
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

}  // namespace tacit::learn
