#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "party/connection.hpp"
#include "tacit/party/transport.hpp"

namespace tacit::party {

/// Frames over the connections of one party. One thread writes and reads all of them whenever it waits for one, so two
/// parties that send to each other cannot block each other.
class TlsTransport final : public Transport {
public:
    /// By party; null for this party and for those that are not connected.
    TlsTransport(std::vector<std::unique_ptr<Connection>> connections, std::vector<std::string> names,
                 std::chrono::seconds patience);

    void send(int to, std::span<const std::byte> header, std::span<const std::byte> payload) override;
    void receive(int from, const char* what, std::span<std::byte> out) override;
    bool has_come(int from, std::size_t bytes) override;
    void flush() override;
    /// Writes everything, says that no more comes, and waits until the others say so too, for a while at most.
    void finish(std::chrono::milliseconds stay);
    /// Whether that party sends no more.
    [[nodiscard]] bool ended(int party) { return connection(party, "a message").ended(); }

private:
    using Clock = std::chrono::steady_clock;
    [[nodiscard]] Connection& connection(int party, const char* what);
    /// Moves what can be moved on all links, else waits for up to `longest`; what comes on the link of `watched` goes
    /// to `wanted` if that is given. Whether anything moved on that link.
    bool pump(const Connection* watched, std::span<std::byte>* wanted, std::chrono::milliseconds longest);
    /// Pumps until `done()`; throws unreachable if the link of `party` does not move for the patience.
    template <class Done>
    void pump_until(int party, const char* what, std::span<std::byte>* wanted, const Done& done);
    /// Throws if a link is broken.
    void check_links(int party, const char* what);
    /// Tells all others who is missed, as far as that takes no waiting.
    void say_farewell(int missed);

    std::vector<std::unique_ptr<Connection>> connections_;
    std::vector<std::string> names_;
    std::chrono::seconds patience_;
};

}  // namespace tacit::party
