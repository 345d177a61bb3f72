#include "tacit/runtime/executor.hpp"

#include <oneapi/tbb/task_group.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "base/fail.hpp"
#include "base/fork_join.hpp"
#include "base/log_line.hpp"
#include "runtime/step.hpp"

namespace tacit::runtime {

namespace {

using ckks::Ciphertext;
using compile::Instruction;
using compile::ManagedCircuit;
using compile::Plan;
using compile::Step;

/// One run: values, how many reads each still waits for, and the tasks.
class Run {
public:
    Run(const Plan& plan, const ckks::EvaluationKeys& keys, std::vector<Ciphertext> inputs, const Progress& progress,
        const Refresh& refresh)
        : plan_(plan),
          program_(plan.program()),
          evaluator_(keys),
          steps_(program_, keys, refresh),
          inputs_(std::move(inputs)),
          progress_(progress),
          values_(program_.instructions().size()),
          reads_left_(program_.instructions().size()),
          readings_missing_(plan.tasks()) {
        for (std::uint32_t i = 0; i < values_.size(); ++i) reads_left_[i] = plan.uses(i);
        for (std::size_t task = 0; task < plan.tasks(); ++task) readings_missing_[task] = plan.readings(task);
    }

    std::vector<Ciphertext> run() {
        order_.fork();
        for (std::uint32_t task = 0; task < plan_.tasks(); ++task) {
            if (plan_.readings(task) == 0) start(task);
        }
        tasks_.wait();  // rethrows what a task threw
        order_.join();
        std::vector<Ciphertext> outputs;
        for (const std::uint32_t output : program_.outputs()) {
            outputs.push_back(--reads_left_[output] == 0 ? std::move(*values_[output]) : values_[output]->clone());
        }
        return outputs;
    }

private:
    void start(std::uint32_t task) {
        tasks_.run([this, task]() TACIT_NO_THREAD_SANITIZER { complete(task); });
    }

    void complete(std::uint32_t task) {
        order_.begin();
        TACIT_ASSERT(readings_missing_[task] == 0);  // read from those who counted down: the operands are there
        const auto members = plan_.instructions(task);
        if (members.size() == 1) {
            values_[members.front()].emplace(compute(program_.instructions()[members.front()]));
        } else {
            rotate_together(members);
        }
        for (const std::uint32_t i : members) {
            const Instruction& instruction = program_.instructions()[i];
            const int operands = compile::operand_count(instruction.step);
            if (operands > 0) release(instruction.lhs);
            if (operands > 1) release(instruction.rhs);
            log(LogLevel::debug, "{}{} (instruction {}) gave {}",
                prefix(program_.circuit().location(instruction.source)), to_string(instruction.step), i,
                to_string(instruction.type));
            report();
        }
        for (const std::uint32_t reader : plan_.readers(task)) {
            if (--readings_missing_[reader] == 0) start(reader);
        }
        order_.end();
    }

    /// Rotations of one value, its decomposition shared.
    void rotate_together(std::span<const std::uint32_t> members) {
        std::vector<int> steps;
        for (const std::uint32_t i : members) steps.push_back(program_.instructions()[i].attribute);
        const std::uint32_t source = program_.instructions()[members.front()].lhs;
        std::vector<Ciphertext> rotated = evaluator_.rotate_hoisted(*values_[source], steps);
        for (std::size_t k = 0; k < members.size(); ++k) values_[members[k]].emplace(std::move(rotated[k]));
    }

    void release(std::uint32_t value) {
        if (--reads_left_[value] == 0) values_[value].reset();
    }

    void report() {
        if (!progress_) return;
        const std::lock_guard lock(progress_mutex_);
        progress_(++done_);
    }

    /// Whether this instruction is the only reader left, so that the operand's memory may be reused.
    [[nodiscard]] bool last_read(std::uint32_t value) const { return reads_left_[value] == 1; }

    Ciphertext compute(const Instruction& i) {
        if (i.step == Step::input) return std::move(inputs_[static_cast<std::size_t>(i.attribute)]);
        const int operands = compile::operand_count(i.step);
        if (operands == 0) return steps_.run(i, nullptr, nullptr, false);
        return steps_.run(i, &*values_[i.lhs], operands > 1 ? &*values_[i.rhs] : nullptr, last_read(i.lhs));
    }

    const Plan& plan_;
    const ManagedCircuit& program_;
    ckks::Evaluator evaluator_;
    StepRunner steps_;
    std::vector<Ciphertext> inputs_;
    const Progress& progress_;
    std::vector<std::optional<Ciphertext>> values_;
    std::vector<std::atomic<int>> reads_left_;
    std::vector<std::atomic<int>> readings_missing_;
    std::mutex progress_mutex_;
    std::size_t done_ = 0;
    ForkJoin order_;
    oneapi::tbb::task_group tasks_;
};

}  // namespace

std::vector<Ciphertext> execute(const Plan& plan, const ckks::EvaluationKeys& keys, std::vector<Ciphertext> inputs,
                                const Progress& progress, const Refresh& refresh) {
    check_run(plan.program(), keys, inputs);
    check_refreshes(plan.program(), refresh);
    log(LogLevel::info, "execute: {} instructions in {} tasks under {}", plan.program().instructions().size(),
        plan.tasks(), keys.parameters().summary());
    auto outputs = Run(plan, keys, std::move(inputs), progress, refresh).run();
    log(LogLevel::info, "execute: done, {} outputs", outputs.size());
    return outputs;
}

std::vector<Ciphertext> execute(const ManagedCircuit& program, const ckks::EvaluationKeys& keys,
                                std::vector<Ciphertext> inputs, const Progress& progress, const Refresh& refresh) {
    return execute(Plan(program), keys, std::move(inputs), progress, refresh);
}

}  // namespace tacit::runtime
