#pragma once

#include "dp/real.hpp"
#include "tacit/dp/cost.hpp"

namespace tacit::dp {

/// The smallest multiple of 2^-s that is not below a number above 0, where s is the largest that fits. Destroys it.
[[nodiscard]] Cost round_up(Real& number);

}  // namespace tacit::dp
