#include "tacit/logreg/training_circuit.hpp"

#include <bit>
#include <numeric>

#include "base/fail.hpp"
#include "logreg/training_methods.hpp"

namespace tacit::logreg {

const char* to_string(Method method) noexcept {
    switch (method) {
        case Method::baseline: return "baseline";
        case Method::low_depth: return "low-depth";
        case Method::mask_free: return "mask-free";
    }
    return "unknown";
}

namespace {

void check_power_of_two(const char* name, std::size_t value) {
    if (!std::has_single_bit(value)) {
        fail(ErrorCode::invalid_argument, "training circuit: {} is {}, not a power of two; choose {}", name, value,
             std::bit_ceil(value));
    }
}

}  // namespace

TrainingCircuit make_training_circuit(Method method, const TrainingRecipe& recipe, std::size_t slots) {
    recipe.validate();
    check_power_of_two("minibatch_size", static_cast<std::size_t>(recipe.minibatch_size));
    check_power_of_two("features", static_cast<std::size_t>(recipe.features));
    check_power_of_two("slots", slots);
    if (!(recipe.sigmoid.q3 > 0)) {
        fail(ErrorCode::invalid_argument,
             "training circuit: the cubic coefficient {} is not positive; fit the sigmoid 1/(1+e^u) on an "
             "interval around zero",
             recipe.sigmoid.q3);
    }
    const auto needed =
        static_cast<std::size_t>(method == Method::baseline ? recipe.features : 2 * recipe.minibatch_size);
    if (slots < needed) {
        fail(ErrorCode::invalid_argument,
             "training circuit: {} needs {} slots but a ciphertext has {}; use a larger ring", to_string(method),
             needed, slots);
    }
    return method == Method::baseline ? write_baseline(recipe, slots) : write_gram(method, recipe, slots);
}

namespace {

using Kind = MatrixBlock::Kind;

/// Z^T 1: the sum of the samples.
std::vector<double> sample_sum(const Minibatch& z) {
    std::vector<double> sum(z.width, 0.0);
    for (std::size_t r = 0; r < z.rows; ++r) {
        for (std::size_t c = 0; c < z.width; ++c) sum[c] += z.row(r)[c];
    }
    return sum;
}

double dot(std::span<const double> a, std::span<const double> b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// Reads the entries of one part of a block; what lies outside of the matrix is zero.
class PartReader {
public:
    PartReader(const MatrixBlock::Part& part, std::span<const Minibatch> minibatches) : part_(part) {
        if (part.kind == Kind::none || part.kind == Kind::identity) return;
        a_ = &minibatches[static_cast<std::size_t>(part.a)];
        if (part.kind == Kind::gram) b_ = &minibatches[static_cast<std::size_t>(part.b)];
        if (part.kind == Kind::samples_sums) vector_ = sample_sum(*a_);
        if (part.kind == Kind::gram_sums) {
            const std::vector<double> sum = sample_sum(minibatches[static_cast<std::size_t>(part.b)]);
            for (std::size_t r = 0; r < a_->rows; ++r) vector_.push_back(dot(a_->row(r), sum));
        }
    }
    /// Entry (row, column) of the block, times the factor.
    [[nodiscard]] double operator()(std::size_t row, std::size_t column) const {
        return part_.factor * entry(part_.row + row, part_.column + column);
    }

private:
    [[nodiscard]] double entry(std::size_t row, std::size_t column) const {
        switch (part_.kind) {
            case Kind::none: return 0;
            case Kind::identity: return row == column ? 1 : 0;
            case Kind::samples: return row < a_->rows && column < a_->width ? a_->row(row)[column] : 0;
            case Kind::samples_transposed: return column < a_->rows && row < a_->width ? a_->row(column)[row] : 0;
            case Kind::gram: return row < a_->rows && column < b_->rows ? dot(a_->row(row), b_->row(column)) : 0;
            case Kind::gram_sums:
            case Kind::samples_sums: {
                const std::size_t i = part_.across ? column : row;
                return i < vector_.size() ? vector_[i] : 0;
            }
        }
        return 0;
    }

    MatrixBlock::Part part_;
    const Minibatch* a_ = nullptr;
    const Minibatch* b_ = nullptr;
    std::vector<double> vector_;
};

}  // namespace

ComplexSlots training_input(const MatrixBlock& block, std::span<const Minibatch> minibatches) {
    ComplexSlots grid(block.rows * block.grid_width);
    const PartReader real(block.real, minibatches);
    const PartReader imaginary(block.imaginary, minibatches);
    for (std::size_t r = 0; r < block.rows; ++r) {
        for (std::size_t c = 0; c < block.columns; ++c) {
            grid[r * block.grid_width + block.grid_column + c] = {real(r, c), imaginary(r, c)};
        }
    }
    return grid;
}

std::vector<double> extract_weights(const TrainingCircuit& training, std::span<const ComplexSlots> outputs) {
    std::vector<double> weights(static_cast<std::size_t>(training.recipe.features), 0.0);
    for (const WeightSlots& where : training.outputs) {
        for (std::size_t w = 0; w < where.count; ++w) {
            const std::complex<double> slot = outputs[where.output][where.first_slot + w * where.stride];
            weights[where.first_weight + w] = where.imaginary ? slot.imag() : slot.real();
        }
    }
    return weights;
}

}  // namespace tacit::logreg
