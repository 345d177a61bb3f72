#include "tacit/compile/regroup.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "base/fail.hpp"
#include "compile/plan_order.hpp"

namespace tacit::compile {

namespace {

/// How often each instruction is read by instructions and outputs.
std::vector<int> reads(const ManagedCircuit& program) {
    std::vector<int> found(program.instructions().size());
    for (const Instruction& i : program.instructions()) {
        if (operand_count(i.step) > 0) ++found[i.lhs];
        if (operand_count(i.step) > 1) ++found[i.rhs];
    }
    for (const std::uint32_t output : program.outputs()) ++found[output];
    return found;
}

/// The terms of a sum from left to right, and its additions.
void collect(const std::vector<Instruction>& all, const std::vector<bool>& inner, std::uint32_t at, PlainSum& sum) {
    std::vector<std::uint32_t> open{at};
    while (!open.empty()) {
        const std::uint32_t i = open.back();
        open.pop_back();
        if (i != at && !inner[i]) {
            sum.terms.push_back(i);
            continue;
        }
        sum.additions.push_back(i);
        open.push_back(all[i].rhs);
        open.push_back(all[i].lhs);
    }
    std::ranges::sort(sum.additions);
}

}  // namespace

std::vector<PlainSum> plain_sums(const Plan& plan) {
    const auto& all = plan.program().instructions();
    std::vector<bool> addition(all.size());  // that is a task
    for (std::size_t task = 0; task < plan.tasks(); ++task) {
        const Plan::Task& members = plan.task(task);
        const std::uint32_t only = members.instructions.front();
        addition[only] = members.sums.empty() && members.instructions.size() == 1 && all[only].step == Step::add;
    }
    const std::vector<int> read = reads(plan.program());
    std::vector<bool> inner(all.size());  // read by another addition and by nothing else
    for (std::uint32_t i = 0; i < all.size(); ++i) {
        if (!addition[i]) continue;
        for (const std::uint32_t operand : {all[i].lhs, all[i].rhs}) {
            inner[operand] = addition[operand] && read[operand] == 1;
        }
    }
    std::vector<PlainSum> sums;
    for (std::uint32_t i = 0; i < all.size(); ++i) {
        if (!addition[i] || inner[i]) continue;
        PlainSum sum{.result = i};
        collect(all, inner, i, sum);
        if (sum.terms.size() > 2) sums.push_back(std::move(sum));
    }
    return sums;
}

/// Writes program and tasks anew, sum by sum.
class SumRegrouper {
public:
    SumRegrouper(const Plan& plan, const std::vector<std::uint32_t>& groups)
        : plan_(plan), groups_(groups), moved_(plan.program().instructions().size()), program_(plan.program()) {
        program_.instructions_.clear();
    }

    Regrouped run(const ckks::Parameters& parameters) {
        std::vector<bool> dropped(moved_.size());
        std::map<std::uint32_t, PlainSum> by_result;
        for (PlainSum& sum : plain_sums(plan_)) {
            for (const std::uint32_t i : sum.additions) dropped[i] = true;
            by_result.emplace(sum.result, std::move(sum));
        }
        const auto& all = plan_.program().instructions();
        for (std::uint32_t i = 0; i < all.size(); ++i) {
            const auto sum = by_result.find(i);
            if (sum != by_result.end()) {
                moved_[i] = write(sum->second);
            } else if (!dropped[i]) {
                moved_[i] = copy(i);
            }
        }
        for (std::uint32_t& output : program_.outputs_) output = moved_[output];
        program_.verify();
        std::vector<Plan::Task> tasks = std::move(additions_);
        for (std::size_t task = 0; task < plan_.tasks(); ++task) {
            if (!dropped[plan_.task(task).instructions.front()]) tasks.push_back(moved(plan_.task(task)));
        }
        return {Plan(std::move(program_), std::move(tasks), parameters), std::move(new_groups_)};
    }

private:
    std::uint32_t push(const Instruction& i, std::uint32_t group) {
        program_.instructions_.push_back(i);
        new_groups_.push_back(group);
        return static_cast<std::uint32_t>(program_.instructions_.size() - 1);
    }
    std::uint32_t copy(std::uint32_t i) {
        Instruction copied = plan_.program().instructions()[i];
        if (operand_count(copied.step) > 0) copied.lhs = moved_[copied.lhs];
        if (operand_count(copied.step) > 1) copied.rhs = moved_[copied.rhs];
        return push(copied, groups_[i]);
    }
    /// An addition in `group` of two values that are there already.
    std::uint32_t add(std::uint32_t lhs, std::uint32_t rhs, const Instruction& like, std::uint32_t group) {
        Instruction sum = like;
        sum.lhs = lhs;
        sum.rhs = rhs;
        const auto& all = program_.instructions_;
        sum.type.degree = std::max(all[lhs].type.degree, all[rhs].type.degree);
        const std::uint32_t at = push(sum, group);
        additions_.push_back({.instructions = {at}, .results = {at}});
        return at;
    }
    /// The sums of the groups, the result's group first, and of those halves that meet pairwise.
    std::uint32_t write(const PlainSum& sum) {
        const Instruction& like = plan_.program().instructions()[sum.result];
        const std::uint32_t root = groups_[sum.result];
        std::map<std::pair<bool, std::uint32_t>, std::uint32_t> partial;  // (not the root, group) -> its sum so far
        for (const std::uint32_t term : sum.terms) {
            const std::uint32_t group = groups_[term];
            const auto [found, first] = partial.try_emplace({group != root, group}, moved_[term]);
            if (!first) found->second = add(found->second, moved_[term], like, group);
        }
        std::vector<std::pair<std::uint32_t, std::uint32_t>> left;  // group, sum
        for (const auto& [key, value] : partial) left.emplace_back(key.second, value);
        while (left.size() > 1) {
            const std::size_t half = (left.size() + 1) / 2;
            for (std::size_t i = half; i < left.size(); ++i) {
                auto& [group, value] = left[i - half];
                value = add(value, left[i].second, like, left.size() == 2 ? root : group);
            }
            left.resize(half);
        }
        return left.front().second;
    }
    [[nodiscard]] Plan::Task moved(Plan::Task task) const {
        const auto move = [&](std::uint32_t& i) { i = moved_[i]; };
        std::ranges::for_each(task.instructions, move);
        std::ranges::for_each(task.results, move);
        for (PlannedSum& sum : task.sums) {
            move(sum.result);
            for (PlannedTerm& term : sum.terms) {
                move(term.value);
                if (term.rotation) move(*term.rotation);
                if (term.product) move(*term.product);
            }
        }
        return {std::move(task.instructions), std::move(task.sums), {}, std::move(task.results), {}};
    }

    const Plan& plan_;
    const std::vector<std::uint32_t>& groups_;
    std::vector<std::uint32_t> moved_;  // where each instruction is now
    ManagedCircuit program_;
    std::vector<std::uint32_t> new_groups_;
    std::vector<Plan::Task> additions_;
};

Regrouped regroup_sums(const Plan& plan, const ckks::Parameters& parameters, const std::vector<std::uint32_t>& groups) {
    if (groups.size() != plan.program().instructions().size()) {
        fail(ErrorCode::invalid_argument, "regroup_sums: {} groups for {} instructions; give one for each",
             groups.size(), plan.program().instructions().size());
    }
    return SumRegrouper(plan, groups).run(parameters);
}

}  // namespace tacit::compile
