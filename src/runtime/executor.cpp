#include "tacit/runtime/executor.hpp"

#include <utility>

#include "runtime/run.hpp"

namespace tacit::runtime {

std::vector<ckks::Ciphertext> execute(const compile::Plan& plan, const ckks::EvaluationKeys& keys,
                                      std::vector<ckks::Ciphertext> inputs, const Progress& progress) {
    check_run(plan.program(), keys, inputs);
    return Run(plan, keys, std::move(inputs), progress).run();
}

std::vector<ckks::Ciphertext> execute(const compile::ManagedCircuit& program, const ckks::EvaluationKeys& keys,
                                      std::vector<ckks::Ciphertext> inputs, const Progress& progress) {
    check_run(program, keys, inputs);
    const compile::Plan plan(program, keys.parameters());
    return Run(plan, keys, std::move(inputs), progress).run();
}

}  // namespace tacit::runtime
