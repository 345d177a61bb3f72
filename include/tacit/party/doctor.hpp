#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "tacit/identity/finding.hpp"
#include "tacit/identity/identity.hpp"
#include "tacit/party/roster.hpp"

namespace tacit::party {

/// What lies between us and one party.
struct PeerFindings {
    std::string name;
    std::vector<identity::Finding> findings;  ///< the last one is why it ends, if that is wrong
};

/// Meets the other computing parties of a roster as a run would, while they do the same, and says of each how far that
/// came and which side is wrong: name, port, TLS, pin, our key there, answer, roster, command, version, clock (within a
/// minute). Takes at most twice `patience` and 10 seconds. Nothing private is used. Throws as Session::open() for this
/// party's own faults, and as own_sealing_key() if the roster has another sealing key of it.
[[nodiscard]] std::vector<PeerFindings> diagnose(const Roster& roster, const identity::Identity& identity,
                                                 std::chrono::seconds patience);

}  // namespace tacit::party
