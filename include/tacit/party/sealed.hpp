#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <span>
#include <vector>

#include "tacit/base/expected.hpp"
#include "tacit/base/random.hpp"
#include "tacit/identity/identity.hpp"

/// Messages to somebody who is no party of a run, or not there yet: whoever has the public key can write, the owner of
/// the key alone can read.
///
/// Sealing is HPKE in base mode with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM and the info "tacit sealed
/// message" [RFC9180]: an ephemeral public key, then the ciphertext with its tag. Browsers have all of its parts. The
/// associated data (task, report, index) are not sent, but must be the same on both sides: a message that was sealed
/// for one place does not open in another. It does not say who sealed it, and whoever steals the key later can read
/// what was sealed before.
namespace tacit::party {

using SealingPublicKey = std::array<std::byte, 32>;

/// What sealing adds to a message.
inline constexpr std::size_t sealing_overhead_bytes = 48;

/// A receiver's key pair; the secret half is wiped at the end.
class SealingKey {
public:
    [[nodiscard]] static SealingKey create(Rng& rng);
    /// From what secret() gave.
    explicit SealingKey(std::span<const std::byte, 32> secret);
    ~SealingKey();
    SealingKey(SealingKey&& other) noexcept;
    SealingKey& operator=(SealingKey&&) = delete;

    [[nodiscard]] const SealingPublicKey& public_key() const noexcept { return public_; }
    /// For a file that its owner alone may read.
    [[nodiscard]] std::span<const std::byte, 32> secret() const noexcept { return secret_; }

private:
    std::array<std::byte, 32> secret_{};
    SealingPublicKey public_{};
};

/// The sealing key of an identity, derived from its Ed25519 secret by a hash with a label of its own, so that the two
/// keys have nothing else in common and nobody has a second file to keep. Throws malformed_input for an identity whose
/// key is no Ed25519 key.
[[nodiscard]] SealingKey sealing_key_of(const identity::Identity& identity);

/// A file that its owner alone may read. Throws invalid_argument if there is one already, io_failure.
void write_sealing_key(const std::filesystem::path& path, const SealingKey& key);
/// Throws io_failure, also if others may read it, and malformed_input.
[[nodiscard]] SealingKey read_sealing_key(const std::filesystem::path& path);

/// Throws invalid_argument for a public key that is none. One scalar multiplication of the receiver's key, one more
/// for the ephemeral one.
[[nodiscard]] std::vector<std::byte> seal(const SealingPublicKey& receiver, std::span<const std::byte> message,
                                          std::span<const std::byte> associated, Rng& rng);
/// malformed_input unless it was sealed to this key with these associated data and arrived whole; one text for all
/// reasons.
[[nodiscard]] Expected<std::vector<std::byte>> unseal(const SealingKey& key, std::span<const std::byte> sealed,
                                                      std::span<const std::byte> associated);

}  // namespace tacit::party
