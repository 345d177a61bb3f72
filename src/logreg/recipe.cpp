#include "tacit/logreg/recipe.hpp"

#include <bit>
#include <cmath>

#include "base/fail.hpp"
#include "tacit/polynomial/fit.hpp"

namespace tacit::logreg {

namespace {

constexpr double published_lambda = 0.01;

void require(bool holds, const char* field, double value, const char* range) {
    if (!holds) {
        fail(ErrorCode::invalid_argument, "training recipe: {} is {}; it must be {}", field, value, range);
    }
}

}  // namespace

const char* to_string(Algorithm algorithm) noexcept {
    switch (algorithm) {
        case Algorithm::gradient_descent: return "gradient-descent";
        case Algorithm::nesterov: return "nesterov";
        case Algorithm::fixed_hessian: return "fixed-hessian";
        case Algorithm::quadratic_gradient: return "quadratic-gradient";
    }
    return "unknown";
}

const char* to_string(Start start) noexcept {
    switch (start) {
        case Start::zero: return "zero";
        case Start::own_model: return "own-model";
        case Start::foreign_model: return "foreign-model";
    }
    return "unknown";
}

bool uses_fixed_hessian(Algorithm algorithm) noexcept {
    return algorithm == Algorithm::fixed_hessian || algorithm == Algorithm::quadratic_gradient;
}

double default_learning_rate(Algorithm algorithm) noexcept {
    return uses_fixed_hessian(algorithm) ? 1 : TrainingRecipe{}.learning_rate;
}

SigmoidPolynomial SigmoidPolynomial::fit(double range) {
    if (!(range >= 1 && range <= 64)) {
        fail(ErrorCode::invalid_argument, "sigmoid: the range is {}; it must be in [1, 64]", range);
    }
    const auto slope = [](double u) { return 1 / (1 + std::exp(u)); };
    const auto cubic = polynomial::least_squares(slope, 3, {-range, range}).polynomial.in_power_basis();
    return {cubic.coefficients()[0], cubic.coefficients()[1], cubic.coefficients()[3]};
}

std::vector<double> TrainingRecipe::momentum() const {
    std::vector<double> etas;
    if (algorithm == Algorithm::gradient_descent || algorithm == Algorithm::fixed_hessian) {
        etas.resize(static_cast<std::size_t>(steps()), 0.0);
        return etas;
    }
    double lambda = published_lambda;
    for (int t = 0; t < momentum_offset + steps(); ++t) {
        const double next = (1.0 + std::sqrt(1.0 + 4.0 * lambda * lambda)) / 2.0;
        if (t >= momentum_offset) {
            etas.push_back((1.0 - lambda) / next);
        }
        lambda = next;
    }
    return etas;
}

double TrainingRecipe::rate(int t) const noexcept {
    return algorithm == Algorithm::quadratic_gradient ? learning_rate * (1 + std::pow(0.9, t)) : learning_rate;
}

void TrainingRecipe::validate() const {
    require(minibatches >= 1 && minibatches <= 1 << 20, "minibatches", minibatches, "in [1, 2^20]");
    require(passes >= 1 && passes <= 1 << 10, "passes", passes, "in [1, 2^10]");
    require(minibatch_size >= 1 && minibatch_size <= 1 << 20, "minibatch_size", minibatch_size, "in [1, 2^20]");
    require(zero_rows >= 0 && zero_rows < minibatch_size, "zero_rows", zero_rows, "in [0, minibatch_size)");
    require(features >= 1 && features <= 1 << 20 && std::has_single_bit(static_cast<unsigned>(features)), "features",
            features, "a power of two in [1, 2^20]");
    require(std::isfinite(learning_rate) && learning_rate > 0.0, "learning_rate", learning_rate, "positive and finite");
    require(std::isfinite(ridge) && ridge >= 0.0, "ridge", ridge, "0 or positive, and finite");
    require(std::isfinite(sigmoid.q0), "sigmoid.q0", sigmoid.q0, "finite");
    require(std::isfinite(sigmoid.q1), "sigmoid.q1", sigmoid.q1, "finite");
    require(std::isfinite(sigmoid.q3), "sigmoid.q3", sigmoid.q3, "finite");
    require(momentum_offset >= 0 && momentum_offset <= 1 << 20, "momentum_offset", momentum_offset, "in [0, 2^20]");
}

}  // namespace tacit::logreg
