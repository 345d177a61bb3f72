#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tacit/learn/dataset.hpp"

namespace tacit::learn {

/// data.bias weights[0] + weights[1..features] . x for every row x of `data` (standardised as the training rows were).
/// Entries of `weights` beyond those are padding and ignored. Throws invalid_argument for too few weights, and for NaN.
[[nodiscard]] std::vector<double> scores(const Dataset& data, std::span<const double> weights);

/// The share, in [0, 1], of rows whose label is 1 exactly if the score is above 0.
/// This and the next two throw invalid_argument if sizes differ, labels are not 0 or 1, or a score is NaN.
[[nodiscard]] double accuracy(std::span<const double> scores, std::span<const std::uint8_t> labels);

/// The area under the ROC curve as Wilcoxon's statistic [HM82]: the share of (label 1, label 0) pairs in which the
/// first scores higher, ties counting one half. Counted in integers, so exact up to one division.
/// Throws invalid_argument too if a class is empty.
[[nodiscard]] double area_under_roc(std::span<const double> scores, std::span<const std::uint8_t> labels);

/// The class with the largest score of every row, of several the first; scores are [classes x rows]. Throws
/// invalid_argument for fewer than 2 classes, more than 256, ragged scores, and for NaN.
[[nodiscard]] std::vector<std::uint8_t> likeliest_classes(std::span<const std::vector<double>> scores);

/// [class][found class], how many rows of a class were taken for which. Throws invalid_argument if sizes differ or a
/// class is not below `classes`.
[[nodiscard]] std::vector<std::vector<std::size_t>> confusion_matrix(std::span<const std::uint8_t> found,
                                                                     std::span<const std::uint8_t> labels, int classes);

/// 1 - sum (y - predicted)^2 / sum (y - mean y)^2: 1 for perfect, 0 for no better than the mean. This and the next
/// throw invalid_argument if sizes differ or are 0, or a value is not finite; this one also if all targets are equal.
[[nodiscard]] double r_squared(std::span<const double> predicted, std::span<const double> targets);

/// sqrt(mean (y - predicted)^2)
[[nodiscard]] double root_mean_square_error(std::span<const double> predicted, std::span<const double> targets);

/// Calling every row with score >= threshold a 1.
struct RocPoint {
    double false_positive_rate = 0.0;
    double true_positive_rate = 0.0;
    double threshold = 0.0;
};

/// From (0, 0) at threshold +infinity to (1, 1), one further point per distinct score, scores falling.
/// Throws invalid_argument too if a class is empty.
[[nodiscard]] std::vector<RocPoint> roc_curve(std::span<const double> scores, std::span<const std::uint8_t> labels);

}  // namespace tacit::learn
