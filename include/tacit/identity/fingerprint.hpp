#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <string>
#include <string_view>

#include "tacit/base/expected.hpp"

namespace tacit::identity {

/// Names a public key: SHA-256 over its SubjectPublicKeyInfo in DER, as in RFC 7469. Two parties compare fingerprints
/// over a channel that they trust already (in person, by telephone); nothing else vouches for a key.
struct Fingerprint {
    std::array<std::byte, 32> bytes{};
    auto operator<=>(const Fingerprint&) const = default;
};

/// 64 lower-case hex digits.
[[nodiscard]] std::string to_string(const Fingerprint& fingerprint);

/// 64 hex digits of either case; malformed_input otherwise.
[[nodiscard]] Expected<Fingerprint> parse_fingerprint(std::string_view text);

/// Of the key in the first certificate of a PEM text of at most 64 KiB; malformed_input if there is none.
[[nodiscard]] Expected<Fingerprint> fingerprint_of_certificate(std::string_view pem);

}  // namespace tacit::identity
