#pragma once

#include <vector>

#include "tacit/compile/plan.hpp"

namespace tacit::compile {

/// The sums of a program that are cheaper with one division by P, by transforms: tasks with instructions and sums, no
/// instruction in two of them.
[[nodiscard]] std::vector<Plan::Task> find_sums(const ManagedCircuit& program, const ckks::Parameters& parameters);

}  // namespace tacit::compile
