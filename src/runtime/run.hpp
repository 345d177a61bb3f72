#pragma once

#include <oneapi/tbb/task_group.h>

#include <chrono>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

#include "base/fork_join.hpp"
#include "runtime/step.hpp"
#include "tacit/runtime/executor.hpp"

namespace tacit::runtime {

/// One run of a plan: values, how many reads each still waits for, and which tasks are ready.
///
/// A thread that is free takes the first ready task in the order of the plan, at most 4 T places behind the first one
/// that is not done, T threads; on one thread that is the order itself. So what is alive beyond Plan::most_alive is at
/// most what those 4 T - 1 tasks leave.
class Run {
public:
    /// `digest` as run_digest; checkpoints.from is of this run. Both matter only where there are checkpoints.
    Run(const compile::Plan& plan, const ckks::EvaluationKeys& keys, std::vector<ckks::Ciphertext> inputs,
        const Progress& progress, const Refresh& refresh, Checkpoints checkpoints = {}, const Digest& digest = {});

    /// To be called once.
    [[nodiscard]] std::vector<ckks::Ciphertext> run();
    /// The most ciphertexts that were alive at once: inputs, and results not yet freed.
    [[nodiscard]] std::size_t most_alive() const noexcept { return most_alive_; }

private:
    using Clock = std::chrono::steady_clock;

    void go_on_from(Checkpoint& checkpoint);
    void run_until_checkpoint();
    void write_checkpoint();
    void start_ready();
    void run_next();
    void compute(std::size_t task);
    void compute_sums(std::size_t task);
    void rotate_together(std::size_t task);
    [[nodiscard]] ckks::Ciphertext compute_step(const compile::Instruction& i);
    void log_results(std::size_t task) const;
    void finish(std::size_t task);
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
    std::size_t ahead_;  // how many places behind the first that is not done a task may start
    std::vector<std::optional<ckks::Ciphertext>> values_;

    std::mutex mutex_;  // of all below
    std::vector<int> reads_left_;
    std::vector<std::size_t> operands_missing_;
    std::vector<bool> finished_;
    std::size_t first_unfinished_ = 0;
    std::set<std::uint32_t> ready_;
    std::size_t started_ = 0;  // handed to the threads, but no task taken yet
    std::size_t alive_ = 0;
    std::size_t most_alive_ = 0;
    std::size_t done_ = 0;
    Clock::time_point next_checkpoint_ = Clock::time_point::max();
    bool checkpoint_is_due_ = false;  // nothing more starts
    ForkJoin order_;
    oneapi::tbb::task_group tasks_;
};

}  // namespace tacit::runtime
