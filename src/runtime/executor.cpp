#include "tacit/runtime/executor.hpp"

#include <utility>

#include "base/log_line.hpp"
#include "runtime/run.hpp"

namespace tacit::runtime {

namespace {

std::vector<ckks::Ciphertext> run(const compile::Plan& plan, const ckks::EvaluationKeys& keys,
                                  std::vector<ckks::Ciphertext> inputs, const Progress& progress,
                                  const Refresh& refresh) {
    log(LogLevel::info, "execute: {} instructions in {} tasks under {}", plan.program().instructions().size(),
        plan.tasks(), keys.parameters().summary());
    auto outputs = Run(plan, keys, std::move(inputs), progress, refresh).run();
    log(LogLevel::info, "execute: done, {} outputs", outputs.size());
    return outputs;
}

}  // namespace

std::vector<ckks::Ciphertext> execute(const compile::Plan& plan, const ckks::EvaluationKeys& keys,
                                      std::vector<ckks::Ciphertext> inputs, const Progress& progress,
                                      const Refresh& refresh) {
    check_run(plan.program(), keys, inputs);
    check_refreshes(plan.program(), refresh);
    return run(plan, keys, std::move(inputs), progress, refresh);
}

std::vector<ckks::Ciphertext> execute(const compile::ManagedCircuit& program, const ckks::EvaluationKeys& keys,
                                      std::vector<ckks::Ciphertext> inputs, const Progress& progress,
                                      const Refresh& refresh) {
    check_run(program, keys, inputs);
    check_refreshes(program, refresh);
    return run(compile::Plan(program, keys.parameters()), keys, std::move(inputs), progress, refresh);
}

}  // namespace tacit::runtime
