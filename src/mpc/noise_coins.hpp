#pragma once

#include <cstdint>
#include <vector>

#include "tacit/dp/noise.hpp"
#include "tacit/mpc/replicated.hpp"

namespace tacit::mpc {

/// The coins of one draw in the order in which the clear sampler takes words for them, without the last of each
/// geometric variable, which shows 1 with chance 2^-64 at most.
struct NoiseCoins {
    /// Throws invalid_argument unless the noise is made of coins.
    explicit NoiseCoins(const dp::Noise& noise);

    std::vector<std::uint64_t> thresholds;  ///< a coin shows 1 if its word is below
    std::vector<std::uint64_t> weights;     ///< what the draw is larger by then, modulo 2^64
    std::size_t places;                     ///< binary places of one geometric variable
};

/// The noise that these words make: 64 planes, a lane for each coin of the first draw, then of the second one, …
[[nodiscard]] Numbers noise_of_words(Replicated& ring, const NoiseCoins& coins, const Bits& words);

}  // namespace tacit::mpc
