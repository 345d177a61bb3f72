#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tacit/base/expected.hpp"

/// Models that can be asked without being shown (predict.hpp): linear scores and sums of decision trees.
namespace tacit::mpc {

enum class ModelKind : std::uint8_t { linear, trees };

/// What both sides know of a model.
struct ModelShape {
    ModelKind kind = ModelKind::linear;
    std::size_t features = 0;
    std::size_t outputs = 0;  ///< 1 for two classes or a number, else one for each class
    std::size_t trees = 0;
    std::size_t depth = 0;  ///< of the deepest tree; all others are filled up to it
    friend bool operator==(const ModelShape&, const ModelShape&) = default;
};

/// Trees as their owner writes them down, JSON of the format "tacit tree ensemble": docs/predict.md. Arrays by node,
/// the root first, children behind their parents; a node with left -1 is a leaf.
struct TreeEnsemble {
    struct Tree {
        std::vector<std::size_t> feature{};
        std::vector<double> threshold{};  ///< a row goes left if its feature is at most this
        std::vector<std::int64_t> left{};
        std::vector<std::int64_t> right{};
        std::vector<std::vector<double>> value{};  ///< [nodes][outputs]; of leaves alone it matters
    };
    std::vector<std::string> features{};
    std::vector<std::string> classes{};  ///< none: the score is a number
    std::vector<double> bias{};          ///< [outputs], added to what the trees say
    std::vector<Tree> trees{};
};

/// malformed_input for another format or version, fields that are missing, unknown or of another type, arrays of
/// different lengths, children that are not behind their parents, numbers that are not finite; for more than 10,000
/// trees, 12 levels, or 2^23 values of leaves once all trees are filled up. From at most 256 MiB.
[[nodiscard]] Expected<TreeEnsemble> parse_tree_ensemble(std::string_view json);

/// What the owner of trees tells those who ask: JSON of the format "tacit tree offer".
struct TreeOffer {
    ModelShape shape{};
    std::vector<std::string> features{};
    std::vector<std::string> classes{};
    friend bool operator==(const TreeOffer&, const TreeOffer&) = default;
};
[[nodiscard]] TreeOffer offer_of(const TreeEnsemble& ensemble);
[[nodiscard]] std::string to_json(const TreeOffer& offer);
/// malformed_input, as above; from at most 16 MiB.
[[nodiscard]] Expected<TreeOffer> parse_tree_offer(std::string_view json);

/// A model in integers, as it is computed with; the server's secret. Scores are sums modulo 2^64 that do not wrap.
struct IntegerModel {
    ModelShape shape{};
    std::vector<std::uint64_t> weights{};    ///< linear: [features][outputs], units of 2^-24
    std::vector<std::uint32_t> features{};   ///< trees: [trees][2^depth - 1], by levels
    std::vector<std::int64_t> thresholds{};  ///< trees: the same, as encode_rows orders numbers
    std::vector<std::uint64_t> leaves{};     ///< trees: [trees][2^depth][outputs], units of 2^-32
    std::vector<std::uint64_t> bias{};       ///< [outputs], units of 2^-40 (linear), 2^-32 (trees)
};

/// Of weights [outputs][features + 1], bias first. Throws invalid_argument for no output, no feature or outputs of
/// different lengths, and for weights whose scores could pass 2^22: then scale features or weights.
[[nodiscard]] IntegerModel integer_model(std::span<const std::vector<double>> weights);
/// Of what parse_tree_ensemble takes. Throws invalid_argument for leaves whose sums could pass 2^30.
[[nodiscard]] IntegerModel integer_model(const TreeEnsemble& ensemble);

/// Bits of an encoded feature.
[[nodiscard]] std::size_t feature_bits(const ModelShape& shape) noexcept;
/// Row-major features as integers: of linear models multiples of 2^-16 below 128, rounded; for trees the numbers as
/// 32-bit floats in their order, exact. Throws invalid_argument, with row and feature counted from 1, for a number that
/// does not fit or is no number.
[[nodiscard]] std::vector<std::int64_t> encode_rows(const ModelShape& shape, std::span<const double> rows);

/// The scores of an encoded row in the clear, exactly as the protocol computes them. [outputs]
[[nodiscard]] std::vector<std::int64_t> scores(const IntegerModel& model, std::span<const std::int64_t> row);
/// Of one score 1 if it is positive, else 0; of several the first of the largest.
[[nodiscard]] std::size_t class_of(std::span<const std::int64_t> scores);
/// A score as a number.
[[nodiscard]] double score_value(const ModelShape& shape, std::int64_t score) noexcept;

}  // namespace tacit::mpc
