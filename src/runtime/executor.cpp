#include "tacit/runtime/executor.hpp"

#include <utility>

#include "base/fail.hpp"
#include "base/log_line.hpp"
#include "base/short_hex.hpp"
#include "runtime/run.hpp"

namespace tacit::runtime {

using ckks::Ciphertext;

namespace {

void check(const compile::ManagedCircuit& program, const ckks::EvaluationKeys& keys,
           const std::vector<Ciphertext>& inputs, const Refresh& refresh) {
    check_run(program, keys, inputs);
    check_refreshes(program, refresh);
}

/// The run's digest, if it is needed: the checkpoint that it goes on from has to have it.
Digest checked_digest(const compile::Plan& plan, const ckks::EvaluationKeys& keys,
                      const std::vector<Ciphertext>& inputs, const Checkpoints& checkpoints) {
    if (checkpoints.file.empty() && !checkpoints.from) return {};
    const Digest digest = run_digest(plan, keys, inputs);
    if (checkpoints.from && checkpoints.from->run != digest) {
        fail(ErrorCode::parameter_mismatch,
             "execute: the checkpoint was written by run {}, this is run {}: another program, other keys or other "
             "inputs; "
             "begin without it",
             short_hex(checkpoints.from->run), short_hex(digest));
    }
    return digest;
}

std::vector<Ciphertext> run(const compile::Plan& plan, const ckks::EvaluationKeys& keys, std::vector<Ciphertext> inputs,
                            const Progress& progress, const Refresh& refresh, Checkpoints checkpoints) {
    log(LogLevel::info, "execute: {} instructions in {} tasks under {}", plan.program().instructions().size(),
        plan.tasks(), keys.parameters().summary());
    const Digest digest = checked_digest(plan, keys, inputs, checkpoints);
    auto outputs = Run(plan, keys, std::move(inputs), progress, refresh, std::move(checkpoints), digest).run();
    log(LogLevel::info, "execute: done, {} outputs", outputs.size());
    return outputs;
}

}  // namespace

std::vector<Ciphertext> execute(const compile::Plan& plan, const ckks::EvaluationKeys& keys,
                                std::vector<Ciphertext> inputs, const Progress& progress, const Refresh& refresh,
                                Checkpoints checkpoints) {
    check(plan.program(), keys, inputs, refresh);
    return run(plan, keys, std::move(inputs), progress, refresh, std::move(checkpoints));
}

std::vector<Ciphertext> execute(const compile::ManagedCircuit& program, const ckks::EvaluationKeys& keys,
                                std::vector<Ciphertext> inputs, const Progress& progress, const Refresh& refresh) {
    check(program, keys, inputs, refresh);
    return run(compile::Plan(program, keys.parameters()), keys, std::move(inputs), progress, refresh, {});
}

}  // namespace tacit::runtime
