#pragma once

#include <poll.h>

#include <chrono>
#include <functional>
#include <list>
#include <vector>

#include "identity/tls.hpp"
#include "tacit/party/roster.hpp"

namespace tacit::party {

/// Connections that others make to our port, until each has proved that it has a key, or has not in time. A bounded
/// number of them at a time.
class Callers {
public:
    using Welcome = std::function<void(identity::TlsStream, const identity::Fingerprint& key)>;

    /// Listens at the address of `self`. The context must outlive this. Throws unreachable if the port is taken.
    Callers(const Member& self, const identity::TlsContext& context);
    /// Lets in whoever has come, goes on with every handshake, and hands over those that are done. Never waits.
    void advance(const Welcome& welcome);
    void add_waits(std::vector<pollfd>& waits) const;

private:
    struct Caller {
        identity::TlsStream stream;
        std::chrono::steady_clock::time_point ends;
    };
    const identity::TlsContext& context_;
    Descriptor listener_;
    std::list<Caller> callers_;
};

}  // namespace tacit::party
