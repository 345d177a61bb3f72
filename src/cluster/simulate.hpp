#pragma once

#include <cstdint>
#include <vector>

#include "cluster/routes.hpp"

namespace tacit::cluster {

/// Plays a run through: every rank computes one task after the other, the first ready one of its own in the order of
/// the plan and not too far ahead, as runtime::Run does; values go out in the order in which they are made. `seconds`
/// of every task.
[[nodiscard]] Prediction simulate(const compile::Plan& plan, const std::vector<std::uint32_t>& rank_of, int ranks,
                                  const std::vector<double>& seconds, const ckks::Parameters& parameters,
                                  const Network& network);

}  // namespace tacit::cluster
