#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace tacit::learn {

/// s(u) = c_0 + c_1 u + c_3 u^3 + c_5 u^5 + ..., an approximation of 1/(1+e^u) = sigmoid(-u), the slope of the logistic
/// loss. The default is the least-squares cubic on [-8, 8]; largest error there 0.114, turning points at |u| = 5.6.
struct SigmoidPolynomial {
    std::vector<double> coefficients;  ///< of 1, u, u^2, ...; even ones but c_0 are 0

    SigmoidPolynomial() noexcept;
    explicit SigmoidPolynomial(std::vector<double> c) noexcept : coefficients(std::move(c)) {}
    [[nodiscard]] double operator()(double u) const noexcept;
    [[nodiscard]] std::size_t degree() const noexcept { return coefficients.size() - 1; }
    /// The least-squares polynomial of an odd degree on [-range, range]; throws invalid_argument unless range is in
    /// [1, 64] and the degree odd and in [3, 15] (of degree 1, training would be linear, and its owner's alone). The
    /// wider, the flatter near 0; beyond the range it turns, and training may diverge. A degree costs ceil(log2(degree
    /// + 1)) levels a step.
    [[nodiscard]] static SigmoidPolynomial fit(double range, int degree = 3);
};

/// What is learnt from a row x = (1, features).
enum class Model : std::uint8_t {
    logistic,     ///< which of two classes it is of
    linear,       ///< a number, by least squares; with TrainingRecipe::ridge ridge regression
    multinomial,  ///< which of several classes it is of: a logistic regression of each class against the rest
};

/// "logistic", "linear", "multinomial"
[[nodiscard]] const char* to_string(Model model) noexcept;

/// How one step of training follows from the gradient.
enum class Algorithm : std::uint8_t {
    gradient_descent,  ///< w' = w + alpha g
    nesterov,          ///< accelerated gradient [Nes83] in the form of [HHCP19]
    /// w' = w + alpha D g, D_jj = 1 / (sum_k |H_jk|), H = Z^T Z / (4 rows) over the training rows: a diagonal that
    /// bounds the Hessian wherever w is, the simplified fixed Hessian of [BV18]. The owner of the rows knows D and
    /// divides the columns by its roots before encrypting (fit_standardiser), so that the circuit is that of gradient
    /// descent.
    fixed_hessian,
    /// The same with Nesterov's momentum and alpha_t = alpha (1 + 0.9^t) [Chi22].
    quadratic_gradient,
};

/// "gradient-descent", "nesterov", "fixed-hessian", "quadratic-gradient"
[[nodiscard]] const char* to_string(Algorithm algorithm) noexcept;
/// On standardised data, for classes: 8 for the first two, 1 for those that divide by a bound of the Hessian. For
/// numbers 1 and 1/4: the loss of a linear regression is up to 4 times as curved.
[[nodiscard]] double default_learning_rate(Algorithm algorithm, Model model = Model::logistic) noexcept;
/// Whether the owner scales columns by the fixed Hessian.
[[nodiscard]] bool uses_fixed_hessian(Algorithm algorithm) noexcept;
/// Whether the loop carries v beside w, which differs from it.
[[nodiscard]] bool uses_momentum(Algorithm algorithm) noexcept;

/// Where training begins.
enum class Start : std::uint8_t {
    zero,
    /// A model that the owner of the rows knows, encrypted as an input; it costs no level, because the owner multiplies
    /// it with the rows before encrypting.
    own_model,
    /// A model that the owner of the rows does not know, encrypted under the same key.
    foreign_model,
};

/// "zero", "own-model", "foreign-model"
[[nodiscard]] const char* to_string(Start start) noexcept;

/// Consecutive steps of a training, first .. first + steps - 1: what one circuit takes. Between two segments the state,
/// w and with momentum v, gets new levels.
struct Segment {
    int first = 0;
    int steps = 0;
    friend bool operator==(const Segment&, const Segment&) = default;
};

/// Everything that the encrypted trainer and its clear twin must agree on: k minibatches of m signed rows
/// z = y (1, x), y = +-1, gone through `passes` times, and for step t, from w = v = the start:
///     w' = (1 - alpha_t ridge) v + step(t) Z^T s(Z v),    v' = (1 - eta_t) w' + eta_t w,    eta = momentum();
/// that is, ascent on the mean log-likelihood minus ridge/2 |w|^2 (the bias and scaled weights included, as the rows
/// are standardised). Training on the full batch is one minibatch and several passes.
///
/// Of linear regression, Z^T s(Z v) is X^T (y - X v) with unsigned rows X and targets y; the multinomial model goes
/// through the loop once for each class, y = 1 in its rows and -1 in all others.
struct TrainingRecipe {
    Model model = Model::logistic;
    int classes = 2;           ///< of the multinomial model, in [2, 256]; 2 otherwise
    int owners = 1;            ///< of the rows: minibatch t belongs to owner t mod owners, who encrypts it
    int minibatches = 6;       ///< k >= 1
    int passes = 1;            ///< >= 1; there are minibatches * passes steps
    int minibatch_size = 128;  ///< m >= 1 rows; the circuits need a power of two
    int zero_rows = 0;         ///< so many of them hold nothing, in [0, m)
    Algorithm algorithm = Algorithm::nesterov;
    Start start = Start::zero;
    double ridge = 0;    ///< >= 0
    int features = 256;  ///< row length, bias column and zero padding included; a power of two
    /// alpha > 0, the same for every minibatch. For standardised data (preprocess.hpp). 8 comes from 5-fold
    /// cross-validation on training rows of MNIST 3/8 and four pairs of Fashion-MNIST at k = 6, m = 128: accuracy
    /// changes by less than 0.01 from 7 to 9; training on some pairs diverges from 10 on.
    double learning_rate = 8.0;
    SigmoidPolynomial sigmoid{};
    /// How many first terms of the published sequence (lambda_0 = 0.01: 0.9899, -0.0001, -0.2818, ...) are left
    /// out, >= 0. The default starts at -0.0001; 0 is the published start, which all but wastes one minibatch.
    int momentum_offset = 1;

    [[nodiscard]] int steps() const noexcept { return minibatches * passes; }
    /// How many vectors of weights there are.
    [[nodiscard]] int outputs() const noexcept { return model == Model::multinomial ? classes : 1; }
    [[nodiscard]] Segment all_steps() const noexcept { return {0, steps()}; }

    /// One for each step: 0 without momentum, otherwise eta_0, eta_1, ...: eta_t = (1 - l_t) / l_{t+1} with l_{t+1} =
    /// (1 + sqrt(1 + 4 l_t^2)) / 2.
    [[nodiscard]] std::vector<double> momentum() const;

    /// alpha_t: learning_rate, times 1 + 0.9^t for the quadratic gradient.
    [[nodiscard]] double rate(int t) const noexcept;
    /// rate(t) / (minibatch_size - zero_rows), the factor of Z^T s(Z v).
    [[nodiscard]] double step(int t) const noexcept { return rate(t) / (minibatch_size - zero_rows); }

    /// Throws invalid_argument naming the first field out of its range.
    void validate() const;
};

/// All steps in segments of `steps`, of which the last may take fewer. Throws invalid_argument for fewer than one.
[[nodiscard]] std::vector<Segment> split_into_segments(const TrainingRecipe& recipe, int steps);

}  // namespace tacit::learn
