#include "tacit/compile/plan.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "base/fail.hpp"

namespace tacit::compile {

namespace {

constexpr std::size_t most_hoisted = 16;

/// Calls use(operand) for every value that an instruction reads.
template <class Use>
void for_operands(const Instruction& i, const Use& use) {
    if (operand_count(i.step) > 0) use(i.lhs);
    if (operand_count(i.step) > 1) use(i.rhs);
}

}  // namespace

Plan::Plan(ManagedCircuit program) : program_(std::move(program)) {
    group_instructions();
    connect_tasks();
    assign_buffers();
    verify();
}

void Plan::group_instructions() {
    const auto& all = program_.instructions();
    std::vector<std::vector<std::uint32_t>> tasks;
    std::map<std::uint32_t, std::size_t> open;  // value -> the task that still takes rotations of it
    for (std::uint32_t i = 0; i < all.size(); ++i) {
        if (all[i].step == Step::rotate) {
            const auto found = open.find(all[i].lhs);
            if (found != open.end() && tasks[found->second].size() < most_hoisted) {
                tasks[found->second].push_back(i);
                continue;
            }
            open[all[i].lhs] = tasks.size();
        }
        tasks.push_back({i});
    }
    // The first member decides the place: all that a group waits for stands before it.
    for (const auto& task : tasks) {
        instructions_.insert(instructions_.end(), task.begin(), task.end());
        instruction_ends_.push_back(instructions_.size());
    }
}

void Plan::connect_tasks() {
    const auto& all = program_.instructions();
    std::vector<std::uint32_t> task_of(all.size());
    std::vector<std::vector<std::uint32_t>> readers(tasks());
    std::vector<std::size_t> rank(tasks());  // the longest way from an input
    std::vector<std::size_t> of_rank(tasks() + 1);
    readings_.assign(tasks(), 0);
    uses_.assign(all.size(), 0);
    for (std::uint32_t task = 0; task < tasks(); ++task) {
        const auto members = instructions(task);
        for (const std::uint32_t i : members) task_of[i] = task;
        for_operands(all[members.front()], [&](std::uint32_t value) {
            readers[task_of[value]].push_back(task);
            ++readings_[task];
            rank[task] = std::max(rank[task], rank[task_of[value]] + 1);
        });
        width_ = std::max(width_, ++of_rank[rank[task]]);
        for (const std::uint32_t i : members) for_operands(all[i], [&](std::uint32_t value) { ++uses_[value]; });
    }
    for (const std::uint32_t output : program_.outputs()) ++uses_[output];
    for (const auto& list : readers) {
        readers_.insert(readers_.end(), list.begin(), list.end());
        reader_ends_.push_back(readers_.size());
    }
}

void Plan::assign_buffers() {
    const auto& all = program_.instructions();
    std::vector<int> left = uses_;
    std::vector<std::uint32_t> free;
    buffer_of_.assign(all.size(), 0);
    const auto release = [&](std::uint32_t value) {
        if (--left[value] == 0) free.push_back(buffer_of_[value]);
    };
    for (std::size_t task = 0; task < tasks(); ++task) {
        for (const std::uint32_t i : instructions(task)) {
            if (free.empty()) free.push_back(static_cast<std::uint32_t>(buffers_++));
            buffer_of_[i] = free.back();
            free.pop_back();
        }
        for (const std::uint32_t i : instructions(task)) for_operands(all[i], release);
    }
}

void Plan::verify() const {
    const auto& all = program_.instructions();
    std::vector<bool> done(all.size());
    std::vector<std::uint32_t> holds(buffers_);  // the instruction whose result a buffer holds
    const auto fail_at = [](std::size_t task, const char* what) {
        fail(ErrorCode::internal, "plan: task {}: {}", task, what);
    };
    for (std::size_t task = 0; task < tasks(); ++task) {
        const auto members = instructions(task);
        for (const std::uint32_t i : members) {
            const bool together =
                members.size() == 1 || (all[i].step == Step::rotate && all[i].lhs == all[members.front()].lhs);
            if (!together) fail_at(task, "its instructions are not rotations of one value");
            for_operands(all[i], [&](std::uint32_t value) {
                if (!done[value]) fail_at(task, "it reads a value that no task before it makes");
                if (holds[buffer_of_[value]] != value) fail_at(task, "the buffer of an operand was taken by another");
            });
        }
        for (const std::uint32_t i : members) {
            if (done[i]) fail_at(task, "an instruction runs twice");
            done[i] = true;
            holds[buffer_of_[i]] = i;
        }
    }
    if (std::ranges::count(done, true) != std::ssize(all)) fail_at(tasks(), "an instruction never runs");
    for (const std::uint32_t output : program_.outputs()) {
        if (holds[buffer_of_[output]] != output) fail_at(tasks(), "the buffer of an output was taken by another");
    }
}

}  // namespace tacit::compile
