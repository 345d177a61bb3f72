#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "tacit/party/party.hpp"

/// What all parties of a run must agree on. Every function is called by all of them; message types 0x0000 to 0x00ff.
namespace tacit::party {

/// Everybody shows `receivers` (ascending) what is `mine` (equally long everywhere), nobody having seen theirs:
/// commitments H(random, message) go to all first, openings follow. Returns the messages by party; none to a party that
/// does not receive. Throws protocol_violation for an opening that does not fit and for equal commitments. 2 rounds, 32
/// bytes to each other party and 32 + mine.size() more to each receiver.
/// Binding and hiding with a random oracle; up to all but one party may be malicious, who may abort, or open different
/// messages to different receivers.
[[nodiscard]] std::vector<std::vector<std::byte>> commit_then_open(Party& party, std::string_view label,
                                                                   std::span<const std::byte> mine,
                                                                   std::span<const int> receivers);
/// The same, to all.
[[nodiscard]] std::vector<std::vector<std::byte>> commit_then_open(Party& party, std::string_view label,
                                                                   std::span<const std::byte> mine);

/// A seed that nobody could choose: a hash of everybody's 32 random bytes after commit_then_open. 2 rounds, 96 bytes to
/// each other party. Malicious parties may abort after having seen it.
[[nodiscard]] Seed toss_coins(Party& party, std::string_view label);

/// Throws protocol_violation unless all parties hold the same bytes: hashes are compared. 1 round, 32 bytes to each
/// other party. Each party learns whether its own differ; a party that is told nothing of others' disputes may go on
/// alone, until they are missing.
void confirm_equal(Party& party, std::string_view label, std::span<const std::byte> mine);

}  // namespace tacit::party
