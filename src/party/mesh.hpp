#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "party/connection.hpp"
#include "tacit/identity/identity.hpp"
#include "tacit/party/roster.hpp"

namespace tacit::party {

/// How far we came towards a party.
enum class Reached { nothing, name, port, tls, key };

struct PeerLink {
    Reached reached = Reached::nothing;
    std::string obstacle;                    ///< why there is no connection
    std::unique_ptr<Connection> connection;  ///< if it reached the key and stayed
};

/// Whether `from` is who connects to `to`: the later one of two with an address, and whoever has none.
[[nodiscard]] bool connects(const std::vector<Member>& members, std::size_t from, std::size_t to);

/// Connects every pair of `members` of whom one has an address. Returns, by member, how far that came once all
/// are connected or known to have a wrong key, or the time is over. Throws unreachable if our own port is taken, and
/// interrupted.
[[nodiscard]] std::vector<PeerLink> connect_all(const std::vector<Member>& members, std::size_t self,
                                                const identity::Identity& identity, std::chrono::seconds patience);

}  // namespace tacit::party
