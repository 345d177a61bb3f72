#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace tacit {

/// A BLAKE2b-256 hash (RFC 7693, no key).
using Digest = std::array<std::byte, 32>;

/// Hashes a sequence of pieces; where the pieces are cut does not matter to the digest.
class Hasher {
public:
    Hasher();
    void update(std::span<const std::byte> bytes);
    /// Eight bytes, little endian.
    void update(std::uint64_t word);
    /// The digest of everything so far. Nothing may follow: a second finish or a later update aborts.
    [[nodiscard]] Digest finish();

private:
    alignas(64) std::array<std::byte, 384> state_;
    bool finished_ = false;
};

/// Two lower-case digits per byte, first byte first.
[[nodiscard]] std::string to_hex(std::span<const std::byte> bytes);

}  // namespace tacit
