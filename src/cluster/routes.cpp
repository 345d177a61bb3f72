#include "cluster/routes.hpp"

#include <algorithm>
#include <set>

#include "tacit/base/parallel.hpp"

namespace tacit::cluster {

using compile::Plan;
using compile::Step;

Routes find_routes(const Plan& plan, const std::vector<std::uint32_t>& rank_of) {
    const auto& all = plan.program().instructions();
    Routes routes{std::vector<std::uint32_t>(all.size()), std::vector<std::vector<std::uint32_t>>(all.size())};
    std::vector<std::set<std::uint32_t>> needed(all.size());
    for (std::size_t task = 0; task < plan.tasks(); ++task) {
        for (const std::uint32_t value : plan.task(task).operands) needed[value].insert(rank_of[task]);
        for (const std::uint32_t value : plan.task(task).results) {
            routes.owner[value] = all[value].step == Step::input ? Routes::everybody : rank_of[task];
        }
    }
    for (const std::uint32_t output : plan.program().outputs()) needed[output].insert(0);
    for (std::size_t value = 0; value < all.size(); ++value) {
        if (routes.owner[value] == Routes::everybody) continue;
        needed[value].erase(routes.owner[value]);
        routes.targets[value].assign(needed[value].begin(), needed[value].end());
    }
    return routes;
}

runtime::Portion portion_of(const Plan& plan, const std::vector<std::uint32_t>& rank_of, const Routes& routes,
                            std::uint32_t rank) {
    const auto& all = plan.program().instructions();
    runtime::Portion portion{.reads = std::vector<int>(all.size()),
                             .gives_outputs = rank == 0,
                             .ahead = tasks_ahead * static_cast<std::size_t>(thread_count())};
    std::set<std::uint32_t> arriving;
    const auto read = [&](std::uint32_t value) {
        ++portion.reads[value];
        if (routes.owner[value] != rank) arriving.insert(value);
    };
    for (std::uint32_t task = 0; task < plan.tasks(); ++task) {
        if (rank_of[task] != rank || all[plan.task(task).results.front()].step == Step::input) continue;
        portion.tasks.push_back(task);
        for (const std::uint32_t value : plan.task(task).operands) read(value);
        for (const std::uint32_t value : plan.task(task).results) {
            portion.reads[value] += static_cast<int>(routes.targets[value].size());
        }
    }
    for (const std::uint32_t output : plan.program().outputs()) {
        if (rank == 0) read(output);
    }
    portion.arriving.assign(arriving.begin(), arriving.end());
    return portion;
}

Needs needs_of(const Schedule& schedule, int rank) {
    const auto& all = schedule.plan.program().instructions();
    const auto own = static_cast<std::uint32_t>(rank);
    const auto portion = portion_of(schedule.plan, schedule.rank_of, find_routes(schedule.plan, schedule.rank_of), own);
    Needs needs{.keys = {.relinearization = false}};
    for (const std::uint32_t value : portion.arriving) {
        if (all[value].step == Step::input) needs.inputs.push_back(static_cast<std::size_t>(all[value].attribute));
    }
    std::ranges::sort(needs.inputs);
    std::set<int> rotations;
    for (const std::uint32_t task : portion.tasks) {
        for (const std::uint32_t i : schedule.plan.task(task).instructions) {
            needs.keys.relinearization |= all[i].step == Step::relinearize_rescale;
            needs.keys.conjugation |= all[i].step == Step::conjugate;
            if (all[i].step == Step::rotate) rotations.insert(all[i].attribute);
        }
    }
    needs.keys.rotations.assign(rotations.begin(), rotations.end());
    return needs;
}

}  // namespace tacit::cluster
