#pragma once

#include "tacit/base/hash.hpp"
#include "tacit/compile/plan.hpp"

namespace tacit::runtime {

/// Every instruction, constant and output of the program, and which instructions make a task, in order.
void hash_plan(Hasher& hasher, const compile::Plan& plan);

}  // namespace tacit::runtime
