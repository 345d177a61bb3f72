#include "tacit/learn/recipe.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/fail.hpp"
#include "tacit/polynomial/fit.hpp"

namespace tacit::learn {

namespace {

constexpr double published_lambda = 0.01;
constexpr int largest_degree = 15;  // of the sigmoid; power-basis coefficients keep ten digits

void require(bool holds, const char* field, double value, const char* range) {
    if (!holds) {
        fail(ErrorCode::invalid_argument, "training recipe: {} is {}; it must be {}", field, value, range);
    }
}

}  // namespace

const char* to_string(Model model) noexcept {
    switch (model) {
        case Model::logistic: return "logistic";
        case Model::linear: return "linear";
        case Model::multinomial: return "multinomial";
    }
    return "unknown";
}

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

bool uses_momentum(Algorithm algorithm) noexcept {
    return algorithm == Algorithm::nesterov || algorithm == Algorithm::quadratic_gradient;
}

double default_learning_rate(Algorithm algorithm, Model model) noexcept {
    if (model == Model::linear) return uses_fixed_hessian(algorithm) ? 0.25 : 1;
    return uses_fixed_hessian(algorithm) ? 1 : TrainingRecipe{}.learning_rate;
}

SigmoidPolynomial::SigmoidPolynomial() noexcept : coefficients{0.5, -0.15012, 0, 0.001593} {}

double SigmoidPolynomial::operator()(double u) const noexcept {
    double value = 0;
    for (std::size_t i = coefficients.size(); i-- > 0;) value = value * u + coefficients[i];
    return value;
}

SigmoidPolynomial SigmoidPolynomial::fit(double range, int degree) {
    if (!(range >= 1 && range <= 64)) {
        fail(ErrorCode::invalid_argument, "sigmoid: the range is {}; it must be in [1, 64]", range);
    }
    if (degree < 3 || degree > largest_degree || degree % 2 == 0) {
        fail(ErrorCode::invalid_argument, "sigmoid: the degree is {}; it must be odd and in [3, {}]", degree,
             largest_degree);
    }
    const auto slope = [](double u) { return 1 / (1 + std::exp(u)); };
    const auto fitted = polynomial::least_squares(slope, degree, {-range, range}).polynomial.in_power_basis();
    return SigmoidPolynomial({fitted.coefficients().begin(), fitted.coefficients().end()});
}

std::vector<double> TrainingRecipe::momentum() const {
    std::vector<double> etas;
    if (!uses_momentum(algorithm)) {
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
    const bool several = model == Model::multinomial;
    require(several ? classes >= 2 && classes <= 256 : classes == 2, "classes", classes,
            several ? "in [2, 256]" : "2 unless the model is multinomial");
    require(minibatches >= 1 && minibatches <= 1 << 20, "minibatches", minibatches, "in [1, 2^20]");
    require(owners >= 1 && owners <= minibatches, "owners", owners, "in [1, minibatches]");
    require(owners == 1 || start != Start::own_model, "owners", owners, "1 for a start that one of them knows");
    require(passes >= 1 && passes <= 1 << 10, "passes", passes, "in [1, 2^10]");
    require(minibatch_size >= 1 && minibatch_size <= 1 << 20, "minibatch_size", minibatch_size, "in [1, 2^20]");
    require(zero_rows >= 0 && zero_rows < minibatch_size, "zero_rows", zero_rows, "in [0, minibatch_size)");
    require(features >= 1 && features <= 1 << 20 && std::has_single_bit(static_cast<unsigned>(features)), "features",
            features, "a power of two in [1, 2^20]");
    require(std::isfinite(learning_rate) && learning_rate > 0.0, "learning_rate", learning_rate, "positive and finite");
    require(std::isfinite(ridge) && ridge >= 0.0, "ridge", ridge, "0 or positive, and finite");
    const auto count = static_cast<double>(sigmoid.coefficients.size());
    require(count >= 4 && count <= largest_degree + 1, "the number of sigmoid.coefficients", count, "in [4, 16]");
    for (std::size_t i = 0; i < sigmoid.coefficients.size(); ++i) {
        const double c = sigmoid.coefficients[i];
        require(std::isfinite(c), "a coefficient of the sigmoid", c, "finite");
        require(i == 0 || i % 2 == 1 || c == 0, "an even coefficient of the sigmoid", c, "0");
    }
    require(momentum_offset >= 0 && momentum_offset <= 1 << 20, "momentum_offset", momentum_offset, "in [0, 2^20]");
}

std::vector<Segment> split_into_segments(const TrainingRecipe& recipe, int steps) {
    if (steps < 1) fail(ErrorCode::invalid_argument, "segments of {} steps; each takes at least one", steps);
    std::vector<Segment> segments;
    for (int first = 0; first < recipe.steps(); first += segments.back().steps) {
        segments.push_back({first, std::min(steps, recipe.steps() - first)});
    }
    return segments;
}

}  // namespace tacit::learn
