#pragma once

#include <cstddef>
#include <span>

namespace tacit::party {

/// Carries frames between the parties of one run: over TLS (Session), or within one process (LocalNetwork). Each link
/// from one party to another delivers bytes in the order in which they were sent. One party, one thread.
class Transport {
public:
    virtual ~Transport() = default;
    Transport() = default;
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;

    /// Queues a frame, header and payload, and returns; what it says goes out by the next receive() or flush() at the
    /// latest. Waits only while the peer is far behind, and reads what arrives in the meantime.
    virtual void send(int to, std::span<const std::byte> header, std::span<const std::byte> payload) = 0;
    /// The next out.size() bytes from that party; waits for them. `what` names them in messages. Throws unreachable if
    /// the party is gone, ended the run, or does not go on.
    virtual void receive(int from, const char* what, std::span<std::byte> out) = 0;
    /// Whether receive() of that many bytes from that party would return without waiting. No is always allowed, and
    /// what a transport says whose runs repeat exactly.
    [[nodiscard]] virtual bool has_come(int /*from*/, std::size_t /*bytes*/) { return false; }
    /// Sends what is queued.
    virtual void flush() = 0;
};

}  // namespace tacit::party
