#include "runtime/run.hpp"

#include <algorithm>
#include <utility>

#include "base/log_line.hpp"
#include "runtime/checkpoint_file.hpp"
#include "tacit/base/error.hpp"
#include "tacit/base/parallel.hpp"

namespace tacit::runtime {

using ckks::Ciphertext;
using compile::Instruction;
using compile::Plan;
using compile::PlannedSum;
using compile::PlannedTerm;
using compile::Step;

namespace {

constexpr std::uint32_t elsewhere = ~0U;
const Refresh no_refresh;

/// Where the tasks of a run stand before it begins.
std::vector<bool> done_before(const Plan& plan, const Checkpoints& checkpoints) {
    return checkpoints.from ? checkpoints.from->done : std::vector<bool>(plan.tasks());
}

Portion whole(const Plan& plan, const std::vector<bool>& done) {
    Portion portion{.reads = reads_left(plan, done), .ahead = 4 * static_cast<std::size_t>(thread_count())};
    for (std::uint32_t task = 0; task < plan.tasks(); ++task) portion.tasks.push_back(task);
    return portion;
}

/// The vector constants that the tasks still to be done here meet.
EncodedConstants::Users users(const Plan& plan, const Portion& portion, const std::vector<bool>& done) {
    std::vector<bool> met(plan.program().instructions().size());
    for (const std::uint32_t task : portion.tasks) {
        for (const std::uint32_t i : plan.task(task).instructions) met[i] = !done[task];
    }
    EncodedConstants::Users all = encodings(plan);
    for (auto& [needed, instructions] : all) std::erase_if(instructions, [&](std::uint32_t i) { return !met[i]; });
    std::erase_if(all, [](const auto& user) { return user.second.empty(); });
    return all;
}

}  // namespace

Run::Run(const Plan& plan, const ckks::EvaluationKeys& keys, std::vector<Ciphertext> inputs, const Progress& progress,
         const Refresh& refresh, Checkpoints checkpoints, const Digest& digest)
    : Run(plan, keys, whole(plan, done_before(plan, checkpoints)), std::move(inputs), progress, refresh,
          std::move(checkpoints), digest) {}

Run::Run(const Plan& plan, const ckks::EvaluationKeys& keys, Portion portion, const Progress& progress)
    : Run(plan, keys, std::move(portion), {}, progress, no_refresh, {}, {}) {}

Run::Run(const Plan& plan, const ckks::EvaluationKeys& keys, Portion portion, std::vector<Ciphertext> inputs,
         const Progress& progress, const Refresh& refresh, Checkpoints&& checkpoints, const Digest& digest)
    : plan_(plan),
      program_(plan.program()),
      evaluator_(keys),
      encoder_(keys.parameters()),
      steps_(program_, keys, users(plan, portion, done_before(plan, checkpoints)), refresh),
      inputs_(std::move(inputs)),
      progress_(progress),
      checkpoints_(std::move(checkpoints)),
      digest_(digest),
      portion_(std::move(portion)),
      places_(plan.tasks(), elsewhere),
      values_(program_.instructions().size()),
      reads_left_(portion_.reads),
      finished_(done_before(plan, checkpoints_)),
      alive_(inputs_.size()) {
    for (std::uint32_t place = 0; place < portion_.tasks.size(); ++place) places_[portion_.tasks[place]] = place;
    for (const std::uint32_t value : portion_.arriving) arriving_[value];
    for (std::uint32_t task = 0; task < plan.tasks(); ++task) {
        operands_missing_.push_back(plan.task(task).operands.size());
    }
    for (std::uint32_t place = 0; !arriving_.empty() && place < portion_.tasks.size(); ++place) {
        for (const std::uint32_t value : plan.task(portion_.tasks[place]).operands) {
            if (const auto found = arriving_.find(value); found != arriving_.end()) found->second.push_back(place);
        }
    }
    if (checkpoints_.from) go_on_from(*checkpoints_.from);
    most_alive_ = alive_;
    for (std::uint32_t place = 0; place < portion_.tasks.size(); ++place) {
        const std::uint32_t task = portion_.tasks[place];
        if (operands_missing_[task] == 0 && !finished_[task]) ready_.insert(place);
    }
}

/// Takes over what is alive, and what is done from `finished_`.
void Run::go_on_from(Checkpoint& checkpoint) {
    for (std::uint32_t task = 0; task < plan_.tasks(); ++task) {
        if (!finished_[task]) continue;
        done_ += plan_.task(task).instructions.size();
        for (const std::uint32_t reader : plan_.task(task).readers) --operands_missing_[reader];
        if (!passes_input(plan_, task)) continue;
        const Instruction& input = program_.instructions()[plan_.task(task).instructions.front()];
        [[maybe_unused]] const Ciphertext dropped = std::move(inputs_[static_cast<std::size_t>(input.attribute)]);
        --alive_;
    }
    alive_ += checkpoint.alive.size();
    for (auto& [value, ciphertext] : checkpoint.alive) values_[value].emplace(std::move(ciphertext));
    checkpoint.alive.clear();
    while (first_unfinished_ < finished_.size() && finished_[first_unfinished_]) ++first_unfinished_;
    log(LogLevel::info, "execute: goes on after {} instructions", done_);
}

std::vector<Ciphertext> Run::run() {
    for (;;) {
        run_what_is_ready();
        if (checkpoint_is_due_ && first_unfinished_ < portion_.tasks.size()) {
            write_checkpoint();
        } else if (wait_for_arrivals()) {
            break;
        }
    }
    std::vector<Ciphertext> outputs;
    if (!portion_.gives_outputs) return outputs;
    for (const std::uint32_t output : program_.outputs()) {
        outputs.push_back(--reads_left_[output] == 0 ? std::move(*values_[output]) : values_[output]->clone());
    }
    return outputs;
}

bool Run::done() const { return first_unfinished_ == portion_.tasks.size() && arriving_.empty(); }

bool Run::may_start() const { return !ready_.empty() && *ready_.begin() < first_unfinished_ + portion_.ahead; }

/// Runs tasks until none is ready, or a checkpoint is due and all that have begun are done.
void Run::run_what_is_ready() {
    checkpoint_is_due_ = false;
    if (!checkpoints_.file.empty()) next_checkpoint_ = Clock::now() + checkpoints_.every;
    order_.fork();
    {
        const std::lock_guard lock(mutex_);
        start_ready();
    }
    tasks_.wait();  // rethrows what a task threw
    order_.join();
}

/// While no task runs: until one may, or all is done, which is returned.
bool Run::wait_for_arrivals() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return stopped_ || done() || may_start(); });
    if (stopped_) std::rethrow_exception(stopped_);
    return done();
}

void Run::arrive(std::uint32_t value, Ciphertext ciphertext) {
    const std::lock_guard lock(mutex_);
    values_[value].emplace(std::move(ciphertext));
    most_alive_ = std::max(most_alive_, ++alive_);
    const auto found = arriving_.find(value);
    TACIT_ASSERT(found != arriving_.end());
    for (const std::uint32_t place : found->second) {
        if (--operands_missing_[portion_.tasks[place]] == 0) ready_.insert(place);
    }
    arriving_.erase(found);
    changed_.notify_one();
}

void Run::sent(std::uint32_t value) {
    const std::lock_guard lock(mutex_);
    if (--reads_left_[value] == 0) free(value);
}

void Run::stop(std::exception_ptr reason) {
    const std::lock_guard lock(mutex_);
    stopped_ = std::move(reason);
    changed_.notify_one();
}

std::size_t Run::first_unfinished() {
    const std::lock_guard lock(mutex_);
    return first_unfinished_;
}

/// While no task runs.
void Run::write_checkpoint() {
    std::vector<bool> done = finished_;
    for (std::size_t task = 0; task < plan_.tasks(); ++task) {
        if (passes_input(plan_, task)) done[task] = reads_left_[plan_.task(task).results.front()] == 0;
    }
    const std::vector<std::uint32_t> alive = alive_after(plan_, done, reads_left_);
    const bool written =
        runtime::write_checkpoint(checkpoints_, evaluator_.parameters(), digest_, done, alive,
                                  [&](std::uint32_t value) -> const Ciphertext& { return *values_[value]; });
    log(LogLevel::info, "execute: a checkpoint after {} instructions {} {} ciphertexts", done_,
        written ? "holds" : "would be too large with", alive.size());
}

/// As many calls of run_next as there are tasks that may start: none when a checkpoint is due.
void Run::start_ready() {
    if (checkpoint_is_due_ || stopped_) return;
    const auto end = ready_.lower_bound(static_cast<std::uint32_t>(first_unfinished_ + portion_.ahead));
    for (auto wanted = static_cast<std::size_t>(std::distance(ready_.begin(), end)); started_ < wanted; ++started_) {
        tasks_.run([this]() TACIT_NO_THREAD_SANITIZER { run_next(); });
    }
}

void Run::run_next() {
    order_.begin();
    std::uint32_t task = 0;
    {
        const std::lock_guard lock(mutex_);
        --started_;
        if (checkpoint_is_due_ || stopped_) return;
        TACIT_ASSERT(may_start());
        task = portion_.tasks[*ready_.begin()];
        ready_.erase(ready_.begin());
    }
    const Clock::time_point begin = Clock::now();
    compute(task);
    if (log_level() >= LogLevel::debug) log_results(task);
    finish(task, begin);
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

void Run::finish(std::size_t task, Clock::time_point begin) {
    const std::lock_guard lock(mutex_);
    in_tasks_ += Clock::now() - begin;
    if (program_.instructions()[plan_.task(task).results.front()].step != Step::input) {
        alive_ += plan_.task(task).results.size();
    }
    most_alive_ = std::max(most_alive_, alive_);
    for (const std::uint32_t value : plan_.task(task).operands) {
        if (--reads_left_[value] == 0) free(value);
    }
    for (const std::uint32_t value : plan_.task(task).results) {
        if (reads_left_[value] == 0) {
            free(value);
        } else if (portion_.left) {
            portion_.left(value);
        }
    }
    finished_[task] = true;
    while (first_unfinished_ < portion_.tasks.size() && finished_[portion_.tasks[first_unfinished_]]) {
        ++first_unfinished_;
    }
    for (std::size_t i = 0; progress_ && i < plan_.task(task).instructions.size(); ++i) progress_(++done_);
    for (const std::uint32_t reader : plan_.task(task).readers) {
        // A reader is done already where a run goes on and passes its inputs on once more.
        const std::uint32_t place = places_[reader];
        if (place != elsewhere && !finished_[reader] && --operands_missing_[reader] == 0) ready_.insert(place);
    }
    if (Clock::now() >= next_checkpoint_) checkpoint_is_due_ = true;
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
