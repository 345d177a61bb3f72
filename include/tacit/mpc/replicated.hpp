#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "tacit/mpc/shares.hpp"
#include "tacit/party/party.hpp"

namespace tacit::mpc {

/// Computing on secrets that are shared among three or four parties, of whom one may be against the others: replicated
/// secret sharing over the ring of numbers modulo 2^64 and over bits [AFLNO16] [DEK21].
///
/// A secret is the sum (of bits: the exclusive or) of one component for each party, which holds all but its own. A
/// product is a sum of terms x_g y_h + x_h y_g, each known to everybody but parties g and h. Such a value v is shared
/// anew by one message: component h takes r, which all but party h draw from a common key, and component g takes v - r,
/// which is sent to party h. All protocols here are made of this step, for both numbers of parties and both rings.
///
/// Parties and adversary. Three parties, semi-honest: no party learns anything but what is opened to it, as long as all
/// follow the protocol and no two pool what they see. A party that departs from it can change results, and by that
/// learn about secrets, unnoticed. Four parties: one may depart from the protocol in any way. What it sends is vouched
/// for by a second party, whose hash is compared before anything is opened; what differs ends the run for all, with
/// nothing opened (protocol_violation). It can end a run, not falsify one. Two parties together know everything, in
/// both cases. Revealed: what is opened, to those to whom it is opened.
///
/// Every function is called by all parties at the same place, with vectors of the same public sizes. Rounds and bytes
/// are stated for a vector of n words (64-bit numbers, or 64 bits each): "1 round, 8n bytes" is what each party sends
/// among three; among four it is half as much again, on average, unless stated. Errors of all: those of party::Party.
class Replicated {
public:
    /// Agrees on keys: 1 round among three, 2 among four. Throws invalid_argument for any other number of parties. The
    /// party must outlive this.
    explicit Replicated(party::Party& me);
    ~Replicated();
    Replicated(const Replicated&) = delete;
    Replicated& operator=(const Replicated&) = delete;

    [[nodiscard]] party::Party& me() noexcept;

    /// A public constant. No messages.
    [[nodiscard]] Numbers constant(std::span<const std::uint64_t> values) const;
    [[nodiscard]] Bits constant(const ClearBits& bits) const;
    /// Uniform secrets that nobody knows. No messages.
    [[nodiscard]] Numbers random_numbers(std::size_t size);
    [[nodiscard]] Bits random_bits(BitShape shape);
    /// Secrets of one party; the others' `values` are not read. The owner sends 8n bytes among three, 16n among four.
    [[nodiscard]] Numbers input(int owner, std::span<const std::uint64_t> values, std::size_t size);
    [[nodiscard]] Bits input(int owner, const ClearBits& bits, BitShape shape);
    /// Shares that somebody dealt who is no party (tacit/mpc/dealing.hpp): all holders of a component compare hashes.
    /// Throws protocol_violation if they differ: the dealer cheated, or a party. 1 round, 32 bytes to each other party.
    void confirm_dealt(std::span<const Components* const> shares);

    /// Entry by entry. 1 round, 8n bytes.
    [[nodiscard]] Numbers multiply(const Numbers& x, const Numbers& y);
    /// Sums of `length` consecutive products. 1 round, 8 bytes a sum.
    [[nodiscard]] Numbers dot(const Numbers& x, const Numbers& y, std::size_t length);
    /// x and y. 1 round, 8n bytes: one bit a gate.
    [[nodiscard]] Bits both(const Bits& x, const Bits& y);

    /// To all. 1 round, 8n bytes (among four 8n on average, after 2 rounds in which everything before is checked).
    [[nodiscard]] std::vector<std::uint64_t> open(const Numbers& x);
    [[nodiscard]] ClearBits open(const Bits& x);
    /// To one party, called by all; the others get nothing: an empty vector, no words.
    [[nodiscard]] std::vector<std::uint64_t> open_to(int receiver, const Numbers& x);
    [[nodiscard]] ClearBits open_to(int receiver, const Bits& x);
    /// The same secrets under fresh components, which tell a receiver that sees all of them nothing else, and
    /// everything before checked: what may leave the parties (tacit/mpc/dealing.hpp). 1 round (3 among four), at most
    /// 8n bytes.
    [[nodiscard]] Numbers for_receiver(const Numbers& x);
    [[nodiscard]] Bits for_receiver(const Bits& x);

    struct Core;
    /// For the circuits of this layer.
    [[nodiscard]] Core& core() noexcept { return *core_; }

private:
    std::unique_ptr<Core> core_;
};

}  // namespace tacit::mpc
