#pragma once

#include <complex>
#include <cstddef>
#include <span>
#include <vector>

#include "tacit/circuit/circuit.hpp"
#include "tacit/learn/dataset.hpp"
#include "tacit/learn/preprocess.hpp"

/// Scores of encrypted rows: w_0 + w_1 x_1 + ... for many rows at once.
///
/// A ciphertext holds one feature of twice as many rows as it has slots: half of them in the real parts, half in the
/// imaginary ones, which products with real weights keep apart. So nothing is ever rotated: a clear model needs no
/// evaluation key at all, an encrypted one the key for products alone, and the depth is 1. Reading the scores is for
/// the owner of the rows, in whose key they are. Feature 0 is 1 in every row, and its weight the bias.
namespace tacit::learn {

/// For a model that the service knows: `weights` [outputs][features + 1], bias first. Inputs: "feature 0", ..., one for
/// each weight. Outputs: "score 0", .... A weight of 0 costs nothing. Throws invalid_argument if there is no feature or
/// output, for outputs of different lengths, and for a weight that is not finite. Cost: one product with a number for
/// each weight.
[[nodiscard]] circuit::Circuit scoring_circuit(std::span<const std::vector<double>> weights);

/// For a model that the service does not know either. Inputs: features + 1 of the rows, then "weight 0" (the bias),
/// "weight 1", ... of the first output and so on, each in all slots of its ciphertext. Throws invalid_argument if there
/// is no feature. Cost: one product of ciphertexts for each weight, one relinearisation an output.
[[nodiscard]] circuit::Circuit encrypted_scoring_circuit(std::size_t features, std::size_t outputs = 1);

/// What to encrypt for feature j, 0 for the bias, of rows first, first + 1, ..., 2 `slots` of them, zeros beyond the
/// last. Preconditions: j <= data.features, first <= data.rows().
[[nodiscard]] std::vector<std::complex<double>> feature_slots(const Dataset& data, std::size_t j, std::size_t first,
                                                              std::size_t slots);

/// The scores of the first `rows` of those rows, from a decrypted output. Precondition: rows <= 2 slots.size().
[[nodiscard]] std::vector<double> scores_of_slots(std::span<const std::complex<double>> slots, std::size_t rows);

/// The model that gives rows as they are the scores that `weights` give standardised rows, so that whoever encrypts
/// rows need not know the training rows' means. [features + 1], without padding. Throws invalid_argument for too few
/// weights.
[[nodiscard]] std::vector<double> weights_without_standardiser(std::span<const double> weights,
                                                               const Standardiser& standardiser);

}  // namespace tacit::learn
