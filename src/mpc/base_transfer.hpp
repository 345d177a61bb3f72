#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "tacit/mpc/secret_vector.hpp"
#include "tacit/party/party.hpp"

/// Random oblivious transfers from public-key operations: Masny and Rindal's endemic transfer [MR19] over ristretto255,
/// secure against malicious parties in the random oracle model under the decisional Diffie-Hellman assumption (a
/// malicious party may choose its own keys, which is what the extension allows it). One message each way, both at once.
/// Cost for each transfer: three multiplications and four hashes to the group.
namespace tacit::mpc {

/// The two keys of each transfer.
[[nodiscard]] SecretVector<std::array<Digest, 2>> base_transfer_send(party::Party& me, std::size_t count);
/// The key that each choice, 0 or 1, names. Throws protocol_violation if the other party sends no group element.
[[nodiscard]] SecretVector<Digest> base_transfer_receive(party::Party& me, std::span<const std::uint8_t> choices);

}  // namespace tacit::mpc
