#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tacit/compile/managed_circuit.hpp"

namespace tacit::compile {

/// How a managed circuit runs: which instructions make one task, what a task waits for, where values lie.
///
/// A task is one instruction, or up to 16 rotations of one value, which share its decomposition into digits (hoisting
/// [HS18]; more would keep too many results alive at once). The members of a group read nothing but that value, so they
/// are ready together. Tasks are numbered such that those a task waits for stand before it; running them in this
/// order, or all that are ready side by side, gives the same results.
class Plan {
public:
    /// One pass over the program; verifies itself.
    explicit Plan(ManagedCircuit program);

    [[nodiscard]] const ManagedCircuit& program() const noexcept { return program_; }
    [[nodiscard]] std::size_t tasks() const noexcept { return instruction_ends_.size(); }
    /// The positions of the instructions of a task, ascending; several are rotations of one value.
    [[nodiscard]] std::span<const std::uint32_t> instructions(std::size_t task) const {
        return slice(instructions_, instruction_ends_, task);
    }
    /// The tasks that read a result of this one, once for each reading.
    [[nodiscard]] std::span<const std::uint32_t> readers(std::size_t task) const {
        return slice(readers_, reader_ends_, task);
    }
    /// How many readings a task waits for: how often it stands in `readers` of others.
    [[nodiscard]] int readings(std::size_t task) const { return readings_[task]; }
    /// How often instructions and outputs read a result: it may be freed after so many.
    [[nodiscard]] int uses(std::uint32_t instruction) const { return uses_[instruction]; }

    /// Which of `buffers()` places holds a result if the tasks run in order: no two results that live at the same time
    /// share one.
    [[nodiscard]] std::uint32_t buffer(std::uint32_t instruction) const { return buffer_of_[instruction]; }
    /// The most results that live at the same time if the tasks run in order.
    [[nodiscard]] std::size_t buffers() const noexcept { return buffers_; }
    /// The most tasks at the same distance from the inputs: about how many threads are of use, apart from those that
    /// share the work within a task.
    [[nodiscard]] std::size_t width() const noexcept { return width_; }

    /// Throws Error(internal) naming the first task that breaks what is said above.
    void verify() const;

private:
    static std::span<const std::uint32_t> slice(const std::vector<std::uint32_t>& all,
                                                const std::vector<std::size_t>& ends, std::size_t at) {
        const std::size_t begin = at == 0 ? 0 : ends[at - 1];
        return std::span(all).subspan(begin, ends[at] - begin);
    }
    void group_instructions();
    void connect_tasks();
    void assign_buffers();

    ManagedCircuit program_;
    std::vector<std::uint32_t> instructions_;  // of all tasks, one after the other
    std::vector<std::size_t> instruction_ends_;
    std::vector<std::uint32_t> readers_;
    std::vector<std::size_t> reader_ends_;
    std::vector<int> readings_;
    std::vector<int> uses_;
    std::vector<std::uint32_t> buffer_of_;
    std::size_t buffers_ = 0;
    std::size_t width_ = 0;
};

}  // namespace tacit::compile
