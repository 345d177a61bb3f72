#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "dp/probability.hpp"
#include "dp/words.hpp"
#include "tacit/dp/noise.hpp"

namespace tacit::dp {

/// 1 / scale.
[[nodiscard]] Rate rate_of(const Noise& noise);

/// All the noise of a release, in order. Work depends on the kinds, scales and draws, not on what comes out.
[[nodiscard]] std::vector<std::int64_t> draw(std::span<const NoiseEffect> effects, Words& words);

}  // namespace tacit::dp
