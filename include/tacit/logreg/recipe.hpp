#pragma once

#include <vector>

namespace tacit::logreg {

/// s(u) = q0 + q1 u + q3 u^3, an approximation of 1/(1+e^u) = sigmoid(-u), the slope of the logistic loss.
/// The default is the least-squares cubic on [-8, 8]; largest error there 0.114, turning points at |u| = 5.6.
struct SigmoidPolynomial {
    double q0 = 0.5;
    double q1 = -0.15012;
    double q3 = 0.001593;

    [[nodiscard]] double operator()(double u) const noexcept { return q0 + u * (q1 + q3 * u * u); }
};

/// Everything that the encrypted trainer and its clear twin must agree on: k minibatches of m signed rows
/// z = y (1, x), y = +-1, and Nesterov's accelerated gradient [Nes83], in the form of [HHCP19], from w = v = 0:
///     w' = v + (learning_rate / m) Z^T s(Z v),    v' = (1 - eta_t) w' + eta_t w,    eta = momentum().
struct TrainingRecipe {
    int minibatches = 6;       ///< k >= 1
    int minibatch_size = 128;  ///< m >= 1 rows; the circuits need a power of two
    int features = 256;        ///< row length, bias column and zero padding included; a power of two
    /// alpha > 0, the same for every minibatch. For standardised data (preprocess.hpp). 8 comes from 5-fold
    /// cross-validation on training rows of MNIST 3/8 and four pairs of Fashion-MNIST at k = 6, m = 128: accuracy
    /// changes by less than 0.01 from 7 to 9; training on some pairs diverges from 10 on.
    double learning_rate = 8.0;
    SigmoidPolynomial sigmoid{};
    /// How many first terms of the published sequence (lambda_0 = 0.01: 0.9899, -0.0001, -0.2818, ...) are left
    /// out, >= 0. The default starts at -0.0001; 0 is the published start, which all but wastes one minibatch.
    int momentum_offset = 1;

    /// eta_0 .. eta_{k-1}: eta_t = (1 - l_t) / l_{t+1} with l_{t+1} = (1 + sqrt(1 + 4 l_t^2)) / 2.
    [[nodiscard]] std::vector<double> momentum() const;

    /// learning_rate / minibatch_size, the factor of Z^T s(Z v).
    [[nodiscard]] double step() const noexcept { return learning_rate / minibatch_size; }

    /// Throws invalid_argument naming the first field out of its range.
    void validate() const;
};

}  // namespace tacit::logreg
