#pragma once

#include <filesystem>

#include "tacit/learn/records.hpp"

namespace tacit::learn {

/// The model's weights for rows as another training standardises them: one vector for each output, the scores of every
/// row unchanged. Throws parameter_mismatch, naming what differs, unless model, columns, levels and classes are those
/// of the data.
[[nodiscard]] TrainingState start_from(const ModelRecord& model, const DataSplit& split,
                                       const Standardiser& standardiser, const TrainingRecipe& recipe);

/// What a training in these folders can go on from, with its fingerprint. Throws invalid_argument if private_folder, of
/// the new training, is the earlier one's.
[[nodiscard]] EncryptedStart encrypted_start(EncryptedStart start, const std::filesystem::path& private_folder);

/// What training on these data starts from: nothing, the weights of the record, or those of the encrypted result that
/// it names, which are decrypted and stay in memory. Throws parameter_mismatch if that is another one by now.
[[nodiscard]] TrainingState start_of(const DataRecord& data, const DataSplit& split, const Standardiser& standardiser,
                                     const TrainingRecipe& recipe);

}  // namespace tacit::learn
