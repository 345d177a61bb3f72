#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tacit/base/int128.hpp"
#include "tacit/party/party.hpp"
#include "tacit/party/session.hpp"

namespace tacit::mpc {

/// Sums of private values, entry by entry.
struct SumPlan {
    std::vector<int> inputs;     ///< the parties that give values, ascending; at least 3
    std::vector<int> receivers;  ///< those that learn the sums, ascending; at least 1
    std::uint64_t entries = 1;   ///< values of each party; 1 to 2^28
    std::int64_t low = 0;        ///< every value lies between these
    std::int64_t high = 0;

    /// Bits of the ring in which shares are added: 64 if every sum fits, 128 otherwise.
    [[nodiscard]] int ring_bits() const noexcept;
    /// The same for all parties of a session.
    [[nodiscard]] party::Plan plan() const;
};

/// Those of a roster that compute, by their roles. Throws invalid_argument for bounds or roles that make no plan: fewer
/// than 3 who give values (two of them would learn each other's), somebody who gives values or receives and does not
/// compute, low above high.
[[nodiscard]] SumPlan plan_sum(const party::Roster& roster, std::uint64_t entries, std::int64_t low, std::int64_t high);

/// Throws invalid_argument unless these are the values that the plan has from this party: plan.entries of one that
/// gives some, none otherwise, all within the bounds. To be asked before the others are met.
void check_values(const SumPlan& plan, int party, std::span<const std::int64_t> values);

/// The sums, by additive sharing: to the receivers; nothing to the others.
///
/// Every party draws a seed for each other party and keeps its values minus what the seeds expand to; adds what the
/// seeds it got expand to; and opens its partial sums to the receivers, after all have committed to theirs.
///
/// - Parties: any number, of whom 3 or more give values. Adversary: semi-honest, any coalition of all but two of those
///   who give values learns nothing beyond the sums. Privacy also holds against parties that depart from the protocol.
///   Correctness does not: a cheater can shift the sums by an amount that it chooses blindly, or end the run.
/// - Revealed: the sums, to the receivers; who takes part, and the number of entries, to all.
/// - 3 rounds (seeds, commitments, openings). Each party sends 64 bytes to each other one, and 32 bytes and 8 per entry
///   (16 in the ring of 128 bits) more to each receiver.
///
/// Throws as check_values(), before anything is sent; protocol_violation, unreachable.
[[nodiscard]] std::vector<Int128> sum(party::Party& party, const SumPlan& plan, std::span<const std::int64_t> values);

}  // namespace tacit::mpc
