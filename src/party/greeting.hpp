#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "party/mesh.hpp"
#include "tacit/party/session.hpp"

namespace tacit::party {

/// The position among the computing members; throws invalid_argument if this identity is not one of them.
[[nodiscard]] std::size_t position(const std::vector<Member>& members, const identity::Identity& identity);

/// Who listens; throws invalid_argument if there is no address.
[[nodiscard]] const Member& require_address(const Member& listening);

/// The first message of every link in both directions, before anything depends on it. All of it is public.
struct Greeting {
    std::array<char, 16> magic{};    ///< "tacit party 1"
    std::array<char, 16> version{};  ///< of the program
    std::int64_t clock = 0;          ///< seconds since 1970
    std::uint64_t reserved = 0;
    Digest roster{};
    Digest program{};
    Digest parameters{};
    Digest nonce{};
};
inline constexpr MessageType greeting_type{0x0010, "greeting"};

[[nodiscard]] Greeting make_greeting(const Roster& roster, const Plan& plan, Rng& rng);
/// "roster", "program" or "parameters", whichever differs first; null if none does. Throws protocol_violation for a
/// greeting that is none.
[[nodiscard]] const char* difference(const Greeting& mine, const Greeting& theirs, const std::string& name);
/// Greets everybody and returns the session's identifier, in which everybody's nonce is. Throws parameter_mismatch if
/// somebody's roster or plan differs.
[[nodiscard]] Digest agree_on_session(Party& greeter, const Roster& roster, const Plan& plan);
/// Both ends of each link show that they are in this session and hold the link's key, one for each party. Throws
/// protocol_violation.
void confirm_session(Party& greeter, const Digest& session, const std::vector<Digest>& link_keys);
/// The program's version, made fit to print.
[[nodiscard]] std::string version_of(const Greeting& greeting);

}  // namespace tacit::party
