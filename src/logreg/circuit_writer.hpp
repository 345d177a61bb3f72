#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "tacit/circuit/builder.hpp"
#include "tacit/circuit/expr.hpp"
#include "tacit/logreg/training_circuit.hpp"

namespace tacit::logreg {

using circuit::Expr;

/// A training circuit being written: the builder, and what the client has to know about inputs and outputs.
class CircuitWriter {
public:
    Expr input(const MatrixBlock& block) {
        inputs_.push_back(block);
        return builder_.expr(builder_.input("in" + std::to_string(inputs_.size() - 1)));
    }
    /// The next output; returns its number.
    std::size_t output(const Expr& value) {
        builder_.output(value, "weights" + std::to_string(output_count_));
        return output_count_++;
    }
    /// Says where an output keeps weights.
    void place(const WeightSlots& slots) { outputs_.push_back(slots); }
    TrainingCircuit finish(Method method, const TrainingRecipe& recipe, std::size_t slots) && {
        return {method, recipe, slots, std::move(builder_).finish(), std::move(inputs_), std::move(outputs_)};
    }

private:
    circuit::Builder builder_;
    std::vector<MatrixBlock> inputs_;
    std::vector<WeightSlots> outputs_;
    std::size_t output_count_ = 0;
};

/// sum_i rotate(x, i * step) over i = 0 .. count-1, count a power of two: log2(count) rotations.
inline Expr rotate_sum(Expr x, std::ptrdiff_t step, std::size_t count) {
    for (std::size_t i = 1; i < count; i *= 2)
        x += rotate(x, static_cast<std::int32_t>(step * static_cast<std::ptrdiff_t>(i)));
    return x;
}

/// A grid row that is `value` in column 0 and zero elsewhere.
inline circuit::Constant first_column(std::size_t width, double value) {
    std::vector<double> row(width, 0.0);
    row[0] = value;
    return circuit::values(std::move(row));
}

/// The sigmoid's cubic on the scaled argument x' = sqrt(q3) x: s(x) = q0 + x'(x'^2 + q1) / sqrt(q3). The scaling keeps
/// the small coefficient q3 off the ciphertexts and costs no level.
struct ScaledCubic {
    explicit ScaledCubic(const SigmoidPolynomial& s) : root(std::sqrt(s.q3)), q0(s.q0), q1(s.q1) {}
    double root;  ///< sqrt(q3)
    double q0;
    double q1;
};

}  // namespace tacit::logreg
