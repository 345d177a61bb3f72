#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "tacit/ckks/parameters.hpp"
#include "tacit/compile/managed_circuit.hpp"

namespace tacit::compile {

/// One term of a sum that a task computes at once: a value, rotated or conjugated, times a constant. Numbers are
/// positions of instructions of the program.
struct PlannedTerm {
    std::uint32_t value = 0;
    std::optional<std::uint32_t> rotation = {};  ///< the one that rotates or conjugates the value
    std::optional<std::uint32_t> product = {};   ///< the one that multiplies it by a constant
    bool subtracted = false;
};

/// A tree of additions, with the rescaling after it if `rescaled`; its other instructions have no results of their own.
struct PlannedSum {
    std::uint32_t result = 0;
    bool rescaled = false;
    std::vector<PlannedTerm> terms{};
};

/// How a managed circuit runs: which instructions make one task, in which order tasks are preferred, what each waits
/// for.
///
/// A task is
///   - one instruction;
///   - up to 16 rotations of one value, which share its decomposition into digits (hoisting [HS18]; more would keep too
///     many results alive at once);
///   - a sum of rotations, products with constants and other values, or several such sums over rotations of one value:
///     divided by P once (double hoisting [BMTH21], ckks::Evaluator::sums_of_rotations), where that takes fewer
///     transforms under the parameters.
///
/// Tasks are numbered in the order in which a run prefers them: those a task waits for stand before it; among those
/// that could come next, the one with the longest way to the outputs, by transforms, as long as no more bytes are
/// alive than in the order of the program. Running them in any other order that waits gives the same results.
class Plan {
public:
    /// All numbers are positions of instructions, those of `readers` numbers of tasks.
    struct Task {
        std::vector<std::uint32_t> instructions{};  ///< ascending
        std::vector<PlannedSum> sums{};             ///< those that it computes at once; none for other tasks
        std::vector<std::uint32_t> operands{};      ///< what it reads of other tasks, each once
        std::vector<std::uint32_t> results{};       ///< what it leaves for others and the outputs
        std::vector<std::uint32_t> readers{};       ///< the tasks that read a result, once for each result
    };

    /// O(n log n) for n instructions; verifies itself. `invalid_argument` for parameters that do not fit, as
    /// predict_noise. A plan runs under any parameters with the levels and slots; these are what it is cheap for.
    Plan(ManagedCircuit program, const ckks::Parameters& parameters);

    [[nodiscard]] const ManagedCircuit& program() const noexcept { return program_; }
    [[nodiscard]] std::size_t tasks() const noexcept { return tasks_.size(); }
    [[nodiscard]] const Task& task(std::size_t task) const { return tasks_[task]; }
    /// How many tasks read a result, plus how many outputs it is: it may be freed after so many.
    [[nodiscard]] int uses(std::uint32_t instruction) const { return uses_[instruction]; }
    /// The most ciphertexts alive at once if the tasks run in order, inputs included, all there from the beginning.
    [[nodiscard]] std::size_t most_alive() const noexcept { return most_alive_; }

    /// Throws Error(internal) naming the first task that breaks what is said above.
    void verify() const;

private:
    friend class SumRegrouper;
    /// With these tasks, of which instructions, sums and results are given.
    Plan(ManagedCircuit program, std::vector<Task> tasks, const ckks::Parameters& parameters);
    void group_instructions(const ckks::Parameters& parameters);
    void connect_tasks();
    void connect_and_order(const ckks::Parameters& parameters);
    void put_in_order(const std::vector<std::uint32_t>& order);

    ManagedCircuit program_;
    std::vector<Task> tasks_;
    std::vector<int> uses_;
    std::size_t most_alive_ = 0;
};

}  // namespace tacit::compile
