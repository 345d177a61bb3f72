#include "tacit/runtime/executor.hpp"

#include <oneapi/tbb/task_group.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "base/fail.hpp"
#include "base/fork_join.hpp"
#include "ring/automorphism.hpp"
#include "tacit/ckks/encoder.hpp"

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
    Run(const Plan& plan, const ckks::EvaluationKeys& keys, std::vector<Ciphertext> inputs, const Progress& progress)
        : plan_(plan),
          program_(plan.program()),
          evaluator_(keys),
          encoder_(keys.parameters()),
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
        const auto value = [this](std::uint32_t v) -> Ciphertext& { return *values_[v]; };
        switch (i.step) {
            case Step::input: return std::move(inputs_[static_cast<std::size_t>(i.attribute)]);
            case Step::add:
                return last_read(i.lhs) ? evaluator_.add(std::move(value(i.lhs)), value(i.rhs))
                                        : evaluator_.add(value(i.lhs), value(i.rhs));
            case Step::sub:
                return last_read(i.lhs) ? evaluator_.sub(std::move(value(i.lhs)), value(i.rhs))
                                        : evaluator_.sub(value(i.lhs), value(i.rhs));
            case Step::negate: return evaluator_.negate(value(i.lhs));
            case Step::mul: return evaluator_.mul(value(i.lhs), value(i.rhs));
            case Step::add_constant: return add_constant(value(i.lhs), program_.circuit().constant(i.attribute));
            case Step::mul_constant: return mul_constant(value(i.lhs), program_.circuit().constant(i.attribute));
            case Step::relinearize_rescale: return evaluator_.relinearize_rescale(value(i.lhs));
            case Step::rescale:
                return last_read(i.lhs) ? evaluator_.rescale(std::move(value(i.lhs)))
                                        : evaluator_.rescale(value(i.lhs));
            case Step::drop_level: return evaluator_.drop_level(value(i.lhs), i.type.level);
            case Step::rotate: return evaluator_.rotate(value(i.lhs), i.attribute);
            case Step::conjugate: return evaluator_.conjugate(value(i.lhs));
        }
        fail(ErrorCode::internal, "executor: unknown step");
    }

    [[nodiscard]] Ciphertext add_constant(const Ciphertext& a, std::span<const double> slots) const {
        if (slots.size() == 1) return evaluator_.add(a, slots.front());
        return evaluator_.add(a, encoder_.encode(slots, a.level(), a.type().scale_power));
    }
    [[nodiscard]] Ciphertext mul_constant(const Ciphertext& a, std::span<const double> slots) const {
        if (slots.size() == 1) return evaluator_.mul(a, slots.front());
        return evaluator_.mul(a, encoder_.encode(slots, a.level()));
    }

    const Plan& plan_;
    const ManagedCircuit& program_;
    ckks::Evaluator evaluator_;
    ckks::Encoder encoder_;
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

void check_inputs(const ManagedCircuit& program, const ckks::Parameters& parameters,
                  const std::vector<Ciphertext>& inputs) {
    const auto& levels = program.input_levels();
    if (inputs.size() != levels.size()) {
        fail(ErrorCode::invalid_argument,
             "execute: {} ciphertexts given but the circuit has {} inputs; give one for each", inputs.size(),
             levels.size());
    }
    if (parameters.slots() < program.slots()) {
        fail(ErrorCode::invalid_argument,
             "execute: the circuit was managed for {} slots but the parameters have {}; manage it for these or create "
             "parameters with ParameterSpec::min_slots",
             program.slots(), parameters.slots());
    }
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (!(inputs[i].parameters() == parameters)) {
            fail(ErrorCode::parameter_mismatch,
                 "execute: input {} was encrypted under other parameters than the keys; encrypt it again", i);
        }
        const ckks::CiphertextType wanted{levels[i], 1, 1};
        if (!(inputs[i].type() == wanted)) {
            fail(ErrorCode::invalid_argument,
                 "execute: input {} has {} but the circuit wants {}; encrypt it at that level", i,
                 to_string(inputs[i].type()), to_string(wanted));
        }
    }
}

void check_keys(const ManagedCircuit& program, const ckks::EvaluationKeys& keys) {
    const ckks::KeyRequest request = program.key_request();
    if (request.relinearization && keys.relinearization() == nullptr) {
        fail(ErrorCode::missing_key,
             "execute: the circuit multiplies ciphertexts but there is no relinearisation key; generate it");
    }
    const int log_n = keys.parameters().log_ring_dimension();
    if (request.conjugation && keys.galois(ring::conjugation_element(log_n)) == nullptr) {
        fail(ErrorCode::missing_key,
             "execute: the circuit conjugates but there is no key for it; generate keys with KeyRequest::conjugation");
    }
    for (const int steps : request.rotations) {
        if (keys.galois(ring::galois_element(steps, log_n)) == nullptr) {
            fail(
                ErrorCode::missing_key,
                "execute: the circuit rotates by {} but there is no key for it; generate keys for exactly {} rotations",
                steps, request.rotations.size());
        }
    }
}

}  // namespace

std::vector<Ciphertext> execute(const Plan& plan, const ckks::EvaluationKeys& keys, std::vector<Ciphertext> inputs,
                                const Progress& progress) {
    check_inputs(plan.program(), keys.parameters(), inputs);
    check_keys(plan.program(), keys);
    return Run(plan, keys, std::move(inputs), progress).run();
}

std::vector<Ciphertext> execute(const ManagedCircuit& program, const ckks::EvaluationKeys& keys,
                                std::vector<Ciphertext> inputs, const Progress& progress) {
    return execute(Plan(program), keys, std::move(inputs), progress);
}

}  // namespace tacit::runtime
