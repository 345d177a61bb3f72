#include "tacit/learn/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>

#include "base/fail.hpp"

namespace tacit::learn {

namespace {

/// Checks sizes, labels and scores; returns the number of ones.
std::size_t check_scores(std::span<const double> scores, std::span<const std::uint8_t> labels) {
    if (scores.size() != labels.size() || scores.empty()) {
        fail(ErrorCode::invalid_argument, "metrics: {} scores for {} labels; give one score per label, at least one",
             scores.size(), labels.size());
    }
    std::size_t ones = 0;
    for (std::size_t i = 0; i < scores.size(); ++i) {
        if (labels[i] > 1) {
            fail(ErrorCode::invalid_argument, "metrics: row {}: label {} is neither 0 nor 1", i, labels[i]);
        }
        if (std::isnan(scores[i])) {
            fail(ErrorCode::invalid_argument, "metrics: row {}: the score is NaN; check the weights", i);
        }
        ones += labels[i];
    }
    return ones;
}

}  // namespace

std::vector<double> scores(const Dataset& data, std::span<const double> weights) {
    data.validate();
    if (weights.size() < data.features + 1) {
        fail(ErrorCode::invalid_argument, "{}: {} weights for {} features and the bias; the model is of other data",
             data.name, weights.size(), data.features);
    }
    std::vector<double> result;
    result.reserve(data.rows());
    for (std::size_t i = 0; i < data.rows(); ++i) {
        const std::span<const double> x = data.row(i);
        result.push_back(std::inner_product(x.begin(), x.end(), weights.begin() + 1, weights[0] * data.bias));
        if (std::isnan(result.back())) {
            fail(ErrorCode::invalid_argument, "{}: the score of row {} is NaN; check the weights", data.name, i);
        }
    }
    return result;
}

double accuracy(std::span<const double> scores, std::span<const std::uint8_t> labels) {
    check_scores(scores, labels);
    std::size_t right = 0;
    for (std::size_t i = 0; i < scores.size(); ++i) {
        right += (scores[i] > 0.0) == (labels[i] == 1) ? 1 : 0;
    }
    return static_cast<double>(right) / static_cast<double>(scores.size());
}

std::vector<RocPoint> roc_curve(std::span<const double> scores, std::span<const std::uint8_t> labels) {
    const std::size_t ones = check_scores(scores, labels);
    const std::size_t zeros = labels.size() - ones;
    if (ones == 0 || zeros == 0) {
        fail(ErrorCode::invalid_argument, "metrics: {} ones and {} zeros; a ROC curve needs both classes", ones, zeros);
    }
    std::vector<std::size_t> order(scores.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
    std::vector<RocPoint> curve{{0.0, 0.0, std::numeric_limits<double>::infinity()}};
    std::size_t true_positives = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        true_positives += labels[order[i]];
        const double threshold = scores[order[i]];
        if (i + 1 < order.size() && scores[order[i + 1]] == threshold) {
            continue;  // equal scores make one point
        }
        const std::size_t false_positives = i + 1 - true_positives;
        curve.push_back({static_cast<double>(false_positives) / static_cast<double>(zeros),
                         static_cast<double>(true_positives) / static_cast<double>(ones), threshold});
    }
    return curve;
}

double area_under_roc(std::span<const double> scores, std::span<const std::uint8_t> labels) {
    const std::size_t ones = check_scores(scores, labels);
    const std::size_t zeros = labels.size() - ones;
    if (ones == 0 || zeros == 0) {
        fail(ErrorCode::invalid_argument, "metrics: {} ones and {} zeros; the area under the ROC curve needs both",
             ones, zeros);
    }
    std::vector<std::size_t> order(scores.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) { return scores[a] < scores[b]; });
    // Twice the pairs won: integers, so that the result is exact up to the final division.
    std::uint64_t half_wins = 0;
    std::uint64_t zeros_below = 0;
    for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
        std::uint64_t tied_ones = 0;
        for (; end < order.size() && scores[order[end]] == scores[order[begin]]; ++end) {
            tied_ones += labels[order[end]];
        }
        const std::uint64_t tied_zeros = end - begin - tied_ones;
        half_wins += tied_ones * (2 * zeros_below + tied_zeros);
        zeros_below += tied_zeros;
    }
    return static_cast<double>(half_wins) / (2.0 * static_cast<double>(ones) * static_cast<double>(zeros));
}

std::vector<std::uint8_t> likeliest_classes(std::span<const std::vector<double>> scores) {
    if (scores.size() < 2 || scores.size() > 256) {
        fail(ErrorCode::invalid_argument, "metrics: scores of {} classes; give 2 to 256", scores.size());
    }
    std::vector<std::uint8_t> found(scores.front().size(), 0);
    for (std::size_t c = 0; c < scores.size(); ++c) {
        if (scores[c].size() != found.size()) {
            fail(ErrorCode::invalid_argument, "metrics: {} scores of class {} and {} of class 0; give one for each row",
                 scores[c].size(), c, found.size());
        }
        for (std::size_t i = 0; i < found.size(); ++i) {
            if (std::isnan(scores[c][i])) {
                fail(ErrorCode::invalid_argument, "metrics: row {}: the score is NaN; check the weights", i);
            }
            if (scores[c][i] > scores[found[i]][i]) found[i] = static_cast<std::uint8_t>(c);
        }
    }
    return found;
}

std::vector<std::vector<std::size_t>> confusion_matrix(std::span<const std::uint8_t> found,
                                                       std::span<const std::uint8_t> labels, int classes) {
    const auto count = static_cast<std::size_t>(classes);
    if (found.size() != labels.size()) {
        fail(ErrorCode::invalid_argument, "metrics: {} classes found for {} labels; give one for each", found.size(),
             labels.size());
    }
    std::vector<std::vector<std::size_t>> counts(count, std::vector<std::size_t>(count, 0));
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (labels[i] >= classes || found[i] >= classes) {
            fail(ErrorCode::invalid_argument, "metrics: row {}: class {} taken for {}, of {}; classes count from 0", i,
                 labels[i], found[i], classes);
        }
        ++counts[labels[i]][found[i]];
    }
    return counts;
}

namespace {

/// sum (y - predicted)^2
double squared_error(std::span<const double> predicted, std::span<const double> targets) {
    if (predicted.size() != targets.size() || targets.empty()) {
        fail(ErrorCode::invalid_argument, "metrics: {} predictions for {} targets; give one for each, at least one",
             predicted.size(), targets.size());
    }
    double sum = 0;
    for (std::size_t i = 0; i < targets.size(); ++i) sum += (targets[i] - predicted[i]) * (targets[i] - predicted[i]);
    if (!std::isfinite(sum)) {
        fail(ErrorCode::invalid_argument, "metrics: a prediction or a target is not finite; check the weights");
    }
    return sum;
}

}  // namespace

double r_squared(std::span<const double> predicted, std::span<const double> targets) {
    const double error = squared_error(predicted, targets);
    const double mean = std::accumulate(targets.begin(), targets.end(), 0.0) / static_cast<double>(targets.size());
    const double variation = squared_error(std::vector<double>(targets.size(), mean), targets);
    if (!(variation > 0)) {
        fail(ErrorCode::invalid_argument, "metrics: all {} targets are {}; there is nothing to explain", targets.size(),
             targets.front());
    }
    return 1 - error / variation;
}

double root_mean_square_error(std::span<const double> predicted, std::span<const double> targets) {
    return std::sqrt(squared_error(predicted, targets) / static_cast<double>(targets.size()));
}

}  // namespace tacit::learn
