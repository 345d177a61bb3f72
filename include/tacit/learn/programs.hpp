#pragma once

#include <cstdint>
#include <span>

#include "tacit/learn/dataset.hpp"
#include "tacit/learn/recipe.hpp"
#include "tacit/tensor/program.hpp"

/// Training loops beyond two classes, as tensor programs: tensor::compile finds circuit and parameters,
/// tensor::evaluate is the clear twin. Rows come unsigned, X = (bias, x), in the minibatches of the recipe, and what is
/// to be learnt as a vector beside each.
namespace tacit::learn {

/// As many two-class regressions on the same encrypted rows as there are classes, each class against the rest: the rows
/// are sent once, and so are the products of rows that the search wants. Matrix t is minibatch t; vector
/// t * classes + c is +1 where a row of minibatch t is of class c, and -1 elsewhere. Output c: the weights of class c;
/// the class of a row is the one with the largest score. Every recipe that starts from zero is taken; throws
/// invalid_argument otherwise, and for fewer than 2 or more than 256 classes.
[[nodiscard]] tensor::Program one_against_rest_program(const TrainingRecipe& recipe, int classes);

/// The inputs of one_against_rest_program: rows of `data` (standardised; its labels are not looked at) in the order of
/// draw_minibatches. `classes_of_rows` [data.rows()] has entries below `classes`; throws invalid_argument otherwise,
/// and as draw_minibatches.
[[nodiscard]] tensor::ClearInputs one_against_rest_inputs(const Dataset& data,
                                                          std::span<const std::uint8_t> classes_of_rows, int classes,
                                                          const TrainingRecipe& recipe, std::uint64_t seed);

/// Linear regression, with recipe.ridge ridge regression: step(t) X^T (y - X v) in place of the logistic gradient.
/// Vector t holds the targets of minibatch t. The loop has no polynomial, and Association::multiplied_out would leave
/// all of it to the owner of the rows: compile it with Association::as_written if the service is to do the work. Throws
/// invalid_argument unless the recipe starts from zero.
[[nodiscard]] tensor::Program linear_regression_program(const TrainingRecipe& recipe);

/// The inputs of linear_regression_program. `targets` [data.rows()] are finite, and best centred and of about unit
/// size; throws invalid_argument otherwise, and as draw_minibatches.
[[nodiscard]] tensor::ClearInputs linear_regression_inputs(const Dataset& data, std::span<const double> targets,
                                                           const TrainingRecipe& recipe, std::uint64_t seed);

}  // namespace tacit::learn
