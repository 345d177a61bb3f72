#include "tacit/mpc/prediction_model.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "base/fail.hpp"

namespace tacit::mpc {

namespace {

constexpr int linear_feature_bits = 24;
constexpr double feature_unit = 0x1p16;
constexpr double weight_unit = 0x1p24;
constexpr double linear_unit = feature_unit * weight_unit;
constexpr double tree_unit = 0x1p32;
constexpr double largest_score = 0x1p62;

std::uint64_t in_units(double value, double unit) {
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(std::nearbyint(value * unit)));
}

/// The place of a 32-bit float among all of them; equal numbers have equal places. Without a branch: rows are secret.
std::int64_t order_of(float value) {
    const auto bits = static_cast<std::int64_t>(std::bit_cast<std::uint32_t>(value));
    const std::int64_t negative = bits >> 31;
    const std::int64_t magnitude = bits & 0x7fffffff;
    return (magnitude ^ -negative) + negative;
}

/// The largest 32-bit float that is at most `value`.
float float_below(double value) {
    using Float = std::numeric_limits<float>;
    if (value < static_cast<double>(Float::lowest())) return -Float::infinity();
    const auto nearest = static_cast<float>(std::min(value, static_cast<double>(Float::max())));
    return static_cast<double>(nearest) > value ? std::nextafter(nearest, -Float::infinity()) : nearest;
}

/// Writes the subtree of `node` to place `place` of a whole tree of that depth; leaves above the lowest level are
/// repeated below them.
void fill(const TreeEnsemble::Tree& tree, std::size_t node, std::size_t place, IntegerModel& model, std::size_t first) {
    const std::size_t inner = (std::size_t{1} << model.shape.depth) - 1;
    const std::size_t outputs = model.shape.outputs;
    const bool leaf = tree.left[node] < 0;
    if (place >= inner) {
        for (std::size_t k = 0; k < outputs; ++k) {
            model.leaves[(first * (inner + 1) + place - inner) * outputs + k] =
                in_units(tree.value[node][k], tree_unit);
        }
        return;
    }
    if (!leaf) {
        model.features[first * inner + place] = static_cast<std::uint32_t>(tree.feature[node]);
        model.thresholds[first * inner + place] = order_of(float_below(tree.threshold[node]));
    }
    fill(tree, leaf ? node : static_cast<std::size_t>(tree.left[node]), 2 * place + 1, model, first);
    fill(tree, leaf ? node : static_cast<std::size_t>(tree.right[node]), 2 * place + 2, model, first);
}

/// The most that scores of an output can be away from 0.
double reach(const TreeEnsemble& ensemble, std::size_t output) {
    double sum = std::fabs(ensemble.bias[output]);
    for (const auto& tree : ensemble.trees) {
        double largest = 0;
        for (const auto& value : tree.value) largest = std::max(largest, std::fabs(value[output]));
        sum += largest;
    }
    return sum;
}

}  // namespace

IntegerModel integer_model(std::span<const std::vector<double>> weights) {
    const std::size_t columns = weights.empty() ? 0 : weights[0].size();
    if (columns < 2 || std::ranges::any_of(weights, [&](const auto& row) { return row.size() != columns; })) {
        fail(ErrorCode::invalid_argument,
             "linear model: {} outputs of {} weights; each takes a bias and a weight for "
             "each feature",
             weights.size(), columns);
    }
    IntegerModel model{.shape = {.features = columns - 1, .outputs = weights.size()}};
    const double largest_feature = std::ldexp(1.0, linear_feature_bits - 1);
    for (const auto& row : weights) {
        double bound = std::fabs(row[0]) * linear_unit;
        for (std::size_t j = 1; j < columns; ++j) bound += std::fabs(row[j]) * weight_unit * largest_feature;
        if (!(bound < largest_score)) {
            fail(ErrorCode::invalid_argument,
                 "linear model: scores of features up to 128 could reach {:.3g}, the limit is {:.3g}; scale features "
                 "or weights",
                 bound / linear_unit, largest_score / linear_unit);
        }
        model.bias.push_back(in_units(row[0], linear_unit));
    }
    for (std::size_t j = 1; j < columns; ++j) {
        for (const auto& row : weights) model.weights.push_back(in_units(row[j], weight_unit));
    }
    return model;
}

IntegerModel integer_model(const TreeEnsemble& ensemble) {
    IntegerModel model{.shape = offer_of(ensemble).shape};
    const std::size_t leaves = std::size_t{1} << model.shape.depth;
    for (std::size_t k = 0; k < model.shape.outputs; ++k) {
        const double bound = reach(ensemble, k);
        if (!(bound * tree_unit < largest_score)) {
            fail(ErrorCode::invalid_argument,
                 "tree ensemble: scores could reach {:.3g}, the limit is {:.3g}; scale the "
                 "leaves",
                 bound, largest_score / tree_unit);
        }
        model.bias.push_back(in_units(ensemble.bias[k], tree_unit));
    }
    model.features.resize(ensemble.trees.size() * (leaves - 1));
    model.thresholds.resize(model.features.size());
    model.leaves.resize(ensemble.trees.size() * leaves * model.shape.outputs);
    for (std::size_t t = 0; t < ensemble.trees.size(); ++t) fill(ensemble.trees[t], 0, 0, model, t);
    return model;
}

std::size_t feature_bits(const ModelShape& shape) noexcept {
    return shape.kind == ModelKind::linear ? linear_feature_bits : 33;
}

std::vector<std::int64_t> encode_rows(const ModelShape& shape, std::span<const double> rows) {
    const bool linear = shape.kind == ModelKind::linear;
    const double limit = linear ? 128 - 1 / feature_unit : static_cast<double>(std::numeric_limits<float>::max());
    std::vector<std::int64_t> encoded;
    encoded.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (!(std::fabs(rows[i]) <= limit)) {
            fail(ErrorCode::invalid_argument, "row {}, feature {}: {} is beyond +-{:.6g}; mend or drop the row",
                 i / shape.features + 1, i % shape.features + 1, rows[i], limit);
        }
        encoded.push_back(linear ? static_cast<std::int64_t>(std::nearbyint(rows[i] * feature_unit))
                                 : order_of(static_cast<float>(rows[i])));
    }
    return encoded;
}

std::vector<std::int64_t> scores(const IntegerModel& model, std::span<const std::int64_t> row) {
    std::vector<std::uint64_t> sums = model.bias;
    const std::size_t outputs = model.shape.outputs;
    if (model.shape.kind == ModelKind::linear) {
        for (std::size_t i = 0; i < model.weights.size(); ++i) {
            sums[i % outputs] += model.weights[i] * static_cast<std::uint64_t>(row[i / outputs]);
        }
    }
    const std::size_t inner = (std::size_t{1} << model.shape.depth) - 1;
    for (std::size_t t = 0; t < model.shape.trees; ++t) {
        std::size_t place = 0;
        while (place < inner) {
            const std::size_t node = t * inner + place;
            place = 2 * place + (row[model.features[node]] > model.thresholds[node] ? 2 : 1);
        }
        for (std::size_t k = 0; k < outputs; ++k)
            sums[k] += model.leaves[(t * (inner + 1) + place - inner) * outputs + k];
    }
    return {sums.begin(), sums.end()};
}

std::size_t class_of(std::span<const std::int64_t> scores) {
    if (scores.size() == 1) return scores[0] > 0 ? 1 : 0;
    return static_cast<std::size_t>(std::ranges::max_element(scores) - scores.begin());
}

double score_value(const ModelShape& shape, std::int64_t score) noexcept {
    return static_cast<double>(score) / (shape.kind == ModelKind::linear ? linear_unit : tree_unit);
}

}  // namespace tacit::mpc
