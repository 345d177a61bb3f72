#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tacit/compile/plan.hpp"

namespace tacit::compile {

/// Ciphertexts alive while tasks run one after the other, as the executor frees them: operands after their last use,
/// results that nobody reads at once, inputs there from the beginning.
class LiveValues {
public:
    /// `uses` as Plan::uses.
    LiveValues(const ManagedCircuit& program, const ckks::Parameters& parameters, std::vector<int> uses);

    /// Bytes alive while the task runs, given those before it.
    [[nodiscard]] std::size_t bytes_with(const Plan::Task& task) const;
    void run(const Plan::Task& task);

    [[nodiscard]] std::size_t peak_bytes() const noexcept { return peak_bytes_; }
    [[nodiscard]] std::size_t most() const noexcept { return most_; }

private:
    [[nodiscard]] std::size_t bytes(std::uint32_t value) const;
    [[nodiscard]] bool is_input(std::uint32_t value) const;
    void free(std::uint32_t value);

    const ManagedCircuit& program_;
    const ckks::Parameters& parameters_;
    std::vector<int> uses_;
    std::size_t bytes_ = 0, peak_bytes_ = 0;
    std::size_t alive_ = 0, most_ = 0;
};

/// An order that respects readers: see Plan. `costs` and `tasks` are in any order.
[[nodiscard]] std::vector<std::uint32_t> order_tasks(const ManagedCircuit& program, const ckks::Parameters& parameters,
                                                     const std::vector<Plan::Task>& tasks,
                                                     const std::vector<double>& costs, const std::vector<int>& uses);

}  // namespace tacit::compile
