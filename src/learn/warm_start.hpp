#pragma once

#include <vector>

#include "tacit/learn/records.hpp"

namespace tacit::learn {

/// The model's weights for rows as another training standardises them: one vector for each output, the scores of every
/// row unchanged. Throws parameter_mismatch, naming what differs, unless model, columns, levels and classes are those
/// of the data.
[[nodiscard]] TrainingState start_from(const ModelRecord& model, const DataSplit& split,
                                       const Standardiser& standardiser, const TrainingRecipe& recipe);

}  // namespace tacit::learn
