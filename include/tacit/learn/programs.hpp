#pragma once

#include <cstdint>
#include <span>

#include "tacit/learn/dataset.hpp"
#include "tacit/learn/recipe.hpp"
#include "tacit/tensor/program.hpp"

/// Training loops as tensor programs: tensor::compile finds circuit and parameters, tensor::evaluate is the clear twin.
namespace tacit::learn {

/// Who encrypts which inputs of a training program.
inline constexpr tensor::Owner owner_of_rows{0};  ///< the first, if there are several
inline constexpr tensor::Owner owner_of_foreign_model{-1};
inline constexpr tensor::Owner owner_of_state{-2};  ///< between segments: whoever gives it new levels
[[nodiscard]] tensor::Owner owner_of_minibatch(const TrainingRecipe& recipe, int minibatch) noexcept;

/// The loop of a recipe on encrypted minibatches, from which the low-depth circuits are found, or some of its steps.
/// Matrix t is minibatch t, of a segment the t-th of minibatches_of; a start other than zero is one vector for each
/// output. Output c: the weights of class c, or the only ones. A segment after the first takes the state that the one
/// before leaves: w of each output and then, with momentum, v of each output, as vectors of owner_of_state. Throws
/// invalid_argument for a recipe out of its ranges, and for a segment that is not of it.
///
/// - logistic: signed rows z = y (bias, x), and no further input.
/// - linear: rows (bias, x), and a vector with the targets of each minibatch. The loop has no polynomial, and
///   Association::multiplied_out would leave all of it to the owner of the rows: compile it with
///   Association::as_written if the service is to do the work.
/// - multinomial: rows (bias, x), sent once for all classes, and so are the products of rows that the search wants;
///   vector t * classes + c is +1 where a row of minibatch t is of class c, -1 in the others.
[[nodiscard]] tensor::Program training_program(const TrainingRecipe& recipe, Segment segment);
[[nodiscard]] inline tensor::Program training_program(const TrainingRecipe& recipe) {
    return training_program(recipe, recipe.all_steps());
}

/// The minibatches that a segment meets, each once, in the order of its steps.
[[nodiscard]] std::vector<std::size_t> minibatches_of(const TrainingRecipe& recipe, Segment segment);

/// The inputs of training_program: rows of `data` (standardised) in the order of draw_minibatches, with its labels or
/// targets, and `start` [recipe.outputs() x recipe.features], empty for Start::zero. Throws invalid_argument if data
/// and model do not fit (linear needs targets, the others labels of so many classes), for a start of another size, and
/// as draw_minibatches.
[[nodiscard]] tensor::ClearInputs training_inputs(const Dataset& data, const TrainingRecipe& recipe, std::uint64_t seed,
                                                  std::span<const double> start = {});

}  // namespace tacit::learn
