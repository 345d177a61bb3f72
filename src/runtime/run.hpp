#pragma once

#include <oneapi/tbb/task_group.h>

#include <chrono>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

#include "base/fork_join.hpp"
#include "runtime/portion.hpp"
#include "runtime/step.hpp"
#include "tacit/runtime/executor.hpp"

namespace tacit::runtime {

/// One run of a plan, or of a portion of it: values, how many reads each still waits for, and which tasks are ready.
///
/// A thread that is free takes the first ready task in the order of the plan, at most Portion::ahead places behind the
/// first one that is not done; for a whole plan that is 4 T, T threads, and on one thread the order itself. So what is
/// alive beyond Plan::most_alive is at most what those 4 T - 1 tasks leave.
class Run {
public:
    /// `digest` as run_digest; checkpoints.from is of this run. Both matter only where there are checkpoints.
    Run(const compile::Plan& plan, const ckks::EvaluationKeys& keys, std::vector<ckks::Ciphertext> inputs,
        const Progress& progress, const Refresh& refresh, Checkpoints checkpoints = {}, const Digest& digest = {});

    /// A portion whose inputs arrive like the values of others, without refreshes.
    Run(const compile::Plan& plan, const ckks::EvaluationKeys& keys, Portion portion, const Progress& progress);

    /// To be called once. Gives the outputs, or nothing if the portion gives none.
    [[nodiscard]] std::vector<ckks::Ciphertext> run();

    // For portions, from one other thread while `run` runs or before:
    /// Takes a value that comes from elsewhere.
    void arrive(std::uint32_t value, ckks::Ciphertext ciphertext);
    /// A value that was left, to be sent; there until `sent` was called as often as the portion says.
    [[nodiscard]] const ckks::Ciphertext& value(std::uint32_t value) const { return *values_[value]; }
    void sent(std::uint32_t value);
    /// Ends the run: `run` throws this.
    void stop(std::exception_ptr reason);
    /// How many of the portion's tasks, from the first, are done.
    [[nodiscard]] std::size_t first_unfinished();

    /// The most ciphertexts that were alive at once: inputs, and results not yet freed.
    [[nodiscard]] std::size_t most_alive() const noexcept { return most_alive_; }
    /// What the threads spent in tasks, together.
    [[nodiscard]] double seconds_in_tasks() const noexcept { return std::chrono::duration<double>(in_tasks_).count(); }

private:
    using Clock = std::chrono::steady_clock;

    Run(const compile::Plan& plan, const ckks::EvaluationKeys& keys, Portion portion,
        std::vector<ckks::Ciphertext> inputs, const Progress& progress, const Refresh& refresh,
        Checkpoints&& checkpoints, const Digest& digest);
    void go_on_from(Checkpoint& checkpoint);
    [[nodiscard]] bool done() const;
    [[nodiscard]] bool may_start() const;
    void run_what_is_ready();
    [[nodiscard]] bool wait_for_arrivals();
    void write_checkpoint();
    void start_ready();
    void run_next();
    void compute(std::size_t task);
    void compute_sums(std::size_t task);
    void rotate_together(std::size_t task);
    [[nodiscard]] ckks::Ciphertext compute_step(const compile::Instruction& i);
    void log_results(std::size_t task) const;
    void finish(std::size_t task, Clock::time_point begin);
    void free(std::uint32_t value);

    const compile::Plan& plan_;
    const compile::ManagedCircuit& program_;
    ckks::Evaluator evaluator_;
    ckks::Encoder encoder_;
    StepRunner steps_;
    std::vector<ckks::Ciphertext> inputs_;
    const Progress& progress_;
    Checkpoints checkpoints_;
    Digest digest_;
    Portion portion_;
    std::vector<std::uint32_t> places_;  // of each task in the portion, `elsewhere` if it is not there
    std::map<std::uint32_t, std::vector<std::uint32_t>> arriving_;  // values still to arrive -> places that read them
    std::vector<std::optional<ckks::Ciphertext>> values_;

    std::mutex mutex_;  // of all below
    std::vector<int> reads_left_;
    std::vector<std::size_t> operands_missing_;
    std::vector<bool> finished_;
    std::size_t first_unfinished_ = 0;  // place
    std::set<std::uint32_t> ready_;     // places
    std::size_t started_ = 0;           // handed to the threads, but no task taken yet
    std::size_t alive_ = 0;
    std::size_t most_alive_ = 0;
    std::size_t done_ = 0;
    Clock::duration in_tasks_{};
    Clock::time_point next_checkpoint_ = Clock::time_point::max();
    bool checkpoint_is_due_ = false;  // nothing more starts
    std::exception_ptr stopped_ = {};
    std::condition_variable changed_;  // something arrived, or the run was stopped
    ForkJoin order_;
    oneapi::tbb::task_group tasks_;
};

}  // namespace tacit::runtime
