#include "learn/training_progress.hpp"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "tacit/base/interrupt.hpp"
#include "tacit/ckks/noise.hpp"
#include "tacit/compile/counts.hpp"

namespace tacit::learn {

namespace {

using ckks::noise::budget_bits;

/// What "so many instructions are done" means, as they are done about in the order of the plan.
struct Milestones {
    std::vector<std::size_t> work;  ///< transforms up to each instruction
    std::vector<int> levels_left;   ///< of the deepest value until then
    std::vector<int> noise_budget;  ///< of the value that has least until then
};

/// Of inputs at the highest level that the segment uses.
int fresh_budget(const ckks::Parameters& parameters, const TrainingPlan& training) {
    return static_cast<int>(budget_bits(parameters, training.program.depth()));
}

Milestones milestones(const compile::Plan& plan, const ckks::Parameters& parameters, const TrainingPlan& training) {
    const std::vector<std::size_t> transforms = compile::transforms(plan, parameters);
    Milestones m;
    int deepest = training.program.depth();
    int least = fresh_budget(parameters, training);
    for (std::size_t task = 0; task < plan.tasks(); ++task) {
        for (const std::uint32_t i : plan.task(task).instructions) {
            m.work.push_back(transforms[i] + 1);  // none is for nothing
            const ckks::CiphertextType& type = training.program.instructions()[i].type;
            deepest = std::min(deepest, type.level);
            least = std::min(least, static_cast<int>(budget_bits(parameters, type.level, type.scale_power)));
            m.levels_left.push_back(deepest);
            m.noise_budget.push_back(least);
        }
    }
    std::partial_sum(m.work.begin(), m.work.end(), m.work.begin());
    return m;
}

}  // namespace

runtime::Progress weighed(const compile::Plan& tasks, const OpenJob& job, int segment, const TrainingPlan& plan,
                          const TrainingProgress& progress) {
    const auto units = [](int steps) { return static_cast<std::size_t>(steps) * progress_per_step; };
    const std::size_t before = units(plan.training.segment.first), here = units(plan.training.segment.steps);
    TrainingWork work{.done = before,
                      .total = units(plan.training.recipe.steps()),
                      .segment = segment,
                      .segments = job.segments(),
                      .levels_left = plan.program.depth(),
                      .levels = plan.program.depth(),
                      .noise_budget = fresh_budget(job.parameters, plan)};
    if (progress) progress(work);
    return [=, m = milestones(tasks, job.parameters, plan)](std::size_t done) mutable {
        throw_if_interrupted();
        work.done = before + here * m.work[done - 1] / m.work.back();
        work.levels_left = m.levels_left[done - 1];
        work.noise_budget = m.noise_budget[done - 1];
        if (progress) progress(work);
    };
}

}  // namespace tacit::learn
