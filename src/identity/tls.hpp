#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "identity/openssl.hpp"
#include "identity/tcp.hpp"
#include "tacit/base/hash.hpp"
#include "tacit/identity/identity.hpp"

/// TLS 1.3 with a certificate on each side, over sockets that do not wait. Who the peer is, its key alone says: callers
/// compare peer() with a pin before they send or believe anything.
namespace tacit::identity {

using TlsContext = std::unique_ptr<SSL_CTX, openssl::Free<SSL_CTX_free>>;

/// For connections in which we are this identity.
[[nodiscard]] TlsContext make_tls_context(const Identity& identity);

enum class TlsSide { connects, accepts };

/// What one step did. `ended`: the peer said that it sends no more. `broken`: the connection ended without that.
enum class TlsStep { done, wants_to_read, wants_to_write, ended, broken };

class TlsStream {
public:
    TlsStream(const TlsContext& context, Descriptor socket, TlsSide side);

    /// Until `done`, nothing can be read or written.
    TlsStep handshake();
    /// Puts the number of bytes, at least one, into `count` if done.
    TlsStep read(std::span<std::byte> out, std::size_t& count);
    TlsStep write(std::span<const std::byte> bytes, std::size_t& count);
    /// Says that we send no more; reading goes on.
    void end() noexcept;

    [[nodiscard]] int descriptor() const noexcept { return socket_.value(); }
    /// The key that the peer proved to have, after the handshake.
    [[nodiscard]] std::optional<Fingerprint> peer() const;
    /// 32 bytes that only the two ends of this connection know (RFC 8446, 7.5).
    [[nodiscard]] Digest exporter(std::string_view label) const;

private:
    TlsStep step_of(int result);
    Descriptor socket_;
    std::unique_ptr<SSL, openssl::Free<SSL_free>> tls_;
};

}  // namespace tacit::identity
