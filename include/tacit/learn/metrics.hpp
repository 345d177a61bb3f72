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
