#include "tacit/compile/plan.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/fail.hpp"
#include "compile/fresh_errors.hpp"
#include "compile/plan_order.hpp"
#include "compile/plan_sums.hpp"
#include "tacit/compile/counts.hpp"

namespace tacit::compile {

namespace {

constexpr std::size_t most_hoisted = 16;

/// Calls use(operand) for every value that an instruction reads.
template <class Use>
void for_operands(const Instruction& i, const Use& use) {
    if (operand_count(i.step) > 0) use(i.lhs);
    if (operand_count(i.step) > 1) use(i.rhs);
}

/// The work of every task in transforms; what only passes over memory counts as one for each row it writes.
std::vector<double> costs(const Plan& plan, const ckks::Parameters& parameters) {
    const std::vector<std::size_t> of_each = transforms(plan, parameters);
    std::vector<double> found;
    for (std::size_t task = 0; task < plan.tasks(); ++task) {
        double cost = 0;
        for (const std::uint32_t n : plan.task(task).instructions) cost += static_cast<double>(of_each[n]);
        for (const std::uint32_t n : plan.task(task).results) {
            const ckks::CiphertextType& type = plan.program().instructions()[n].type;
            cost += static_cast<double>(type.degree + 1) * static_cast<double>(parameters.limbs(type.level));
        }
        found.push_back(cost);
    }
    return found;
}

}  // namespace

Plan::Plan(ManagedCircuit program, const ckks::Parameters& parameters) : program_(std::move(program)) {
    check_parameters("Plan", program_, parameters);
    group_instructions(parameters);
    connect_and_order(parameters);
}

Plan::Plan(ManagedCircuit program, std::vector<Task> tasks, const ckks::Parameters& parameters)
    : program_(std::move(program)), tasks_(std::move(tasks)) {
    std::ranges::sort(tasks_, {}, [](const Task& task) { return task.results.front(); });
    connect_and_order(parameters);
}

void Plan::connect_and_order(const ckks::Parameters& parameters) {
    connect_tasks();
    put_in_order(order_tasks(program_, parameters, tasks_, costs(*this, parameters), uses_));
    LiveValues live(program_, parameters, uses_);
    for (const Task& task : tasks_) live.run(task);
    most_alive_ = live.most();
    verify();
}

void Plan::group_instructions(const ckks::Parameters& parameters) {
    const auto& all = program_.instructions();
    tasks_ = find_sums(program_, parameters);
    std::vector<bool> taken(all.size());
    for (Task& task : tasks_) {
        for (const std::uint32_t i : task.instructions) taken[i] = true;
        for (const PlannedSum& sum : task.sums) task.results.push_back(sum.result);
    }
    std::map<std::uint32_t, std::size_t> open;  // value -> the task that still takes rotations of it
    for (std::uint32_t i = 0; i < all.size(); ++i) {
        if (taken[i]) continue;
        if (all[i].step == Step::rotate) {
            const auto found = open.find(all[i].lhs);
            if (found != open.end() && tasks_[found->second].results.size() < most_hoisted) {
                tasks_[found->second].instructions.push_back(i);
                tasks_[found->second].results.push_back(i);
                continue;
            }
            open[all[i].lhs] = tasks_.size();
        }
        tasks_.push_back({{i}, {}, {}, {i}, {}});
    }
    std::ranges::sort(tasks_, {}, [](const Task& task) { return task.results.front(); });
}

void Plan::connect_tasks() {
    const auto& all = program_.instructions();
    std::vector<std::uint32_t> task_of(all.size());
    for (std::uint32_t task = 0; task < tasks(); ++task) {
        for (const std::uint32_t i : tasks_[task].instructions) task_of[i] = task;
    }
    uses_.assign(all.size(), 0);
    for (std::uint32_t task = 0; task < tasks(); ++task) {
        std::set<std::uint32_t> operands;
        for (const std::uint32_t i : tasks_[task].instructions) {
            for_operands(all[i], [&](std::uint32_t value) {
                if (task_of[value] != task) operands.insert(value);
            });
        }
        tasks_[task].operands.assign(operands.begin(), operands.end());
        for (const std::uint32_t value : operands) {
            ++uses_[value];
            tasks_[task_of[value]].readers.push_back(task);
        }
    }
    for (const std::uint32_t output : program_.outputs()) ++uses_[output];
}

void Plan::put_in_order(const std::vector<std::uint32_t>& order) {
    std::vector<std::uint32_t> place(tasks());
    for (std::uint32_t i = 0; i < order.size(); ++i) place[order[i]] = i;
    std::vector<Task> ordered;
    for (const std::uint32_t task : order) {
        ordered.push_back(std::move(tasks_[task]));
        for (std::uint32_t& reader : ordered.back().readers) reader = place[reader];
    }
    tasks_ = std::move(ordered);
}

void Plan::verify() const {
    const auto& all = program_.instructions();
    std::vector<bool> done(all.size()), left(all.size());  // left: a result
    const auto fail_at = [](std::size_t task, const char* what) {
        fail(ErrorCode::internal, "plan: task {}: {}", task, what);
    };
    for (std::size_t task = 0; task < tasks(); ++task) {
        const auto& members = tasks_[task].instructions;
        const bool hoisted = tasks_[task].sums.empty() && members.size() > 1;
        for (const std::uint32_t value : tasks_[task].operands) {
            if (!left[value]) fail_at(task, "it reads a value that no task before it leaves");
        }
        for (const std::uint32_t i : members) {
            if (done[i]) fail_at(task, "an instruction runs twice");
            if (hoisted && (all[i].step != Step::rotate || all[i].lhs != all[members.front()].lhs)) {
                fail_at(task, "its instructions are neither a sum nor rotations of one value");
            }
            for_operands(all[i], [&](std::uint32_t value) {
                if (!std::ranges::binary_search(members, value) &&
                    !std::ranges::binary_search(tasks_[task].operands, value)) {
                    fail_at(task, "it reads a value that is none of its operands");
                }
            });
            done[i] = true;
        }
        for (const std::uint32_t i : tasks_[task].results) left[i] = true;
    }
    if (std::ranges::count(done, true) != std::ssize(all)) fail_at(tasks(), "an instruction never runs");
    for (const std::uint32_t output : program_.outputs()) {
        if (!left[output]) fail_at(tasks(), "an output is left by no task");
    }
}

}  // namespace tacit::compile
