#pragma once

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "tacit/tensor/program.hpp"

/// Programs as their users would write them, and random inputs for them.
namespace tacit::tensor::test {

inline constexpr Owner data_owner{0};
inline constexpr Owner model_owner{1};

/// Nesterov's loop for k minibatches of logistic regression with a cubic in place of the sigmoid.
inline Program nesterov(int k, std::size_t samples, std::size_t features, bool from_zero) {
    Tracer in;
    std::vector<Matrix> z;
    for (int t = 0; t < k; ++t)
        z.push_back(in.matrix(std::string("Z").append(std::to_string(t)), samples, features, data_owner));
    Vector w = from_zero ? in.zeros(features) : in.vector("w", features, model_owner);
    Vector v = w;
    double lambda = 0.01;
    for (int t = 0; t < k; ++t) {
        const double next_lambda = (1 + std::sqrt(1 + 4 * lambda * lambda)) / 2;
        const double eta = (1 - lambda) / next_lambda;
        lambda = next_lambda;
        const auto batch = static_cast<std::size_t>(t);
        const Vector slope = polynomial({0.5, -0.15012, 0, 0.001593}, z[batch] * v);
        const Vector next = v + 1.5 / static_cast<double>(samples) * (transpose(z[batch]) * slope);
        v = (1 - eta) * next + eta * w;
        w = next;
    }
    in.output(w);
    return std::move(in).finish();
}

/// Ridge regression by gradient descent: w <- w - rate (X^T (X w - y) + ridge w), the response with another owner.
inline Program ridge(int k, std::size_t samples, std::size_t features) {
    Tracer in;
    const Matrix x = in.matrix("X", samples, features, data_owner);
    const Vector y = in.vector("y", samples, model_owner);
    Vector w = in.zeros(features);
    for (int t = 0; t < k; ++t) w = w - 0.05 * (transpose(x) * (x * w - y) + 0.1 * w);
    in.output(w);
    return std::move(in).finish();
}

/// A^k v for an encrypted matrix of one owner and vector of another.
inline Program power_iteration(int k, std::size_t n) {
    Tracer in;
    const Matrix a = in.matrix("A", n, n, data_owner);
    Vector v = in.vector("v", n, model_owner);
    for (int t = 0; t < k; ++t) v = a * v;
    in.output(v);
    return std::move(in).finish();
}

/// W2 q(W1 x) for a quadratic or cubic q: a network of two layers.
inline Program network(std::size_t inputs, std::size_t hidden, std::size_t outputs, bool cubic) {
    Tracer in;
    const Matrix w1 = in.matrix("W1", hidden, inputs, model_owner);
    const Matrix w2 = in.matrix("W2", outputs, hidden, model_owner);
    const Vector x = in.vector("x", inputs, data_owner);
    std::vector<double> activation{0.1, 0.5, 0.2};
    if (cubic) activation.push_back(-0.03);
    in.output(w2 * polynomial(activation, w1 * x));
    return std::move(in).finish();
}

/// The same with public weights and biases.
inline Program public_network(std::size_t inputs, std::size_t hidden, std::size_t outputs, bool cubic) {
    const auto wave = [](std::size_t n) {
        std::vector<double> values(n);
        for (std::size_t i = 0; i < n; ++i) values[i] = std::sin(static_cast<double>(3 * i + n));
        return values;
    };
    Tracer in;
    const Matrix w1 = in.public_matrix("W1", {hidden, inputs, wave(hidden * inputs)});
    const Matrix w2 = in.public_matrix("W2", {outputs, hidden, wave(outputs * hidden)});
    const Vector x = in.vector("x", inputs, data_owner);
    std::vector<double> activation{0.1, 0.5, 0.2};
    if (cubic) activation.push_back(-0.03);
    const Vector layer = polynomial(activation, w1 * x + in.public_vector("b1", wave(hidden)));
    in.output(w2 * layer + in.public_vector("b2", wave(outputs)));
    return std::move(in).finish();
}

/// M p(N x) + p(N x) for matrices of one owner and a vector of another.
inline Program layer(const polynomial::Polynomial& p, std::size_t n) {
    Tracer in;
    const Matrix outer = in.matrix("M", n, n, model_owner);
    const Matrix inner = in.matrix("N", n, n, model_owner);
    const Vector y = polynomial(p, inner * in.vector("x", n, data_owner));
    in.output(outer * y);
    in.output(0.5 * y);
    return std::move(in).finish();
}

inline ClearInputs random_inputs(const Program& program, unsigned seed) {
    std::mt19937_64 generator(seed);
    std::uniform_real_distribution<double> uniform(-0.5, 0.5);
    ClearInputs inputs;
    for (const MatrixInfo& m : program.matrices()) {
        if (m.known) continue;
        ClearMatrix values{m.rows, m.columns, std::vector<double>(m.rows * m.columns)};
        for (double& x : values.values) x = uniform(generator);
        inputs.matrices.push_back(std::move(values));
    }
    for (const VectorInfo& v : program.vectors()) {
        if (v.known) continue;
        std::vector<double> values(v.size);
        for (double& x : values) x = uniform(generator);
        inputs.vectors.push_back(std::move(values));
    }
    return inputs;
}

}  // namespace tacit::tensor::test
