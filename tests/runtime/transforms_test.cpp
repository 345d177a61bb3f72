// The transforms that compile/counts.hpp predicts against those that the kernels count in a run.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>

#include "ckks/make_parameters.hpp"
#include "runtime/counting_kernels.hpp"
#include "tacit/circuit/trace.hpp"
#include "tacit/ckks/encryptor.hpp"
#include "tacit/compile/counts.hpp"
#include "tacit/runtime/executor.hpp"

namespace tacit::runtime {
namespace {

/// A matrix times a vector by baby steps and giant steps.
circuit::Expr diagonals(const circuit::Expr& x, int giants) {
    std::optional<circuit::Expr> total;
    for (int giant = 0; giant < giants; ++giant) {
        auto inner = x * circuit::values({0.25 * giant, 1});
        for (int baby = 1; baby < 8; ++baby) inner += rotate(x, baby) * circuit::values({0.1 * baby, 0.2 * giant});
        const auto outer = giant == 0 ? inner : rotate(inner, 8 * giant);
        total = total ? *total + outer : outer;
    }
    return *total;
}

circuit::Circuit random_circuit(unsigned seed) {
    std::mt19937 generator(seed);
    return circuit::trace(2, [&](std::span<const circuit::Expr> inputs) {
        std::vector<circuit::Expr> values(inputs.begin(), inputs.end());
        const auto pick = [&] { return values[generator() % values.size()]; };
        for (int i = 0; i < 12; ++i) {
            switch (generator() % 9) {
                case 0: values.push_back(pick() * 0.5 - pick()); break;
                case 1: values.push_back(pick() * pick()); break;
                case 2: values.push_back(rotate(pick(), 1)); break;
                case 6: values.push_back(rotate(values[0], i) + rotate(values[0], i + 1) - rotate(values[0], 7)); break;
                case 3: values.push_back(conjugate(pick()) + circuit::values({0.5, 0.25})); break;
                case 4: values.push_back(pick() * pick() + pick() * circuit::values({0.5, -1.0})); break;
                case 7: values.push_back(diagonals(pick(), 1 + static_cast<int>(generator() % 3))); break;
                case 8: values.push_back(rotate(pick(), 3) - rotate(pick(), 2) + pick() * 0.5); break;
                case 5: values.push_back(-pick()); break;
            }
        }
        return std::vector{values.back(), pick()};
    });
}

TEST(Transforms, AreAsManyAsPredicted) {
    std::size_t most = 0;
    for (unsigned seed = 0; seed < 24; ++seed) {
        const compile::ManagedCircuit program = compile::manage(random_circuit(seed), 512);
        const bool two_primes = seed % 4 == 3;  // per level
        const auto parameters = ckks::insecure_parameters_for_tests(
            {.depth = program.depth(), .scale_bits = two_primes ? 55 : 40, .log_ring_dimension = 10});
        const auto keys = ckks::generate_keys(parameters, program.key_request());
        const ckks::Encryptor encryptor(keys.secret_key);
        std::vector<ckks::Ciphertext> inputs;
        for (const int level : program.input_levels())
            inputs.push_back(encryptor.encrypt(std::vector{0.1, 0.2}, level));
        const std::size_t before = math::transforms_done;
        static_cast<void>(execute(program, keys.evaluation_keys, std::move(inputs)));
        const std::size_t done = math::transforms_done - before;
        most = std::max(most, done);
        EXPECT_EQ(done, compile::count_operations(compile::Plan(program, parameters), parameters).total().transforms)
            << "seed " << seed << ", " << parameters.summary();
    }
    EXPECT_GT(most, 100U) << "no circuit did any work";
}

}  // namespace
}  // namespace tacit::runtime
