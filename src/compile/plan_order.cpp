#include "compile/plan_order.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace tacit::compile {

LiveValues::LiveValues(const ManagedCircuit& program, const ckks::Parameters& parameters, std::vector<int> uses)
    : program_(program), parameters_(parameters), uses_(std::move(uses)) {
    for (const int level : program.input_levels()) bytes_ += parameters.ciphertext_bytes(level);
    alive_ = program.input_levels().size();
    peak_bytes_ = bytes_;
    most_ = alive_;
}

std::size_t LiveValues::bytes(std::uint32_t value) const {
    const ckks::CiphertextType& type = program_.instructions()[value].type;
    return parameters_.ciphertext_bytes(type.level, type.degree);
}

bool LiveValues::is_input(std::uint32_t value) const { return program_.instructions()[value].step == Step::input; }

std::size_t LiveValues::bytes_with(const Plan::Task& task) const {
    std::size_t total = bytes_;
    for (const std::uint32_t value : task.results) total += is_input(value) ? 0 : bytes(value);
    return total;
}

void LiveValues::run(const Plan::Task& task) {
    bytes_ = bytes_with(task);
    alive_ += is_input(task.results.front()) ? 0 : task.results.size();
    peak_bytes_ = std::max(peak_bytes_, bytes_);
    most_ = std::max(most_, alive_);
    for (const std::uint32_t value : task.operands) {
        if (--uses_[value] == 0) free(value);
    }
    for (const std::uint32_t value : task.results) {
        if (uses_[value] == 0) free(value);
    }
}

void LiveValues::free(std::uint32_t value) {
    bytes_ -= bytes(value);
    --alive_;
}

namespace {

/// Which task could come next, by what is preferred.
class Scheduler {
public:
    Scheduler(const std::vector<Plan::Task>& tasks) : tasks_(tasks), waits_for_(tasks.size()) {
        for (const Plan::Task& task : tasks) {
            for (const std::uint32_t reader : task.readers) ++waits_for_[reader];
        }
    }

    /// All tasks, each as soon as it is the next by `pick` among those that are ready.
    template <class Pick>
    [[nodiscard]] std::vector<std::uint32_t> run(const std::vector<std::pair<double, std::uint32_t>>& preference,
                                                 const Pick& pick) {
        std::set<std::pair<double, std::uint32_t>> ready;  // the least first
        for (std::uint32_t task = 0; task < tasks_.size(); ++task) {
            if (waits_for_[task] == 0) ready.insert(preference[task]);
        }
        std::vector<std::uint32_t> order;
        while (!ready.empty()) {
            const auto next = pick(ready);
            order.push_back(next->second);
            ready.erase(next);
            for (const std::uint32_t reader : tasks_[order.back()].readers) {
                if (--waits_for_[reader] == 0) ready.insert(preference[reader]);
            }
        }
        return order;
    }

private:
    const std::vector<Plan::Task>& tasks_;
    std::vector<std::size_t> waits_for_;
};

std::vector<std::uint32_t> program_order(const std::vector<Plan::Task>& tasks) {
    std::vector<std::pair<double, std::uint32_t>> preference;
    for (std::uint32_t task = 0; task < tasks.size(); ++task) preference.emplace_back(tasks[task].results[0], task);
    return Scheduler(tasks).run(preference, [](const auto& ready) { return ready.begin(); });
}

std::size_t peak_bytes(LiveValues live, const std::vector<Plan::Task>& tasks, const std::vector<std::uint32_t>& order) {
    for (const std::uint32_t task : order) live.run(tasks[task]);
    return live.peak_bytes();
}

}  // namespace

std::vector<std::uint32_t> order_tasks(const ManagedCircuit& program, const ckks::Parameters& parameters,
                                       const std::vector<Plan::Task>& tasks, const std::vector<double>& costs,
                                       const std::vector<int>& uses) {
    const std::vector<std::uint32_t> written = program_order(tasks);
    const std::size_t limit = peak_bytes({program, parameters, uses}, tasks, written);
    std::vector<double> remaining(tasks.size());  // the longest way to the end, the task itself included
    for (std::size_t i = written.size(); i-- > 0;) {
        const std::uint32_t task = written[i];
        for (const std::uint32_t reader : tasks[task].readers) {
            remaining[task] = std::max(remaining[task], remaining[reader]);
        }
        remaining[task] += costs[task];
    }
    std::vector<std::pair<double, std::uint32_t>> preference;
    for (std::uint32_t task = 0; task < tasks.size(); ++task) preference.emplace_back(-remaining[task], task);
    LiveValues live(program, parameters, uses);
    const auto order = Scheduler(tasks).run(preference, [&](const auto& ready) {
        constexpr int most_tried = 64;
        auto next = ready.begin();
        for (int i = 0; i < most_tried && next != ready.end() && live.bytes_with(tasks[next->second]) > limit; ++i) {
            ++next;
        }
        if (next == ready.end()) next = ready.begin();
        live.run(tasks[next->second]);
        return next;
    });
    return live.peak_bytes() <= limit ? order : written;
}

}  // namespace tacit::compile
