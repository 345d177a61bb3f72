#pragma once

#include <cstddef>

#include "tacit/learn/recipe.hpp"
#include "tacit/tensor/lowered.hpp"

namespace tacit::learn {

/// Training in the order of the published circuit, for training_program(recipe); make_training_circuit checks the
/// arguments.
[[nodiscard]] tensor::Lowered write_baseline(const TrainingRecipe& recipe, std::size_t slots);

}  // namespace tacit::learn
