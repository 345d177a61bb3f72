// Minibatch Nesterov training as published [HHCP19]: 5 levels a minibatch.
#include "learn/baseline_circuit.hpp"

#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "tacit/circuit/builder.hpp"
#include "tacit/circuit/expr.hpp"
#include "tensor/grid_sums.hpp"

namespace tacit::learn {

namespace {

using circuit::Expr;
using tensor::first_column;
using tensor::rotate_sum;

/// The sigmoid's cubic q0 + q1 x + q3 x^3 on the scaled argument x' = sqrt(q3) x: s(x) = q0 + x'(x'^2 + q1) / sqrt(q3).
/// The scaling keeps the small coefficient q3 off the ciphertexts and costs no level.
struct ScaledCubic {
    explicit ScaledCubic(const SigmoidPolynomial& s)
        : root(std::sqrt(s.coefficients[3])), q0(s.coefficients[0]), q1(s.coefficients[1]) {}
    double root;  ///< sqrt(q3)
    double q0;
    double q1;
};

/// Minibatches lie row-major in a grid as wide as a sample, over as many tiles as they take; v and w are repeated in
/// every grid row.
class Baseline {
public:
    Baseline(const TrainingRecipe& recipe, std::size_t slots)
        : recipe_(recipe),
          cubic_(recipe.sigmoid),
          width_(static_cast<std::size_t>(recipe.features)),
          rows_(std::min(static_cast<std::size_t>(recipe.minibatch_size), slots / width_)),
          tiles_(static_cast<std::size_t>(recipe.minibatch_size) / rows_) {}

    tensor::Lowered write() && {
        const std::vector<double> momentum = recipe_.momentum();
        for (int t = 0; t < recipe_.minibatches; ++t) {
            const Expr gradient = ascent(t);
            const Expr next_w = v_ ? *v_ + gradient : gradient;
            const double eta = momentum[static_cast<std::size_t>(t)];
            v_ = w_ ? (1 - eta) * next_w + eta * *w_ : (1 - eta) * next_w;
            w_ = next_w;
        }
        builder_.output(*w_, "weights");
        return {{rows_, width_},
                tensor::Summation::masked,
                tensor::Association::as_written,
                std::move(builder_).finish(),
                std::move(inputs_),
                {{0, 0, false, 0, width_, 0, 1}}};
    }

private:
    /// step(t) Z^T s(Z v), repeated in every grid row.
    Expr ascent(int t) {
        std::optional<Expr> sum;
        for (std::size_t tile = 0; tile < tiles_; ++tile) {
            const Expr z = input(t, tile);
            const Expr term = v_ ? weighted_samples(z, recipe_.step(t)) : z * (recipe_.step(t) * cubic_.q0);
            sum = sum ? *sum + term : term;
        }
        return rotate_sum(*sum, static_cast<std::ptrdiff_t>(width_), rows_);
    }

    /// The samples of one tile.
    Expr input(int t, std::size_t tile) {
        using Part = tensor::InputBlock::Part;
        const tensor::Chain samples{{static_cast<std::uint32_t>(t), false}};
        inputs_.push_back({{Part::Kind::matrix, {{1, samples}}, tile * rows_, 0}, {}, width_, 0});
        return builder_.expr(builder_.input("in" + std::to_string(inputs_.size() - 1)));
    }

    /// step s(z v) z for every sample z of a tile: 4 levels after v.
    [[nodiscard]] Expr weighted_samples(const Expr& z, double step) const {
        const Expr in_column_0 = rotate_sum(z * *v_, 1, width_) * first_column(width_, cubic_.root);
        const Expr x = rotate_sum(in_column_0, -1, width_);
        return ((z * (step / cubic_.root)) * x) * (x * x + cubic_.q1) + z * (step * cubic_.q0);
    }

    TrainingRecipe recipe_;
    ScaledCubic cubic_;
    std::size_t width_;
    std::size_t rows_;
    std::size_t tiles_;
    circuit::Builder builder_;
    std::vector<tensor::InputBlock> inputs_;
    std::optional<Expr> v_;
    std::optional<Expr> w_;
};

}  // namespace

tensor::Lowered write_baseline(const TrainingRecipe& recipe, std::size_t slots) {
    return Baseline(recipe, slots).write();
}

}  // namespace tacit::learn
