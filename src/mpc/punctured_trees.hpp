#pragma once

#include <cstddef>

#include "tacit/base/random.hpp"
#include "tacit/mpc/block.hpp"
#include "tacit/mpc/secret_vector.hpp"
#include "tacit/party/party.hpp"

/// 32 binary trees of 16 pseudorandom seeds each: one party has them all, the other one all but one in every tree, of
/// its own choice, and the first does not learn which [GGM86, Roy22 figure 13]. The check of figure 14 holds the first
/// to one tree for every choice: what it may do is guess a choice and be caught if it is wrong.
/// One round from the grower after the base transfers; 10 KB. Cost: 128 base transfers, some 2000 hashes.
namespace tacit::mpc::punctured_trees {

inline constexpr std::size_t trees = 32;
inline constexpr std::size_t depth = 4;
inline constexpr std::size_t leaves = 16;

/// Seed x of tree i is at 16 i + x.
[[nodiscard]] SecretVector<Seed> grow(party::Party& me);
/// The seeds that the other party grew but those that `missing` names, four bits for each tree from the lowest: in
/// their places are seeds that mean nothing. Throws protocol_violation if the trees do not pass the check.
[[nodiscard]] SecretVector<Seed> puncture(party::Party& me, const Block& missing);

}  // namespace tacit::mpc::punctured_trees
