#include "tacit/logreg/recipe.hpp"

#include <bit>
#include <cmath>

#include "base/fail.hpp"

namespace tacit::logreg {

namespace {

constexpr double published_lambda = 0.01;

void require(bool holds, const char* field, double value, const char* range) {
    if (!holds) {
        fail(ErrorCode::invalid_argument, "training recipe: {} is {}; it must be {}", field, value, range);
    }
}

}  // namespace

std::vector<double> TrainingRecipe::momentum() const {
    std::vector<double> etas;
    double lambda = published_lambda;
    for (int t = 0; t < momentum_offset + minibatches; ++t) {
        const double next = (1.0 + std::sqrt(1.0 + 4.0 * lambda * lambda)) / 2.0;
        if (t >= momentum_offset) {
            etas.push_back((1.0 - lambda) / next);
        }
        lambda = next;
    }
    return etas;
}

void TrainingRecipe::validate() const {
    require(minibatches >= 1 && minibatches <= 1 << 20, "minibatches", minibatches, "in [1, 2^20]");
    require(minibatch_size >= 1 && minibatch_size <= 1 << 20, "minibatch_size", minibatch_size, "in [1, 2^20]");
    require(features >= 1 && features <= 1 << 20 && std::has_single_bit(static_cast<unsigned>(features)), "features",
            features, "a power of two in [1, 2^20]");
    require(std::isfinite(learning_rate) && learning_rate > 0.0, "learning_rate", learning_rate, "positive and finite");
    require(std::isfinite(sigmoid.q0), "sigmoid.q0", sigmoid.q0, "finite");
    require(std::isfinite(sigmoid.q1), "sigmoid.q1", sigmoid.q1, "finite");
    require(std::isfinite(sigmoid.q3), "sigmoid.q3", sigmoid.q3, "finite");
    require(momentum_offset >= 0 && momentum_offset <= 1 << 20, "momentum_offset", momentum_offset, "in [0, 2^20]");
}

}  // namespace tacit::logreg
