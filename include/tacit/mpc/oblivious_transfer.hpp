#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "tacit/mpc/block.hpp"
#include "tacit/mpc/secret_vector.hpp"
#include "tacit/party/party.hpp"

/// Oblivious transfer: of two messages the receiver gets the one that it names; the sender does not learn which, the
/// receiver nothing of the other. Any number from 128 by public keys: SoftSpoken extension [Roy22] of endemic
/// transfers [MR19].
///
/// Parties      two: a sender and a receiver. Both make their end at the same time, and then call the same functions
///              with equal counts.
/// Adversary    malicious, one of the two: the receiver's consistency is checked, as [Roy22] does for the code and for
///              the trees. A receiver may guess bits of the sender's difference and is caught if one is wrong, so that
///              b bits come at the chance 2^-b; what follows is as secure with a difference of which b bits are known.
/// Revealed     to the receiver the messages that it named; nothing else.
/// Assumption   decisional Diffie-Hellman in ristretto255; random oracle BLAKE2b; AES-128 with a known key as an ideal
///              permutation [GKWY20].
/// Rounds       2 to make the ends, the second together with a call; 3 a call, however many transfers.
/// Bytes        22 kB to make the ends; 4 a transfer and 3 kB a call.
/// Cost         25 ms to make the ends; some 15 million transfers a second on one core in large calls.
namespace tacit::mpc {

/// The end that has both messages of each transfer.
class OtSender {
public:
    /// Throws invalid_argument unless there are two parties, protocol_violation if the other one cheats.
    explicit OtSender(party::Party& me);
    ~OtSender();
    OtSender(OtSender&&) noexcept;
    OtSender& operator=(OtSender&&) noexcept;

    /// The secret difference of the messages of correlated transfers; its bit 0 is 1.
    [[nodiscard]] const Block& delta() const noexcept;
    /// Correlated transfers: of transfer i this end has the first message, q_i; the second is q_i ^ delta(). Throws
    /// protocol_violation.
    [[nodiscard]] SecretVector<Block> correlated(std::size_t count);
    /// Both messages of each transfer, uniform and independent. Throws protocol_violation.
    [[nodiscard]] SecretVector<std::array<Block, 2>> random(std::size_t count);

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// The end that names one message of each transfer.
class OtReceiver {
public:
    /// Throws as OtSender.
    explicit OtReceiver(party::Party& me);
    ~OtReceiver();
    OtReceiver(OtReceiver&&) noexcept;
    OtReceiver& operator=(OtReceiver&&) noexcept;

    /// q_i ^ c_i delta for choices c_i, each 0 or 1. Throws invalid_argument for another choice.
    [[nodiscard]] SecretVector<Block> correlated(std::span<const std::uint8_t> choices);
    /// The named message of each random transfer.
    [[nodiscard]] SecretVector<Block> random(std::span<const std::uint8_t> choices);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace tacit::mpc
