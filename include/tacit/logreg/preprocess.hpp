#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tacit/logreg/dataset.hpp"
#include "tacit/logreg/recipe.hpp"

namespace tacit {

/// The mean of every column. Throws invalid_argument for no rows and whatever Dataset::validate finds.
[[nodiscard]] std::vector<double> column_means(const Dataset& data);

/// `data` with means[j] subtracted from column j; the means always come from the training rows.
/// Throws invalid_argument if the numbers of columns differ.
[[nodiscard]] Dataset centred(Dataset data, std::span<const double> means);

/// Signed rows z = y (1, x), y = -1 for label 0 and +1 for label 1, so that column 0 holds y (the bias column),
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

/// recipe.minibatches minibatches of recipe.minibatch_size rows of `data` (centred already), zero padded to
/// recipe.features columns: the first k m rows of shuffled_order(data.rows(), seed), so no row comes twice.
/// Throws invalid_argument for too few rows, too narrow a recipe, and whatever validate() finds in either.
[[nodiscard]] std::vector<Minibatch> draw_minibatches(const Dataset& data, const TrainingRecipe& recipe,
                                                      std::uint64_t seed);

}  // namespace tacit
