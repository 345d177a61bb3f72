#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "tacit/identity/identity.hpp"
#include "tacit/party/party.hpp"
#include "tacit/party/roster.hpp"

namespace tacit::party {

class Connection;  // private

/// What a run computes. All parties must say the same, byte by byte.
struct Plan {
    std::string program;     ///< "sum/1": protocol and version
    std::string parameters;  ///< everything public that decides what is computed and opened
};

/// How long to wait.
struct Patience {
    std::chrono::seconds to_meet{60};   ///< until all parties are there
    std::chrono::seconds to_go_on{60};  ///< while a party that must speak says nothing
};

/// One run among the computing parties of a roster, each on its own machine.
///
/// Connections are TLS 1.3 in which both sides prove the keys that the roster pins; the later party in the roster
/// connects to the earlier one, and one without an address to all. The session identifier is a hash of plan, roster and
/// a fresh nonce of every party, and each link confirms it together with keying material that only its two ends have,
/// before anything else is sent. So a run is with the right parties, on the same plan, and not a repetition.
///
/// A party that fails, is killed, stalls or stops ends the run for all: they get unreachable, and learn at most who was
/// missed. An observer sees who talks to whom, when and how much. Used by one thread at a time.
class Session {
public:
    /// Meets the others. Throws invalid_argument if this identity does not compute in the roster or two of those who do
    /// have no address, unreachable if somebody does not come in time, untrusted_peer if another key answers,
    /// parameter_mismatch naming who holds another roster or plan, protocol_violation, interrupted.
    [[nodiscard]] static Session open(const Roster& roster, const identity::Identity& identity, const Plan& plan,
                                      const Patience& patience = {});
    /// Meets one member of the roster who serves (serve.hpp), in a session of the two: the server is party 0, this one
    /// party 1. Throws as open(), and invalid_argument if the server has no address.
    [[nodiscard]] static Session open_with(const Member& server, const Roster& roster,
                                           const identity::Identity& identity, const Plan& plan,
                                           const Patience& patience = {});
    /// Ends the run for all unless it was finished.
    ~Session();
    Session(Session&&) noexcept;
    Session& operator=(Session&&) = delete;

    /// This party; its index counts the computing parties of the roster in order.
    [[nodiscard]] Party& party() noexcept;
    /// Sends what is queued and tells the others that nothing more comes; stays for up to 2 seconds so that they hear.
    /// Throws unreachable if what is queued cannot be sent.
    void finish();

private:
    friend class Reception;
    struct State;
    /// Agrees on the plan with `members`, who are connected, and confirms it.
    [[nodiscard]] static Session begin(const Roster& roster, const std::vector<Member>& members, std::size_t self,
                                       std::vector<std::unique_ptr<Connection>> connections, const Plan& plan,
                                       std::chrono::seconds to_go_on);
    explicit Session(std::unique_ptr<State> state) noexcept;
    std::unique_ptr<State> state_;
};

}  // namespace tacit::party
