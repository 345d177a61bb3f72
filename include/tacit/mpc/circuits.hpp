#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "tacit/mpc/replicated.hpp"

/// Comparisons, conversions and selections of secrets shared among three or four parties: the same circuits for both.
/// Parties and adversary: tacit/mpc/replicated.hpp. Revealed: nothing, to nobody.
/// Rounds are exact, and do not depend on how many lanes a vector has; "and gates" cost one bit a party and lane among
/// three, 1.5 among four. Numbers are in two's complement. Errors: invalid_argument for operands of different shapes,
/// and those of Replicated.
namespace tacit::mpc {

/// The lowest `planes` bits (1 to 64) of each number. 1 + 1 + ceil(log2(planes - 1)) rounds; 64 planes: 373 and gates
/// and 8 bytes from one party in three [MR18].
[[nodiscard]] Bits to_bits(Replicated& ring, const Numbers& x, std::size_t planes = 64);
/// The number in each lane, unsigned. 2 rounds, 8 bytes a lane and 8 a plane and lane from one party in three.
[[nodiscard]] Numbers to_numbers(Replicated& ring, const Bits& x);
/// How many lanes of each plane are 1: a number for each plane. The same cost, with 8 bytes a plane instead of a lane.
[[nodiscard]] Numbers count_ones(Replicated& ring, const Bits& x);

/// Of one plane: for each weights.size() lanes in turn, the sum of the weights of those that are 1. 2 rounds; 8 bytes a
/// lane from one party in three, 8 a sum.
[[nodiscard]] Numbers weighted_sums(Replicated& ring, const Bits& x, std::span<const std::uint64_t> weights);

/// One plane: 1 where x < 0. 8 rounds, 182 and gates and 8 bytes from one party in three: 25.4 bytes on average.
[[nodiscard]] Bits is_negative(Replicated& ring, const Numbers& x);
/// 1 where x < y. |x| and |y| below 2^62, which nobody can check. The cost of is_negative.
[[nodiscard]] Bits less(Replicated& ring, const Numbers& x, const Numbers& y);
/// 1 where x = y. 7 rounds, 63 and gates and 8 bytes from one party in three.
[[nodiscard]] Bits equal(Replicated& ring, const Numbers& x, const Numbers& y);

/// 1 where the unsigned number in x's lane is smaller. 1 + ceil(log2(planes)) rounds, below 3 and gates a plane.
[[nodiscard]] Bits less(Replicated& ring, const Bits& x, const Bits& y);
/// The same against public numbers. ceil(log2(planes)) rounds, below 1.5 and gates a plane.
[[nodiscard]] Bits less(Replicated& ring, const Bits& x, const ClearBits& y);
/// 1 where all planes are 1. ceil(log2(planes)) rounds, planes - 1 and gates.
[[nodiscard]] Bits all_ones(Replicated& ring, const Bits& x);

/// x where the choice is 1, else y. `choice` has one plane. 1 round, as many and gates as x has planes.
[[nodiscard]] Bits select(Replicated& ring, const Bits& choice, const Bits& x, const Bits& y);
/// 3 rounds, 16 bytes, and 8 from one party in three.
[[nodiscard]] Numbers select(Replicated& ring, const Bits& choice, const Numbers& x, const Numbers& y);

/// x / 2^bits rounded down, exactly, for |x| < 2^62 and 0 <= bits < 62. 4 + ceil(log2(bits)) rounds, one more among
/// four; less than 3 and gates a bit, 16 bytes, and 24 from one party in three.
[[nodiscard]] Numbers truncate(Replicated& ring, const Numbers& x, std::size_t bits);

}  // namespace tacit::mpc
