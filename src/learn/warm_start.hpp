#pragma once

#include <vector>

#include "tacit/learn/records.hpp"

namespace tacit::learn {

/// The model's weights for rows as another training standardises them: [recipe.outputs() x recipe.features], the scores
/// of every row unchanged. Throws parameter_mismatch, naming what differs, unless model, columns, levels and classes
/// are those of the data.
[[nodiscard]] std::vector<double> start_from(const ModelRecord& model, const DataSplit& split,
                                             const Standardiser& standardiser, const TrainingRecipe& recipe);

}  // namespace tacit::learn
