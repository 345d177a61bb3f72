#include "tacit/party/doctor.hpp"

#include <cstdlib>

#include "base/fail.hpp"
#include "base/short_hex.hpp"
#include "party/greeting.hpp"
#include "party/tls_transport.hpp"

namespace tacit::party {

namespace {

using identity::Finding;
using Verdict = Finding::Verdict;

/// Beyond the time in which the others meet.
constexpr std::chrono::seconds for_a_greeting{10};

Finding unknown_key(const identity::Identity& identity, const std::string& why) {
    return {
        Verdict::wrong, "your key",
        fmt::format("{}; their side: its roster has to have your key {} (`tacit mpc roster entry` prints the lines)",
                    why, identity::to_string(identity.fingerprint()))};
}

constexpr std::int64_t most_seconds_apart = 60;

/// What was wrong, by how far we came, and on which side.
struct Remedy {
    const char* what;
    const char* text;
};
Remedy remedy_of(Reached reached, bool listens) {
    if (!listens) {
        return {
            "port",
            "their side: the doctor has to run there too and says whether it can reach you; your side: let "
            "connections to your port through; both sides: who is later in the roster connects to who is earlier, so "
            "the order has to be the same"};
    }
    if (reached == Reached::nothing) return {"name", "your side: mend its address in the roster, or your name service"};
    if (reached == Reached::name) {
        return {"port", "their side: the doctor does not run there, or a firewall is in between"};
    }
    if (reached == Reached::port) {
        return {"TLS", "their side: another program listens there, or a proxy is in between"};
    }
    return {"pin", "their side has a new key, or another machine answers: ask its owner before you change the roster"};
}

/// The steps that were taken, and why there was no further one.
std::vector<Finding> steps(const PeerLink& link, const Member& peer, bool listens, const identity::Identity& identity) {
    std::vector<Finding> findings;
    const auto add_if = [&](bool reached, const char* what, const std::string& detail) {
        if (reached) findings.push_back({Verdict::good, what, detail});
    };
    add_if(listens && link.reached >= Reached::name, "name", "its address is known");
    add_if(listens && link.reached >= Reached::port, "port", peer.address + " accepts connections");
    add_if(listens && link.reached >= Reached::tls, "TLS", "TLS 1.3");
    add_if(link.reached == Reached::key, "pin", "its key is that of the roster");
    if (link.connection) return findings;
    if (link.reached == Reached::key) {
        findings.push_back(unknown_key(identity, link.obstacle));
    } else {
        const Remedy remedy = remedy_of(link.reached, listens);
        findings.push_back({Verdict::wrong, remedy.what, fmt::format("{}; {}", link.obstacle, remedy.text)});
    }
    return findings;
}

/// One party whose key we reached; greetings go to all before any is read.
class Conversation {
public:
    Conversation(std::size_t self, std::size_t other, std::vector<std::string> names, PeerLink& link,
                 std::chrono::seconds patience)
        : other_(static_cast<int>(other)),
          transport_(alone(other, names.size(), link), names, patience + for_a_greeting),
          me_(static_cast<int>(self), names, Digest{}, Rng::from_system(), transport_) {}

    void greet(const Greeting& mine) {
        me_.send(other_, greeting_type, mine);
        static_cast<void>(catching([&] { return me_.flush(), 0; }));  // what is wrong shows when we read
    }
    void hear(const Greeting& mine, const identity::Identity& identity, std::vector<Finding>& findings) {
        const auto theirs = catching([&] { return me_.receive<Greeting>(other_, greeting_type); });
        if (!theirs) {
            findings.push_back(silence(theirs.error(), identity));
            return;
        }
        compare(mine, *theirs, findings);
        static_cast<void>(catching([&] { return transport_.finish(std::chrono::milliseconds(2000)), 0; }));
    }

private:
    static std::vector<std::unique_ptr<Connection>> alone(std::size_t other, std::size_t count, PeerLink& link) {
        std::vector<std::unique_ptr<Connection>> connections(count);
        connections[other] = std::move(link.connection);
        return connections;
    }
    Finding silence(const Error& error, const identity::Identity& identity) {
        if (error.code() == ErrorCode::protocol_violation) return other_version(error.what());
        if (transport_.ended(other_)) return unknown_key(identity, error.what());
        return {Verdict::wrong, "answer",
                fmt::format("{}; their side: the program there is stopped or overloaded, or something in between drops "
                            "what is sent after the handshake",
                            error.what())};
    }
    static Finding other_version(const std::string& why) {
        return {Verdict::wrong, "version", why + "; both sides: use one version of tacit"};
    }
    static void compare(const Greeting& mine, const Greeting& theirs, std::vector<Finding>& findings) {
        findings.push_back({Verdict::good, "your key", "it knows you"});
        if (theirs.magic != mine.magic) {
            findings.push_back(other_version("it does not greet as this version does"));
            return;
        }
        const auto add = [&](bool fine, Verdict otherwise, const char* what, std::string text) {
            findings.push_back({fine ? Verdict::good : otherwise, what, std::move(text)});
        };
        const bool same_roster = theirs.roster == mine.roster;
        add(same_roster, Verdict::wrong, "roster",
            same_roster
                ? "both have the same"
                : fmt::format("it has {}, you have {}; names, keys, roles and order must agree: compare the two "
                              "files",
                              short_hex(theirs.roster), short_hex(mine.roster)));
        add(theirs.program == mine.program, Verdict::warning, "command",
            theirs.program == mine.program ? "the doctor runs there too"
                                           : "it runs another command; run the doctor on all sides at the same time");
        const bool same_version = theirs.version == mine.version;
        add(same_version, Verdict::warning, "version",
            same_version ? fmt::format("both have {}", version_of(mine))
                         : fmt::format("it has {}, you have {}; use one version on all sides", version_of(theirs),
                                       version_of(mine)));
        const std::int64_t half_seconds = theirs.clock / 2 - mine.clock / 2;  // halves cannot wrap
        const bool same_clock = std::abs(half_seconds) <= most_seconds_apart / 2;
        add(same_clock, Verdict::warning, "clock",
            same_clock ? "both clocks agree within a minute"
                       : fmt::format("its clock is about {} s {} yours; set the wrong one right",
                                     2 * static_cast<std::uint64_t>(std::abs(half_seconds)),
                                     half_seconds > 0 ? "ahead of" : "behind"));
    }

    int other_;
    TlsTransport transport_;
    Party me_;
};

}  // namespace

std::vector<PeerFindings> diagnose(const Roster& roster, const identity::Identity& identity,
                                   std::chrono::seconds patience) {
    const std::vector<Member> members = computing(roster);
    const std::size_t self = position(members, identity);
    if (members[self].sealing_key) static_cast<void>(own_sealing_key(roster, identity));
    std::vector<PeerLink> links = connect_all(members, self, identity, patience);
    std::vector<std::string> names;
    for (const Member& member : members) names.push_back(member.name);
    std::vector<PeerFindings> all;
    std::vector<std::unique_ptr<Conversation>> conversations;
    Rng rng = Rng::from_system();
    const Greeting mine = make_greeting(roster, {.program = "doctor/1", .parameters = {}}, rng);
    for (std::size_t i = 0; i < members.size(); ++i) {
        if (!connects(members, i, self) && !connects(members, self, i)) continue;
        all.push_back({names[i], steps(links[i], members[i], connects(members, self, i), identity)});
        auto& talk = conversations.emplace_back();
        if (!links[i].connection) continue;
        talk = std::make_unique<Conversation>(self, i, names, links[i], patience);
        talk->greet(mine);
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (conversations[i]) conversations[i]->hear(mine, identity, all[i].findings);
    }
    return all;
}

}  // namespace tacit::party
