#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tacit/base/expected.hpp"
#include "tacit/base/random.hpp"
#include "tacit/mpc/shares.hpp"

/// Shares of secrets whose owners are no parties, and results for those who are none.
namespace tacit::mpc {

/// A share for each of three or four parties, to be brought to it alone, confidentially. Any one of them is uniformly
/// random whatever the secret; any two together are the secret. Throws invalid_argument for other numbers of parties.
[[nodiscard]] std::vector<Bits> deal(const ClearBits& bits, int parties, Rng& rng);
[[nodiscard]] std::vector<Numbers> deal(std::span<const std::uint64_t> values, int parties, Rng& rng);

/// What all parties sent to a receiver (after Replicated::for_receiver), one share by party. Every component comes from
/// at least two parties; if they differ the error is protocol_violation: one of them cheats, and among four an honest
/// receiver cannot be deceived by one.
[[nodiscard]] Expected<ClearBits> combine(std::span<const Bits> shares);
[[nodiscard]] Expected<std::vector<std::uint64_t>> combine(std::span<const Numbers> shares);

/// A share of bits as a file or message: a header of 24 bytes, then 8 bytes a word and component.
[[nodiscard]] std::vector<std::byte> to_bytes(const Bits& share, int parties, int party);
/// Bytes from outside. Errors are malformed_input: not a share, for other parties, of another shape than due.
[[nodiscard]] Expected<Bits> share_from_bytes(std::span<const std::byte> bytes, int parties, int party, BitShape shape);

}  // namespace tacit::mpc
