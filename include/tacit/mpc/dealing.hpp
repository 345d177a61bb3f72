#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "tacit/base/expected.hpp"
#include "tacit/base/random.hpp"
#include "tacit/mpc/shares.hpp"

/// Shares of secrets whose owners are no parties, and results for those who are none.
namespace tacit::mpc {

/// A share for each of three or four parties, which nobody else may see (tacit/mpc/sealed_shares.hpp). Any one of them
/// is uniformly random whatever the secret; any two together are the secret. Throws invalid_argument for other numbers
/// of parties.
[[nodiscard]] std::vector<Bits> deal(const ClearBits& bits, int parties, Rng& rng);
[[nodiscard]] std::vector<Numbers> deal(std::span<const std::uint64_t> values, int parties, Rng& rng);

/// What all parties sent to a receiver (after Replicated::for_receiver), one share by party. Every component comes from
/// at least two parties; if they differ the error is protocol_violation: one of them cheats, and among four an honest
/// receiver cannot be deceived by one.
[[nodiscard]] Expected<ClearBits> combine(std::span<const Bits> shares);
[[nodiscard]] Expected<std::vector<std::uint64_t>> combine(std::span<const Numbers> shares);

/// A share as bytes: a header of 24 bytes, then 8 bytes a word and component. Secret: tacit/mpc/sealed_shares.hpp makes
/// files of it that anybody may carry.
[[nodiscard]] SecretVector<std::byte> to_bytes(const Bits& share, int parties, int party);
[[nodiscard]] SecretVector<std::byte> to_bytes(const Numbers& share, int parties, int party);
/// Bytes from outside. Errors are malformed_input: not a share of this kind, for other parties, longer or shorter than
/// its header says, and of another shape than due if one is given.
[[nodiscard]] Expected<Bits> share_from_bytes(std::span<const std::byte> bytes, int parties, int party,
                                              std::optional<BitShape> due = {});
[[nodiscard]] Expected<Numbers> numbers_from_bytes(std::span<const std::byte> bytes, int parties, int party);

}  // namespace tacit::mpc
