#include "tacit/runtime/executor.hpp"

#include <utility>

#include "base/log_line.hpp"
#include "runtime/run.hpp"

namespace tacit::runtime {

using ckks::Ciphertext;

namespace {

void check(const compile::ManagedCircuit& program, const ckks::EvaluationKeys& keys,
           const std::vector<Ciphertext>& inputs, const Refresh& refresh) {
    check_run(program, keys, inputs);
    check_refreshes(program, refresh);
}

std::vector<Ciphertext> run(const compile::Plan& plan, const ckks::EvaluationKeys& keys, std::vector<Ciphertext> inputs,
                            const Progress& progress, const Refresh& refresh) {
    log(LogLevel::info, "execute: {} instructions in {} tasks under {}", plan.program().instructions().size(),
        plan.tasks(), keys.parameters().summary());
    auto outputs = Run(plan, keys, std::move(inputs), progress, refresh).run();
    log(LogLevel::info, "execute: done, {} outputs", outputs.size());
    return outputs;
}

}  // namespace

std::vector<Ciphertext> execute(const compile::Plan& plan, const ckks::EvaluationKeys& keys,
                                std::vector<Ciphertext> inputs, const Progress& progress, const Refresh& refresh) {
    check(plan.program(), keys, inputs, refresh);
    return run(plan, keys, std::move(inputs), progress, refresh);
}

std::vector<Ciphertext> execute(const compile::ManagedCircuit& program, const ckks::EvaluationKeys& keys,
                                std::vector<Ciphertext> inputs, const Progress& progress, const Refresh& refresh) {
    check(program, keys, inputs, refresh);
    return run(compile::Plan(program, keys.parameters()), keys, std::move(inputs), progress, refresh);
}

}  // namespace tacit::runtime
