#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tacit/mpc/circuits.hpp"
#include "tacit/study/description.hpp"
#include "tacit/study/suppress.hpp"

/// What the servers compute on shares of tables, a batch of contributors at a time.
namespace tacit::study {

/// The words of a batch of tables: word w of contributor i is number w * lanes + i. The number of lanes is a multiple
/// of 64; those past the last contributor are 0.
struct Batch {
    mpc::Numbers words;
    std::size_t lanes = 0;
};

/// Which tables hold nothing but what the study allows: every word between 0 and its bound. Opened. 10 + log2(2 *
/// words) rounds; about 52 bytes a word.
[[nodiscard]] std::vector<bool> find_valid(mpc::Replicated& ring, const Study& study, const Batch& batch);

/// Makes those that are not valid tables of nothing.
void leave_out(Batch& batch, const std::vector<bool>& valid);

/// For each cell how often it was filled in, then for each column and cell the sum of what was filled in; words where
/// the cell was not filled in do not count. 1 round.
[[nodiscard]] mpc::Numbers add_up(mpc::Replicated& ring, const Study& study, const Batch& batch);

/// For each union of cells in how many tables at least one of them is filled in. Rounds: log2 of the longest.
[[nodiscard]] mpc::Numbers count_contributors(mpc::Replicated& ring, const Batch& batch,
                                              std::span<const std::vector<std::size_t>> unions);

/// Which counts are below `fewest`. Opened. 9 rounds.
[[nodiscard]] std::vector<bool> find_small(mpc::Replicated& ring, const mpc::Numbers& counts, std::uint64_t fewest);

}  // namespace tacit::study
