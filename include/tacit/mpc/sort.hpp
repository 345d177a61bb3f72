#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tacit/base/random.hpp"
#include "tacit/mpc/replicated.hpp"

/// Shuffles and sorts secrets shared among three or four parties. Parties and adversary: tacit/mpc/replicated.hpp.
/// Revealed: how pairs of rows compare after a shuffle whose order nobody knows, which depends on that order alone.
/// Rounds and bytes: by function.
namespace tacit::mpc {

/// A uniformly random order of 0 .. count-1, by Fisher and Yates with rejection: no order is more likely than another.
[[nodiscard]] SecretVector<std::uint32_t> random_order(Rng& rng, std::size_t count);

/// A secret, uniformly random order of `count` entries, for any number of vectors: for each party an order that all but
/// that party draw, one after the other [LWZ11].
class Shuffle {
public:
    /// No messages. The ring must outlive this.
    Shuffle(Replicated& ring, std::size_t count);
    /// 3 rounds and 16n bytes for n entries; among four 4 rounds and 24n bytes. Throws invalid_argument for a vector of
    /// another size, and for more than 64 planes.
    [[nodiscard]] Numbers apply(const Numbers& x);
    /// Lanes change places.
    [[nodiscard]] Bits apply(const Bits& x);

private:
    template <class Algebra>
    Components apply_to(Components x);
    Replicated& ring_;
    std::size_t count_;
    std::array<SecretVector<std::uint32_t>, max_replicated_parties> orders_;  ///< this party lacks its own
};

/// Sorts rows by keys, ascending as signed numbers; equal keys keep their order. The first of the result are the keys,
/// then the columns. Keys and columns are shuffled; then a quicksort opens how pairs of rows compare, in an order that
/// nobody knows, which tells nothing about the keys [HKICT12]: that is why rows count as different always. Expected
/// 2 ln n comparisons a row, in about 2.5 log2 n batches of 9 to 11 rounds.
[[nodiscard]] std::vector<Numbers> sort_by(Replicated& ring, const Numbers& keys,
                                           std::span<const Numbers> columns = {});

/// Secret unsigned numbers, descending, and the lane from which each came.
struct Ranking {
    Bits values;
    Bits origins;
};
/// Equal values keep their order. At most 64 planes.
[[nodiscard]] Ranking rank(Replicated& ring, const Bits& values);

}  // namespace tacit::mpc
