#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "tacit/party/sealed.hpp"

/// HPKE in base mode, one message per key [RFC9180]: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, which
/// browsers have all parts of.
namespace tacit::party::hpke {

/// The encapsulated key, then the ciphertext with its tag. Throws invalid_argument for a receiver's key that is none.
[[nodiscard]] std::vector<std::byte> seal(const SealingKey& ephemeral, const SealingPublicKey& receiver,
                                          std::string_view info, std::span<const std::byte> message,
                                          std::span<const std::byte> associated);
/// False if it does not open; `message` has sealed.size() - sealing_overhead_bytes entries.
[[nodiscard]] bool open(const SealingKey& receiver, std::string_view info, std::span<const std::byte> sealed,
                        std::span<const std::byte> associated, std::span<std::byte> message);

}  // namespace tacit::party::hpke
