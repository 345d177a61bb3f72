#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tacit/learn/dataset.hpp"
#include "tacit/learn/recipe.hpp"
#include "tacit/tensor/program.hpp"

/// Training loops as tensor programs: tensor::compile finds circuit and parameters, tensor::evaluate is the clear twin.
namespace tacit::learn {

/// Who encrypts which inputs of a training program.
inline constexpr tensor::Owner owner_of_rows{0};  ///< the first, if there are several
inline constexpr tensor::Owner owner_of_foreign_model{-1};
inline constexpr tensor::Owner owner_of_state{-2};  ///< between segments: whoever gives it new levels
[[nodiscard]] tensor::Owner owner_of_minibatch(const TrainingRecipe& recipe, std::size_t minibatch) noexcept;

/// The minibatches that a segment meets, each once, in the order of its steps.
[[nodiscard]] std::vector<std::size_t> minibatches_of(const TrainingRecipe& recipe, Segment segment);

/// What steps start from or leave, each [recipe.features]: {} for Start::zero, the w of each output, and between
/// segments with momentum the v of each output after them.
using TrainingState = std::vector<std::vector<double>>;

/// How many vectors a segment starts from.
[[nodiscard]] std::size_t state_size(const TrainingRecipe& recipe, Segment segment);

/// Some steps of the loop of a recipe on encrypted minibatches, from which the low-depth circuits are found. Its
/// matrices are minibatches_of the segment, its first vectors the state that it starts from. Outputs: the w of each
/// class, or the only one; if steps follow, the state. Throws invalid_argument for a recipe out of its ranges and a
/// segment that is not of the recipe.
///
/// - logistic: signed rows z = y (bias, x), and no further input.
/// - linear: rows (bias, x), and a vector with the targets of each minibatch. The loop has no polynomial, and
///   Association::multiplied_out would leave all of it to the owner of the rows: compile it with
///   Association::as_written if the service is to do the work.
/// - multinomial: rows (bias, x), sent once for all classes, and so are the products of rows that the search wants; for
///   each minibatch and class a vector that is +1 where a row is of the class, -1 in the others.
[[nodiscard]] tensor::Program training_program(const TrainingRecipe& recipe, Segment segment);
[[nodiscard]] inline tensor::Program training_program(const TrainingRecipe& recipe) {
    return training_program(recipe, recipe.all_steps());
}

/// The rows of a recipe: `data` (standardised) in the order of draw_minibatches, as matrices, and their targets or
/// classes as vectors, [minibatches x outputs]. Throws invalid_argument if data and model do not fit (linear needs
/// targets, the others labels of so many classes), and as draw_minibatches.
[[nodiscard]] tensor::ClearInputs training_rows(const Dataset& data, const TrainingRecipe& recipe, std::uint64_t seed);

/// The same where each owner has rows of its own: the minibatches that are this owner's are drawn from `own` (scaled as
/// all have agreed), as many as are his, and those of the others are zeros. With these an InputPacker makes the inputs
/// of the circuit that are this owner's (inputs_of) and no others. Throws invalid_argument too for an owner that is not
/// in [0, recipe.owners).
[[nodiscard]] tensor::ClearInputs training_rows_of_owner(const Dataset& own, const TrainingRecipe& recipe, int owner,
                                                         std::uint64_t seed);

/// The inputs of training_program from the rows of the whole recipe and what the segment starts from. After the first
/// segment, rows or state that are missing as a whole are zeros. Throws invalid_argument if their numbers are not the
/// recipe's.
[[nodiscard]] tensor::ClearInputs segment_inputs(const TrainingRecipe& recipe, Segment segment,
                                                 const tensor::ClearInputs& rows, const TrainingState& start = {});

}  // namespace tacit::learn
