#include "tacit/runtime/executor.hpp"

#include <oneapi/tbb/task_group.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "base/fail.hpp"
#include "base/fork_join.hpp"
#include "runtime/step.hpp"

namespace tacit::runtime {

namespace {

using ckks::Ciphertext;
using compile::Instruction;
using compile::ManagedCircuit;
using compile::Step;

/// One run: values, how many reads each still waits for, and the tasks.
class Run {
public:
    Run(const ManagedCircuit& program, const ckks::EvaluationKeys& keys, std::vector<Ciphertext> inputs,
        const Progress& progress)
        : program_(program),
          steps_(program, keys),
          inputs_(std::move(inputs)),
          progress_(progress),
          values_(program.instructions().size()),
          users_(program.instructions().size()),
          reads_left_(program.instructions().size()),
          operands_missing_(program.instructions().size()) {
        const auto& instructions = program_.instructions();
        for (std::uint32_t i = 0; i < instructions.size(); ++i) {
            const int operands = compile::operand_count(instructions[i].step);
            operands_missing_[i] = operands;
            if (operands > 0) connect(instructions[i].lhs, i);
            if (operands > 1) connect(instructions[i].rhs, i);
        }
        for (const std::uint32_t output : program_.outputs()) ++reads_left_[output];
    }

    std::vector<Ciphertext> run() {
        order_.fork();
        for (std::uint32_t i = 0; i < values_.size(); ++i) {
            if (program_.instructions()[i].step == Step::input) start(i);
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
    void connect(std::uint32_t operand, std::uint32_t user) {
        users_[operand].push_back(user);
        ++reads_left_[operand];
    }

    void start(std::uint32_t i) {
        tasks_.run([this, i]() TACIT_NO_THREAD_SANITIZER { complete(i); });
    }

    void complete(std::uint32_t i) {
        order_.begin();
        TACIT_ASSERT(operands_missing_[i] == 0);  // read from those who counted down: the operands are there
        const Instruction& instruction = program_.instructions()[i];
        values_[i].emplace(compute(instruction));
        const int operands = compile::operand_count(instruction.step);
        if (operands > 0) release(instruction.lhs);
        if (operands > 1) release(instruction.rhs);
        report();
        for (const std::uint32_t user : users_[i]) {
            if (--operands_missing_[user] == 0) start(user);
        }
        order_.end();
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
        const Ciphertext& rhs = *values_[compile::operand_count(i.step) > 1 ? i.rhs : i.lhs];
        return steps_.run(i, *values_[i.lhs], rhs, last_read(i.lhs));
    }

    const ManagedCircuit& program_;
    StepRunner steps_;
    std::vector<Ciphertext> inputs_;
    const Progress& progress_;
    std::vector<std::optional<Ciphertext>> values_;
    std::vector<std::vector<std::uint32_t>> users_;
    std::vector<std::atomic<int>> reads_left_;
    std::vector<std::atomic<int>> operands_missing_;
    std::mutex progress_mutex_;
    std::size_t done_ = 0;
    ForkJoin order_;
    oneapi::tbb::task_group tasks_;
};

}  // namespace

std::vector<Ciphertext> execute(const ManagedCircuit& program, const ckks::EvaluationKeys& keys,
                                std::vector<Ciphertext> inputs, const Progress& progress) {
    check_run(program, keys, inputs);
    return Run(program, keys, std::move(inputs), progress).run();
}

}  // namespace tacit::runtime
