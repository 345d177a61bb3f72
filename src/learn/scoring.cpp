#include "tacit/learn/scoring.hpp"

#include <algorithm>
#include <string>

#include "base/fail.hpp"
#include "tacit/circuit/builder.hpp"
#include "tacit/circuit/expr.hpp"

namespace tacit::learn {

namespace {

void require_features(std::size_t features) {
    if (features == 0) fail(ErrorCode::invalid_argument, "scoring: the model has no feature; give a bias and a weight");
}

std::vector<circuit::Expr> inputs(circuit::Builder& builder, const char* name, std::size_t count) {
    std::vector<circuit::Expr> values;
    for (std::size_t j = 0; j < count; ++j) {
        values.push_back(builder.expr(builder.input(std::string(name).append(" ").append(std::to_string(j)))));
    }
    return values;
}

}  // namespace

circuit::Circuit scoring_circuit(std::span<const double> weights) {
    require_features(weights.empty() ? 0 : weights.size() - 1);
    circuit::Builder builder;
    const auto features = inputs(builder, "feature", weights.size() - 1);
    circuit::Expr score = features.front() * weights[1];
    for (std::size_t j = 1; j < features.size(); ++j) score = score + features[j] * weights[j + 1];
    builder.output(score + weights.front(), "score");
    return std::move(builder).finish();
}

circuit::Circuit encrypted_scoring_circuit(std::size_t features) {
    require_features(features);
    circuit::Builder builder;
    const auto x = inputs(builder, "feature", features);
    const auto w = inputs(builder, "weight", features + 1);
    circuit::Expr score = x.front() * w[1];
    for (std::size_t j = 1; j < features; ++j) score = score + x[j] * w[j + 1];
    builder.output(score + w.front(), "score");
    return std::move(builder).finish();
}

std::vector<double> feature_column(const Dataset& data, std::size_t j, std::size_t first, std::size_t slots) {
    std::vector<double> column(slots, 0.0);
    const std::size_t count = std::min(slots, data.rows() - first);
    for (std::size_t i = 0; i < count; ++i) column[i] = data.row(first + i)[j];
    return column;
}

std::vector<double> weights_without_standardiser(std::span<const double> weights, const Standardiser& standardiser) {
    const std::size_t features = standardiser.means.size();
    if (weights.size() < features + 1) {
        fail(ErrorCode::invalid_argument, "scoring: {} weights for {} features and a bias; give all of them",
             weights.size(), features);
    }
    std::vector<double> result(weights.begin(), weights.begin() + static_cast<std::ptrdiff_t>(features) + 1);
    result.front() *= standardiser.bias;
    for (std::size_t j = 0; j < features; ++j) {
        result[j + 1] *= standardiser.factors[j];
        result.front() -= result[j + 1] * standardiser.means[j];
    }
    return result;
}

}  // namespace tacit::learn
