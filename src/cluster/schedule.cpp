#include "tacit/cluster/schedule.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <utility>

#include "base/fail.hpp"
#include "cluster/simulate.hpp"
#include "runtime/hash_plan.hpp"
#include "tacit/compile/regroup.hpp"

namespace tacit::cluster {

using compile::Plan;
using compile::Step;

namespace {

constexpr int most_ranks = 1024;

/// Disjoint sets of tasks.
class Parts {
public:
    explicit Parts(std::size_t tasks) : parent_(tasks) { std::iota(parent_.begin(), parent_.end(), 0U); }
    std::uint32_t of(std::uint32_t task) {
        while (parent_[task] != task) task = parent_[task] = parent_[parent_[task]];
        return task;
    }
    void join(std::uint32_t a, std::uint32_t b) { parent_[std::max(of(a), of(b))] = std::min(of(a), of(b)); }

private:
    std::vector<std::uint32_t> parent_;  // the smallest task is the root
};

/// What does not change while several meanings of "many" are tried.
struct Dealer {
    const Plan& plan;
    const ckks::Parameters& parameters;
    const std::vector<double>& seconds;
    int ranks;
    const Network& network;
    std::vector<std::uint32_t> task_of{};               // of each instruction
    std::vector<compile::PlainSum> sums{};              // that may be cut
    std::vector<std::vector<std::uint32_t>> readers{};  // tasks, by value

    void prepare() {
        task_of.resize(plan.program().instructions().size());
        readers.resize(task_of.size());
        for (std::uint32_t task = 0; task < plan.tasks(); ++task) {
            for (const std::uint32_t i : plan.task(task).instructions) task_of[i] = task;
            for (const std::uint32_t value : plan.task(task).operands) readers[value].push_back(task);
        }
        sums = compile::plain_sums(plan);
    }
    [[nodiscard]] bool is_input(std::uint32_t task) const {
        return plan.program().instructions()[plan.task(task).instructions.front()].step == Step::input;
    }
    [[nodiscard]] double transfer(std::uint32_t value) const {
        const ckks::CiphertextType& type = plan.program().instructions()[value].type;
        return network.seconds_per_message +
               static_cast<double>(parameters.ciphertext_bytes(type.level, type.degree)) / network.bytes_per_second;
    }

    /// Joins what hangs together if `many` readers or terms cut.
    [[nodiscard]] Parts parts(std::size_t many) const {
        Parts parts(plan.tasks());
        std::vector<bool> cut(task_of.size());  // additions of long sums
        for (const compile::PlainSum& sum : sums) {
            if (sum.terms.size() < many) continue;
            for (const std::uint32_t i : sum.additions) {
                cut[i] = true;
                parts.join(task_of[i], task_of[sum.result]);
            }
        }
        for (std::uint32_t task = 0; task < plan.tasks(); ++task) {
            if (is_input(task)) continue;
            for (const std::uint32_t value : plan.task(task).results) {
                if (readers[value].size() >= many) continue;
                for (const std::uint32_t reader : readers[value]) {
                    const bool of_long_sum = cut[plan.task(reader).results.front()];
                    if (!of_long_sum) parts.join(task, reader);
                }
            }
        }
        return parts;
    }

    /// A rank for every task.
    [[nodiscard]] std::vector<std::uint32_t> deal(Parts parts) const {
        std::map<std::uint32_t, std::vector<std::uint32_t>> members;  // by part
        std::map<std::uint32_t, double> weight;
        for (std::uint32_t task = 0; task < plan.tasks(); ++task) {
            members[parts.of(task)].push_back(task);
            weight[parts.of(task)] += seconds[task];
        }
        std::vector<std::uint32_t> order;
        for (const auto& [part, of_part] : weight) order.push_back(part);
        std::ranges::stable_sort(order, [&](auto a, auto b) { return weight[a] > weight[b]; });
        std::vector<double> load(static_cast<std::size_t>(ranks));
        std::vector<std::uint32_t> rank_of(plan.tasks(), Routes::everybody);
        for (const std::uint32_t part : order) {
            std::vector<double> cost = load;
            for (const std::uint32_t task : members[part]) add_transfers(task, rank_of, cost);
            const auto best = static_cast<std::size_t>(std::ranges::min_element(cost) - cost.begin());
            load[best] += weight[part];
            for (const std::uint32_t task : members[part]) rank_of[task] = static_cast<std::uint32_t>(best);
        }
        return rank_of;
    }

    /// What each rank would wait for if it took a task: values of tasks that others have already.
    void add_transfers(std::uint32_t task, const std::vector<std::uint32_t>& rank_of, std::vector<double>& cost) const {
        const auto add = [&](std::uint32_t other, std::uint32_t value) {
            if (rank_of[other] == Routes::everybody || is_input(other)) return;
            for (std::size_t rank = 0; rank < cost.size(); ++rank) {
                if (rank != rank_of[other]) cost[rank] += transfer(value);
            }
        };
        for (const std::uint32_t value : plan.task(task).operands) add(task_of[value], value);
        for (const std::uint32_t value : plan.task(task).results) {
            for (const std::uint32_t reader : readers[value]) add(reader, value);
        }
    }

    /// The plan with sums by rank, and how long it takes.
    [[nodiscard]] Schedule schedule(const std::vector<std::uint32_t>& rank_of,
                                    const compile::Calibration& calibration) const {
        std::vector<std::uint32_t> groups;
        for (std::uint32_t i = 0; i < task_of.size(); ++i) {
            const bool elsewhere = is_input(task_of[i]) && !readers[i].empty();  // an input is where it is first read
            groups.push_back(rank_of[elsewhere ? readers[i].front() : task_of[i]]);
        }
        compile::Regrouped regrouped = regroup_sums(plan, parameters, groups);
        Schedule found{std::move(regrouped.plan), ranks};
        for (std::size_t task = 0; task < found.plan.tasks(); ++task) {
            found.rank_of.push_back(regrouped.groups[found.plan.task(task).results.front()]);
        }
        found.predicted = simulate(found.plan, found.rank_of, ranks, predict_tasks(found.plan, parameters, calibration),
                                   parameters, network);
        return found;
    }
};

}  // namespace

Schedule make_schedule(const Plan& plan, const ckks::Parameters& parameters, const compile::Calibration& calibration,
                       int ranks, const Network& network) {
    if (ranks < 1 || ranks > most_ranks) {
        fail(ErrorCode::invalid_argument, "make_schedule: {} ranks; use 1 to {}", ranks, most_ranks);
    }
    if (plan.program().count(Step::refresh) > 0) {
        fail(ErrorCode::invalid_argument,
             "make_schedule: the plan has {} refreshes, which several machines do not do; run it on one",
             plan.program().count(Step::refresh));
    }
    const std::vector<double> seconds = predict_tasks(plan, parameters, calibration);
    Dealer dealer{plan, parameters, seconds, ranks, network};
    dealer.prepare();
    Schedule best = dealer.schedule(std::vector<std::uint32_t>(plan.tasks()), calibration);
    for (std::size_t many = 4; ranks > 1 && many <= 64; many *= 2) {
        Schedule tried = dealer.schedule(dealer.deal(dealer.parts(many)), calibration);
        if (tried.predicted.seconds < best.predicted.seconds) best = std::move(tried);
    }
    return best;
}

Digest Schedule::digest() const {
    Hasher hasher;
    runtime::hash_plan(hasher, plan);
    hasher.update(static_cast<std::uint64_t>(ranks));
    for (const std::uint32_t rank : rank_of) hasher.update(std::uint64_t{rank});
    return hasher.finish();
}

}  // namespace tacit::cluster
