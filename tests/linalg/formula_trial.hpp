#pragma once

#include "linalg/trial.hpp"
#include "tacit/linalg/formula.hpp"
#include "tacit/linalg/lay_out.hpp"

namespace tacit::linalg {

/// Runs a program on random inputs in the clear and compares it with its formula.
inline void expect_means(const Program& program, const Formula& formula, unsigned seed, double tolerance = 1e-8) {
    std::mt19937_64 random(seed);
    std::vector<Dense> inputs;
    for (const Operand& input : program.inputs) {
        const Layout& layout = input.layout;
        inputs.push_back(input.transposed ? random_dense(layout.columns(), layout.rows(), random)
                                          : random_dense(layout.rows(), layout.columns(), random));
    }
    circuit::Plain plain(program.slots(), program.pack(inputs));
    std::vector<std::vector<double>> slots;
    for (const auto& result : interpret(program.circuit, plain)) slots.push_back(result.real());
    const std::vector<Dense> found = program.unpack(slots);
    const std::vector<Dense> expected = evaluate(formula, inputs);
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        ASSERT_EQ(found[i].rows(), expected[i].rows()) << program.outputs[i].name << ", seed " << seed;
        ASSERT_EQ(found[i].columns(), expected[i].columns()) << program.outputs[i].name << ", seed " << seed;
        for (std::size_t k = 0; k < found[i].values().size(); ++k) {
            const double wanted = expected[i].values()[k];
            ASSERT_NEAR(found[i].values()[k], wanted, tolerance * (1 + std::abs(wanted)))
                << program.outputs[i].name << ", a " << print_layout(program.outputs[i]) << ", element " << k
                << ", seed " << seed;
        }
    }
}

}  // namespace tacit::linalg
