#pragma once

#include "tacit/ckks/parameters.hpp"
#include "tacit/compile/cost.hpp"

namespace tacit::runtime {

/// Measures the operations of compile::TimedOperation on this machine, at up to nine levels, for
/// compile::predict_duration: with the threads of the current limit, every one busy with operations of the same kind,
/// the fastest of a few rounds. Cost: four key-switching keys and some tens of operations per level; seconds for
/// N = 2^15. The machine should be idle otherwise.
[[nodiscard]] compile::Calibration calibrate(const ckks::Parameters& parameters);

}  // namespace tacit::runtime
