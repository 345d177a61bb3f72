#include "runtime/run.hpp"

#include <algorithm>
#include <utility>

#include "base/log_line.hpp"
#include "tacit/base/error.hpp"
#include "tacit/base/parallel.hpp"

namespace tacit::runtime {

using ckks::Ciphertext;
using compile::Instruction;
using compile::Plan;
using compile::PlannedSum;
using compile::PlannedTerm;
using compile::Step;

Run::Run(const Plan& plan, const ckks::EvaluationKeys& keys, std::vector<Ciphertext> inputs, const Progress& progress,
         const Refresh& refresh)
    : plan_(plan),
      program_(plan.program()),
      evaluator_(keys),
      encoder_(keys.parameters()),
      steps_(program_, keys, encodings(plan), refresh),
      inputs_(std::move(inputs)),
      progress_(progress),
      ahead_(4 * static_cast<std::size_t>(thread_count())),
      values_(program_.instructions().size()),
      finished_(plan.tasks()),
      alive_(inputs_.size()),
      most_alive_(inputs_.size()) {
    for (std::uint32_t i = 0; i < values_.size(); ++i) reads_left_.push_back(plan.uses(i));
    for (std::uint32_t task = 0; task < plan.tasks(); ++task) {
        operands_missing_.push_back(plan.task(task).operands.size());
        if (operands_missing_.back() == 0) ready_.insert(task);
    }
}

std::vector<Ciphertext> Run::run() {
    order_.fork();
    {
        const std::lock_guard lock(mutex_);
        start_ready();
    }
    tasks_.wait();  // rethrows what a task threw
    order_.join();
    std::vector<Ciphertext> outputs;
    for (const std::uint32_t output : program_.outputs()) {
        outputs.push_back(--reads_left_[output] == 0 ? std::move(*values_[output]) : values_[output]->clone());
    }
    return outputs;
}

/// As many calls of run_next as there are tasks that may start.
void Run::start_ready() {
    const auto end = ready_.lower_bound(static_cast<std::uint32_t>(first_unfinished_ + ahead_));
    for (auto wanted = static_cast<std::size_t>(std::distance(ready_.begin(), end)); started_ < wanted; ++started_) {
        tasks_.run([this]() TACIT_NO_THREAD_SANITIZER { run_next(); });
    }
}

void Run::run_next() {
    order_.begin();
    std::uint32_t task = 0;
    {
        const std::lock_guard lock(mutex_);
        TACIT_ASSERT(!ready_.empty() && *ready_.begin() < first_unfinished_ + ahead_);
        task = *ready_.begin();
        ready_.erase(ready_.begin());
        --started_;
    }
    compute(task);
    if (log_level() >= LogLevel::debug) log_results(task);
    finish(task);
    order_.end();
}

void Run::compute(std::size_t task) {
    if (!plan_.task(task).sums.empty()) {
        compute_sums(task);
    } else if (plan_.task(task).instructions.size() > 1) {
        rotate_together(task);
    } else {
        const std::uint32_t only = plan_.task(task).instructions.front();
        values_[only].emplace(compute_step(program_.instructions()[only]));
    }
}

/// Rotations of one value, its decomposition shared.
void Run::rotate_together(std::size_t task) {
    std::vector<int> steps;
    for (const std::uint32_t i : plan_.task(task).instructions) steps.push_back(program_.instructions()[i].attribute);
    std::vector<Ciphertext> rotated = evaluator_.rotate_hoisted(*values_[plan_.task(task).operands.front()], steps);
    for (std::size_t k = 0; k < rotated.size(); ++k)
        values_[plan_.task(task).results[k]].emplace(std::move(rotated[k]));
}

Ciphertext Run::compute_step(const Instruction& i) {
    if (i.step == Step::input) return std::move(inputs_[static_cast<std::size_t>(i.attribute)]);
    const int operands = compile::operand_count(i.step);
    if (operands == 0) return steps_.run(i, nullptr, nullptr, false);
    bool last_read = false;  // the operand's memory may be reused
    {
        const std::lock_guard lock(mutex_);
        last_read = reads_left_[i.lhs] == 1;
    }
    return steps_.run(i, &*values_[i.lhs], operands > 1 ? &*values_[i.rhs] : nullptr, last_read);
}

void Run::log_results(std::size_t task) const {
    for (const std::uint32_t i : plan_.task(task).instructions) {
        const Instruction& instruction = program_.instructions()[i];
        log(LogLevel::debug, "{}{} (instruction {}) gave {}", prefix(program_.circuit().location(instruction.source)),
            to_string(instruction.step), i, to_string(instruction.type));
    }
}

void Run::finish(std::size_t task) {
    const std::lock_guard lock(mutex_);
    if (program_.instructions()[plan_.task(task).results.front()].step != Step::input) {
        alive_ += plan_.task(task).results.size();
    }
    most_alive_ = std::max(most_alive_, alive_);
    for (const std::uint32_t value : plan_.task(task).operands) {
        if (--reads_left_[value] == 0) free(value);
    }
    for (const std::uint32_t value : plan_.task(task).results) {
        if (reads_left_[value] == 0) free(value);
    }
    finished_[task] = true;
    while (first_unfinished_ < finished_.size() && finished_[first_unfinished_]) ++first_unfinished_;
    for (std::size_t i = 0; progress_ && i < plan_.task(task).instructions.size(); ++i) progress_(++done_);
    for (const std::uint32_t reader : plan_.task(task).readers) {
        if (--operands_missing_[reader] == 0) ready_.insert(reader);
    }
    start_ready();
}

void Run::free(std::uint32_t value) {
    values_[value].reset();
    --alive_;
}

/// Sums of rotations, each divided by P once.
void Run::compute_sums(std::size_t task) {
    const auto& all = program_.instructions();
    std::vector<std::vector<std::optional<ckks::IntegerPlaintext>>> factors;
    std::vector<std::pair<std::size_t, std::size_t>> terms;
    for (const PlannedSum& sum : plan_.task(task).sums) {
        for (std::size_t j = 0; j < sum.terms.size(); ++j) terms.emplace_back(factors.size(), j);
        factors.emplace_back(sum.terms.size());
    }
    parallel_for(0, terms.size(), [&](std::size_t t) {
        const auto [i, j] = terms[t];
        const PlannedTerm& term = plan_.task(task).sums[i].terms[j];
        const auto needed = term.product ? encoding(program_, all[*term.product]) : std::nullopt;
        if (!needed) return;
        factors[i][j].emplace(encoder_.encode_integers(program_.circuit().constant(needed->constant), needed->level));
    });
    std::vector<ckks::RotatedSum> sums(factors.size());
    for (const auto& [i, j] : terms) {
        const PlannedTerm& planned = plan_.task(task).sums[i].terms[j];
        ckks::RotatedTerm term{&*values_[planned.value], 0, false, planned.subtracted, {}};
        if (planned.rotation) {
            term.conjugated = all[*planned.rotation].step == Step::conjugate;
            term.steps = all[*planned.rotation].attribute;
        }
        if (factors[i][j]) {
            term.factor = &*factors[i][j];
        } else if (planned.product) {
            term.factor = program_.circuit().constant(all[*planned.product].attribute).front();
        }
        sums[i].push_back(term);
    }
    std::vector<Ciphertext> found = plan_.task(task).sums.front().rescaled ? evaluator_.sums_of_rotations_rescaled(sums)
                                                                           : evaluator_.sums_of_rotations(sums);
    for (std::size_t i = 0; i < found.size(); ++i) values_[plan_.task(task).results[i]].emplace(std::move(found[i]));
}

}  // namespace tacit::runtime
