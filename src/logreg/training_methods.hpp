#pragma once

#include "tacit/logreg/training_circuit.hpp"

namespace tacit::logreg {

/// The circuits of each method; make_training_circuit checks the arguments.
[[nodiscard]] TrainingCircuit write_baseline(const TrainingRecipe& recipe, std::size_t slots);
/// Both Gram methods, starting with the encoding that gives the smaller depth.
[[nodiscard]] TrainingCircuit write_gram(Method method, const TrainingRecipe& recipe, std::size_t slots);

}  // namespace tacit::logreg
