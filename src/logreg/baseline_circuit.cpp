// Minibatch Nesterov training as published [HHCP19]: 5 levels a minibatch.
#include <optional>

#include "logreg/circuit_writer.hpp"
#include "logreg/training_methods.hpp"

namespace tacit::logreg {

namespace {

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

    TrainingCircuit write(std::size_t slots) && {
        const std::vector<double> momentum = recipe_.momentum();
        for (int t = 0; t < recipe_.minibatches; ++t) {
            const Expr gradient = ascent(t);
            const Expr next_w = v_ ? *v_ + gradient : gradient;
            const double eta = momentum[static_cast<std::size_t>(t)];
            v_ = w_ ? (1 - eta) * next_w + eta * *w_ : (1 - eta) * next_w;
            w_ = next_w;
        }
        writer_.place({writer_.output(*w_), false, 0, width_, 0, 1});
        return std::move(writer_).finish(Method::baseline, recipe_, slots);
    }

private:
    /// gamma Z^T s(Z v), repeated in every grid row.
    Expr ascent(int t) {
        std::optional<Expr> sum;
        for (std::size_t tile = 0; tile < tiles_; ++tile) {
            const MatrixBlock::Part samples{MatrixBlock::Kind::samples, t, 0, 1, tile * rows_, 0};
            const Expr z = writer_.input({samples, {}, rows_, width_, width_, 0});
            const Expr term = v_ ? weighted_samples(z) : z * (recipe_.step() * cubic_.q0);
            sum = sum ? *sum + term : term;
        }
        return rotate_sum(*sum, static_cast<std::ptrdiff_t>(width_), rows_);
    }

    /// gamma s(z v) z for every sample z of a tile: 4 levels after v.
    [[nodiscard]] Expr weighted_samples(const Expr& z) const {
        const Expr in_column_0 = rotate_sum(z * *v_, 1, width_) * first_column(width_, cubic_.root);
        const Expr x = rotate_sum(in_column_0, -1, width_);
        return ((z * (recipe_.step() / cubic_.root)) * x) * (x * x + cubic_.q1) + z * (recipe_.step() * cubic_.q0);
    }

    TrainingRecipe recipe_;
    ScaledCubic cubic_;
    std::size_t width_;
    std::size_t rows_;
    std::size_t tiles_;
    CircuitWriter writer_;
    std::optional<Expr> v_;
    std::optional<Expr> w_;
};

}  // namespace

TrainingCircuit write_baseline(const TrainingRecipe& recipe, std::size_t slots) {
    return Baseline(recipe, slots).write(slots);
}

}  // namespace tacit::logreg
