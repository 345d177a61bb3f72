#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "tacit/circuit/circuit.hpp"
#include "tacit/learn/dataset.hpp"
#include "tacit/learn/preprocess.hpp"

/// Scores of encrypted rows: w_0 + w_1 x_1 + ... for many rows at once.
///
/// A ciphertext holds one feature of as many rows as it has slots. So nothing is ever rotated: a clear model needs no
/// evaluation key at all, an encrypted one the key for products alone, and the depth is 1. Reading the scores is for
/// the owner of the rows, in whose key they are.
namespace tacit::learn {

/// For a model that the service knows. Inputs: "feature 0", ..., one for each weight but the first, which is the
/// bias. Output: the scores. A weight of 0 costs nothing. Throws invalid_argument if there is no feature or a weight is
/// not finite. Cost: one product with a number a feature.
[[nodiscard]] circuit::Circuit scoring_circuit(std::span<const double> weights);

/// For a model that the service does not know either. Inputs: the features, then "weight 0" (the bias), "weight 1",
/// ..., each in all slots of its ciphertext. Throws invalid_argument if there is no feature. Cost: one product of
/// ciphertexts a feature, one relinearisation.
[[nodiscard]] circuit::Circuit encrypted_scoring_circuit(std::size_t features);

/// What to encrypt for the features: feature j of rows first, first + 1, ..., `slots` of them, zeros beyond the last
/// row. Preconditions: j < data.features, first <= data.rows().
[[nodiscard]] std::vector<double> feature_column(const Dataset& data, std::size_t j, std::size_t first,
                                                 std::size_t slots);

/// The model that gives rows as they are the scores that `weights` give standardised rows, so that whoever encrypts
/// rows need not know the training rows' means. [features + 1], without padding. Throws invalid_argument for too few
/// weights.
[[nodiscard]] std::vector<double> weights_without_standardiser(std::span<const double> weights,
                                                               const Standardiser& standardiser);

}  // namespace tacit::learn
