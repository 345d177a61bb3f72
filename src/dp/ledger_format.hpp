#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "tacit/base/random.hpp"
#include "tacit/dp/ledger.hpp"

/// The bytes of a ledger: records of one size, the first with the terms, each other with one loss. A record ends with
/// the BLAKE2b-256 of the bytes before it, and each but the first holds its predecessor's, so that none can be changed
/// or taken out without all that follow. docs/differential-privacy.md has the table.
namespace tacit::dp::ledger_format {

inline constexpr std::size_t record_bytes = 256;
inline constexpr std::size_t label_bytes = 88;
inline constexpr std::size_t name_bytes = 64;
/// A million releases and no more; bounds what is read.
inline constexpr std::size_t largest_bytes = record_bytes << 20;

using Bytes = std::vector<std::byte>;

/// Throws invalid_argument for terms out of range. The nonce, of which 24 bytes are kept, makes ledgers of equal terms
/// different.
[[nodiscard]] Bytes first_record(const LedgerTerms& terms, const Seed& nonce);
[[nodiscard]] Bytes record(const LedgerEntry& entry, const Digest& what, const Digest& head);
/// The first bytes of a text, cut between characters.
[[nodiscard]] std::string_view cut(std::string_view text, std::size_t bytes);

}  // namespace tacit::dp::ledger_format
