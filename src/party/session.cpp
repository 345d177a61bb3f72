#include "tacit/party/session.hpp"

#include <utility>

#include "base/fail.hpp"
#include "party/greeting.hpp"
#include "party/tls_transport.hpp"

namespace tacit::party {

namespace {

constexpr std::chrono::milliseconds longest_stay{2000};

void require_all(const std::vector<Member>& members, std::size_t self, const std::vector<PeerLink>& links,
                 std::chrono::seconds patience) {
    for (std::size_t i = 0; i < members.size(); ++i) {
        if (i == self || links[i].reached != Reached::tls) continue;
        fail(ErrorCode::untrusted_peer, "'{}': {}; ask its owner before you change the roster", members[i].name,
             links[i].obstacle);
    }
    std::string missing;
    for (std::size_t i = 0; i < members.size(); ++i) {
        if (i == self || links[i].connection) continue;
        missing += fmt::format("{}'{}' ({})", missing.empty() ? "" : ", ", members[i].name, links[i].obstacle);
    }
    if (missing.empty()) return;
    fail(ErrorCode::unreachable, "not all parties came within {} s: {}; `tacit mpc doctor` on all sides says more",
         patience.count(), missing);
}

void require_addresses(const std::vector<Member>& members) {
    const Member* without = nullptr;
    for (const Member& member : members) {
        if (!member.address.empty()) continue;
        if (without != nullptr) {
            fail(ErrorCode::invalid_argument,
                 "neither '{}' nor '{}' has an address in the roster, so they cannot meet; give one of them "
                 "address = \"host:port\"",
                 without->name, member.name);
        }
        without = &member;
    }
}

/// Connections to all members but this one.
std::vector<std::unique_ptr<Connection>> meet(const std::vector<Member>& members, std::size_t self,
                                              const identity::Identity& identity, std::chrono::seconds patience) {
    std::vector<PeerLink> links = connect_all(members, self, identity, patience);
    require_all(members, self, links, patience);
    std::vector<std::unique_ptr<Connection>> connections;
    for (PeerLink& link : links) connections.push_back(std::move(link.connection));
    return connections;
}

}  // namespace

struct Session::State {
    State(std::vector<std::unique_ptr<Connection>> links, const std::vector<std::string>& names,
          std::chrono::seconds patience)
        : transport(std::move(links), names, patience) {}

    TlsTransport transport;
    std::unique_ptr<Party> party;
};

Session::Session(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
Session::~Session() = default;
Session::Session(Session&&) noexcept = default;

Party& Session::party() noexcept { return *state_->party; }

void Session::finish() { state_->transport.finish(longest_stay); }

Session Session::begin(const Roster& roster, const std::vector<Member>& members, std::size_t self,
                       std::vector<std::unique_ptr<Connection>> connections, const Plan& plan,
                       std::chrono::seconds to_go_on) {
    std::vector<Digest> keys;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < members.size(); ++i) {
        keys.push_back(i == self ? Digest{} : connections[i]->stream().exporter("EXPERIMENTAL-tacit-party-1"));
        names.push_back(members[i].name);
    }
    auto state = std::make_unique<State>(std::move(connections), names, to_go_on);
    Party greeter(static_cast<int>(self), names, Digest{}, Rng::from_system(), state->transport);
    Digest session{};
    try {
        session = agree_on_session(greeter, roster, plan);
    } catch (const Error& error) {
        if (error.code() == ErrorCode::parameter_mismatch) state->transport.finish(longest_stay);  // all learn of it
        throw;
    }
    confirm_session(greeter, session, keys);
    state->party = std::make_unique<Party>(greeter.index(), names, session, Rng::from_system(), state->transport);
    return Session(std::move(state));
}

Session Session::open(const Roster& roster, const identity::Identity& identity, const Plan& plan,
                      const Patience& patience) {
    const std::vector<Member> members = computing(roster);
    const std::size_t self = position(members, identity);
    require_addresses(members);
    return begin(roster, members, self, meet(members, self, identity, patience.to_meet), plan, patience.to_go_on);
}

Session Session::open_with(const Member& server, const Roster& roster, const identity::Identity& identity,
                           const Plan& plan, const Patience& patience) {
    const std::vector<Member> all = computing(roster);
    const std::vector<Member> members{require_address(server), all[position(all, identity)]};
    return begin(roster, members, 1, meet(members, 1, identity, patience.to_meet), plan, patience.to_go_on);
}

}  // namespace tacit::party
