#pragma once

#include "tacit/dp/noise.hpp"
#include "tacit/mpc/replicated.hpp"

/// Noise that three or four parties draw together and none of them knows. Parties, adversary and what two of them could
/// do together: tacit/mpc/replicated.hpp. Revealed: nothing, to nobody. docs/mpc-dp.md says what an answer with it is
/// worth.
namespace tacit::mpc {

/// noise.draws integers in two's complement, discrete Laplace or geometric: the coins of the clear sampler of layer dp,
/// with its thresholds, thrown on shares [DKMMN06]. Each coin compares 64 random bits that all parties share with the
/// first 64 digits of its probability. Where the clear sampler would ask for more digits, or for more binary places
/// than it has coins for, this one does not: see distance_of.
///
/// About log2(44 scale) coins are thrown for each geometric variable, two of which make a discrete Laplace. 8 rounds,
/// none without coins; 89 and gates a coin and 8 bytes a coin from one party in three, 8 bytes a draw: about 20 bytes a
/// coin from the party that sends most among three. Throws invalid_argument for other kinds, and for streams.
[[nodiscard]] Numbers draw_noise(Replicated& ring, const dp::Noise& noise);

/// The largest that a draw can be, and for the discrete Laplace kind the negative of the least.
[[nodiscard]] std::uint64_t largest_joint_noise(const dp::Noise& noise);

/// How far all draws together are from their distribution at most: their statistical distance. A coin is off by at most
/// 2^-64, and the places that are left out are set with chance 2^-63 at most. An answer that is epsilon-DP with exact
/// noise is (epsilon, (1 + e^epsilon) distance)-DP with this.
[[nodiscard]] dp::Cost distance_of_joint_noise(const dp::Noise& noise);

}  // namespace tacit::mpc
