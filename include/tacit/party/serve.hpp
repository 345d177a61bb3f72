#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>

#include "tacit/base/error.hpp"
#include "tacit/party/session.hpp"

namespace tacit::party {

struct ServeOptions {
    Patience patience{};
    /// The first client alone, whose error is thrown; who must come within `patience.to_meet`.
    bool once = false;
    std::size_t at_once = 16;  ///< sessions at a time; further clients wait for their turn
    std::stop_token stop{};    ///< no further sessions
};

/// What a server does in a session with one client: it is party 0, the client party 1. Several run at a time, each in a
/// thread of its own, but one with each client.
using ServeClient = std::function<void(Session& session, const Member& client)>;
/// How a session that ended without success did. One call at a time.
using ClientFailed = std::function<void(const Member& client, const Error& error)>;

/// Serves those who compute in the roster besides this identity: listens at its address and lets whoever comes have a
/// session of the two (Session::open_with), until it is stopped. Returns after `stop` was requested and SIGINT or
/// SIGTERM under an InterruptGuard, which ends running sessions; without that they come to their end.
///
/// A client that fails, is killed, stalls or cheats ends its own session alone. A second connection of one client waits
/// until its first session has ended, and beyond four of those are dropped; connections without a key of the roster are
/// dropped unheard. Throws invalid_argument if this identity is none of the roster or has no address, unreachable if
/// the port is taken.
void serve_clients(const Roster& roster, const identity::Identity& identity, const Plan& plan,
                   const ServeOptions& options, const ServeClient& serve, const ClientFailed& failed);

}  // namespace tacit::party
