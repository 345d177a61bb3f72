#include "tacit/learn/scoring.hpp"

#include <algorithm>
#include <string>

#include "base/fail.hpp"
#include "tacit/circuit/builder.hpp"
#include "tacit/circuit/expr.hpp"

namespace tacit::learn {

namespace {

void require_features(std::size_t weights) {
    if (weights < 2) fail(ErrorCode::invalid_argument, "scoring: the model has no feature; give a bias and a weight");
}

std::vector<circuit::Expr> inputs(circuit::Builder& builder, const char* name, std::size_t count) {
    std::vector<circuit::Expr> values;
    for (std::size_t j = 0; j < count; ++j) {
        values.push_back(builder.expr(builder.input(std::string(name).append(" ").append(std::to_string(j)))));
    }
    return values;
}

}  // namespace

circuit::Circuit scoring_circuit(std::span<const std::vector<double>> weights) {
    if (weights.empty()) fail(ErrorCode::invalid_argument, "scoring: the model has no output; give weights for one");
    const std::size_t count = weights.front().size();
    require_features(count);
    circuit::Builder builder;
    const auto x = inputs(builder, "feature", count);
    for (std::size_t c = 0; c < weights.size(); ++c) {
        if (weights[c].size() != count) {
            fail(ErrorCode::invalid_argument, "scoring: {} weights of output {} and {} of output 0; give all of them",
                 weights[c].size(), c, count);
        }
        circuit::Expr score = x.front() * weights[c].front();
        for (std::size_t j = 1; j < count; ++j) score = score + x[j] * weights[c][j];
        builder.output(score, fmt::format("score {}", c));
    }
    return std::move(builder).finish();
}

circuit::Circuit encrypted_scoring_circuit(std::size_t features, std::size_t outputs) {
    require_features(features + 1);
    circuit::Builder builder;
    const auto x = inputs(builder, "feature", features + 1);
    const auto w = inputs(builder, "weight", outputs * (features + 1));
    for (std::size_t c = 0; c < outputs; ++c) {
        const auto own = std::span(w).subspan(c * x.size(), x.size());
        circuit::Expr score = x.front() * own.front();
        for (std::size_t j = 1; j < x.size(); ++j) score = score + x[j] * own[j];
        builder.output(score, fmt::format("score {}", c));
    }
    return std::move(builder).finish();
}

std::vector<std::complex<double>> feature_slots(const Dataset& data, std::size_t j, std::size_t first,
                                                std::size_t slots) {
    std::vector<std::complex<double>> values(slots);
    const auto value = [&](std::size_t row) { return j == 0 ? 1.0 : data.row(row)[j - 1]; };
    const std::size_t end = std::min(data.rows(), first + 2 * slots);
    for (std::size_t row = first; row < end; ++row) {
        std::complex<double>& slot = values[(row - first) % slots];
        row - first < slots ? slot.real(value(row)) : slot.imag(value(row));
    }
    return values;
}

std::vector<double> scores_of_slots(std::span<const std::complex<double>> slots, std::size_t rows) {
    std::vector<double> scores;
    for (std::size_t row = 0; row < rows; ++row) {
        scores.push_back(row < slots.size() ? slots[row].real() : slots[row - slots.size()].imag());
    }
    return scores;
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
