#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tacit/learn/dataset.hpp"
#include "tacit/learn/recipe.hpp"

namespace tacit::learn {

/// What the data's owner does to every row before anything else, found from the training rows alone:
///     x_j <- (x_j - means[j]) factors[j],    factors[j] = 1 / sqrt((var_j + 0.3 mean_j(var_j)) lambda),
/// that is, standardisation, damped so that a pixel that is almost always empty is not blown up, and then one common
/// factor that makes the largest eigenvalue of the training covariance 1. That eigenvalue limits the learning rate,
/// so one learning rate serves all data sets. For algorithms with a fixed Hessian the common factor is left out and
/// every column, that of the bias included, is divided by the root of D_jj (see Algorithm) instead.
struct Standardiser {
    std::vector<double> means;
    std::vector<double> factors;
    double bias = 1;  ///< the value of the bias column
};

/// Throws invalid_argument for no rows, for rows that are all equal, and whatever Dataset::validate finds. Cost: with a
/// fixed Hessian rows * features^2 multiplications, without 64 times rows * features or so.
[[nodiscard]] Standardiser fit_standardiser(const Dataset& training, Algorithm algorithm = Algorithm::nesterov);

/// Throws invalid_argument if the numbers of columns differ.
[[nodiscard]] Dataset standardised(Dataset data, const Standardiser& standardiser);

/// Signed rows z = y (bias, x), y = +1 for label 1 and -1 for all others, so that column 0 holds y times the bias,
/// columns 1 .. features hold y x, and the rest up to `width` are zero.
struct Minibatch {
    std::size_t rows = 0;
    std::size_t width = 0;
    std::vector<double> values;  ///< [rows x width], row-major

    [[nodiscard]] std::span<const double> row(std::size_t i) const {
        return std::span<const double>(values).subspan(i * width, width);
    }
};

/// A uniformly random order of 0 .. count-1 that is the same on every machine: Fisher-Yates, driven by SplitMix64
/// from `seed`, with unbiased indices by rejection. Not for secrets.
[[nodiscard]] std::vector<std::size_t> shuffled_order(std::size_t count, std::uint64_t seed);

/// The least recipe.features for data of so many features: room for the bias column, a power of two.
[[nodiscard]] int recipe_features(std::size_t features);

/// Throws invalid_argument, as draw_minibatches, if the recipe does not fit the data: too few rows, too narrow.
void require_fit(const Dataset& data, const TrainingRecipe& recipe);

/// recipe.minibatches minibatches of recipe.minibatch_size rows of `data` (standardised already), the last
/// recipe.zero_rows of each zero, zero padded to recipe.features columns: the first rows of shuffled_order(data.rows(),
/// seed), so no row comes twice. Throws invalid_argument for too few rows, too narrow a recipe, and whatever validate()
/// finds in either.
[[nodiscard]] std::vector<Minibatch> draw_minibatches(const Dataset& data, const TrainingRecipe& recipe,
                                                      std::uint64_t seed);

}  // namespace tacit::learn
