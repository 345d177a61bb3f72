#pragma once

#include "learn/role_files.hpp"
#include "tacit/compile/plan.hpp"
#include "tacit/runtime/executor.hpp"

namespace tacit::learn {

/// Turns "instructions of this segment done" into work done over all steps of the training, which it reports, first
/// what the segments before did. What it returns throws Error(interrupted) after a signal.
[[nodiscard]] runtime::Progress weighed(const compile::Plan& tasks, const OpenJob& job, int segment,
                                        const TrainingPlan& plan, const TrainingProgress& progress);

}  // namespace tacit::learn
