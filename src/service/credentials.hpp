#pragma once

#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "tacit/identity/identity.hpp"

/// TLS 1.3 with a certificate on each side, known by the fingerprint of its key and by nothing else.
namespace tacit::service {

using PeerCheck = std::function<bool(const identity::Fingerprint&)>;

/// The key that the other side showed in the last handshake.
class SeenPeer {
public:
    void set(const identity::Fingerprint& fingerprint) {
        const std::lock_guard guard(mutex_);
        fingerprint_ = fingerprint;
    }
    [[nodiscard]] std::optional<identity::Fingerprint> get() const {
        const std::lock_guard guard(mutex_);
        return fingerprint_;
    }

private:
    mutable std::mutex mutex_;
    std::optional<identity::Fingerprint> fingerprint_;
};

/// Handshakes end unless `accepts` the peer's key; it is called from any thread.
[[nodiscard]] std::shared_ptr<grpc::ServerCredentials> server_credentials(const identity::Identity& identity,
                                                                          PeerCheck accepts);
/// Handshakes end unless the server has that key; `seen` learns which it has.
[[nodiscard]] std::shared_ptr<grpc::ChannelCredentials> client_credentials(const identity::Identity& identity,
                                                                           const identity::Fingerprint& server,
                                                                           std::shared_ptr<SeenPeer> seen);

}  // namespace tacit::service
