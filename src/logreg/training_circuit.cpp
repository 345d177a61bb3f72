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
        fail(ErrorCode::invalid_argument, "training circuit: {} is {}, not a power of two; choose {}", name, value, std::bit_ceil(value));
    }
}

}  // namespace

TrainingCircuit make_training_circuit(Method method, const TrainingRecipe& recipe, std::size_t slots) {
    recipe.validate();
    check_power_of_two("minibatch_size", static_cast<std::size_t>(recipe.minibatch_size));
    check_power_of_two("features", static_cast<std::size_t>(recipe.features));
    check_power_of_two("slots", slots);
    if (!(recipe.sigmoid.q3 > 0)) {
        fail(ErrorCode::invalid_argument, "training circuit: the cubic coefficient {} is not positive; fit the sigmoid 1/(1+e^u) on an "
             "interval around zero", recipe.sigmoid.q3);
    }
    const auto needed = static_cast<std::size_t>(method == Method::baseline ? recipe.features : 2 * recipe.minibatch_size);
    if (slots < needed) {
        fail(ErrorCode::invalid_argument, "training circuit: {} needs {} slots but a ciphertext has {}; use a larger ring", to_string(method),
             needed, slots);
    }
    return method == Method::baseline ? write_baseline(recipe, slots) : write_gram(method, recipe, slots);
}

namespace {

/// Entry (row, column) of a matrix; zero outside.
double entry(const MatrixBlock::Part& part, std::span<const Minibatch> minibatches, std::size_t row, std::size_t column) {
    if (part.kind == MatrixBlock::Kind::none) return 0;
    if (part.kind == MatrixBlock::Kind::identity) return row == column ? 1 : 0;
    const Minibatch& a = minibatches[static_cast<std::size_t>(part.a)];
    if (part.kind == MatrixBlock::Kind::samples) return row < a.rows && column < a.width ? a.row(row)[column] : 0;
    if (part.kind == MatrixBlock::Kind::samples_transposed) return column < a.rows && row < a.width ? a.row(column)[row] : 0;
    const Minibatch& b = minibatches[static_cast<std::size_t>(part.b)];
    if (row >= a.rows || column >= b.rows) return 0;
    return std::inner_product(a.row(row).begin(), a.row(row).end(), b.row(column).begin(), 0.0);
}

}  // namespace

ComplexSlots training_input(const MatrixBlock& block, std::span<const Minibatch> minibatches) {
    ComplexSlots grid(block.rows * block.grid_width);
    const auto value = [&](const MatrixBlock::Part& part, std::size_t r, std::size_t c) {
        return part.factor * entry(part, minibatches, part.row + r, part.column + c);
    };
    for (std::size_t r = 0; r < block.rows; ++r) {
        for (std::size_t c = 0; c < block.columns; ++c) {
            grid[r * block.grid_width + block.grid_column + c] = {value(block.real, r, c), value(block.imaginary, r, c)};
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
