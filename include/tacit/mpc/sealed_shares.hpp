#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "tacit/base/expected.hpp"
#include "tacit/base/hash.hpp"
#include "tacit/base/random.hpp"
#include "tacit/mpc/shares.hpp"
#include "tacit/party/sealed.hpp"

/// Shares that may go by any channel: each is sealed to the one who is to read it (tacit/party/sealed.hpp) and opens
/// under one label alone, that of its task, its contributor or receiver, and its party.
///
/// As bytes: "TSH1", the label, then the sealed message; the label is in the clear and is the message's associated
/// data. Who carries them sees who brings what to whom, and sizes; it can keep files back, and, if it
/// carries those of a contributor to all parties, bring older ones or its own in their place: the seal does not say who
/// wrote. It cannot read or alter one, nor bring it to another party, into another task or under another name.
namespace tacit::mpc {

/// What a share is of and where it belongs. Public.
struct ShareLabel {
    std::string kind;  ///< what the bits mean: "bid, 2 digits"
    std::string task;  ///< which auction, vote or survey
    Digest context{};  ///< of a contribution the roster's hash, of a result the session
    std::string name;  ///< who brings it, or whom it is for
    int parties = 3;   ///< 3 or 4
    int party = 0;     ///< whose share it is
    /// A key of the contributor, where it is to learn something.
    std::optional<party::SealingPublicKey> reply{};

    bool operator==(const ShareLabel&) const = default;
};

/// `about` is for the reader alone: what it needs to understand the share. Throws invalid_argument for a key that is
/// none, text of more than 1000 bytes, and other numbers of parties. 48 bytes more than label, `about` and share.
[[nodiscard]] std::vector<std::byte> seal_share(const ShareLabel& label, std::span<const std::byte> about,
                                                const Bits& share, const party::SealingPublicKey& receiver, Rng& rng);
[[nodiscard]] std::vector<std::byte> seal_share(const ShareLabel& label, std::span<const std::byte> about,
                                                const Numbers& share, const party::SealingPublicKey& receiver,
                                                Rng& rng);

/// What anybody may read. malformed_input for bytes that are no sealed share, also those of versions that wrote them in
/// the clear.
[[nodiscard]] Expected<ShareLabel> read_label(std::span<const std::byte> file);

/// A contribution that this party was brought: bits of that shape under that label, whose `reply` is not compared.
struct Contributed {
    Bits share;
    std::optional<party::SealingPublicKey> reply{};
};
/// malformed_input naming what differs: kind, task, roster, name, party or shape; or that it does not open.
[[nodiscard]] Expected<Contributed> open_contribution(const party::SealingKey& key, std::span<const std::byte> file,
                                                      const ShareLabel& due, BitShape shape);

/// A result, put together from the shares of all parties.
struct Revealed {
    ShareLabel label;  ///< that of the first party
    std::vector<std::byte> about;
    std::variant<ClearBits, std::vector<std::uint64_t>> value;
};
/// One file from each party, in any order. malformed_input for files that do not open, are of different runs or not of
/// all parties; protocol_violation if they differ where they must agree: a party cheats. Among four, one cannot
/// deceive an honest reader.
[[nodiscard]] Expected<Revealed> reveal(const party::SealingKey& key, std::span<const std::vector<std::byte>> files);

}  // namespace tacit::mpc
