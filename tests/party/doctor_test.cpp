#include "tacit/party/doctor.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <functional>
#include <future>
#include <thread>

#include "../base/temporary_folder.hpp"
#include "../base/throws.hpp"
#include "identity/tcp.hpp"
#include "party/greeting.hpp"
#include "party/listener.hpp"
#include "party/tls_transport.hpp"

namespace tacit::party {

namespace {

using namespace std::chrono_literals;

constexpr auto patience = 2s;

/// Two or three parties whose rosters may differ: what the first says about the second, or the other way round.
struct Scene {
    explicit Scene(const std::filesystem::path& folder, std::size_t parties) {
        Roster roster{.name = "test", .members = {}};
        for (std::size_t i = 0; i < parties; ++i) {
            const std::string name = fmt::format("p{}", i);
            identities.push_back(identity::Identity::create(folder / name, name));
            roster.members.push_back({.name = name,
                                      .pin = identities.back().fingerprint(),
                                      .address = fmt::format("127.0.0.1:{}", free_port()),
                                      .roles = {.compute = true, .input = true, .receive = true},
                                      .sealing_key = sealing_key_of(identities.back()).public_key()});
        }
        rosters.assign(parties, roster);
        present.assign(parties, true);
        folder_of_strangers = folder / "strangers";
    }
    void run_instead(std::size_t party, std::function<void()> work) {
        present[party] = false;
        instead = std::move(work);
    }
    /// A program that accepts connections in the place of the first party and answers so.
    void other_program(const char* answer) {
        run_instead(0, [this, answer] {
            sockaddr_in address{};
            address.sin_family = AF_INET;
            address.sin_port = htons(static_cast<in_port_t>(std::stoi(rosters[0].members[0].address.substr(10))));
            const Descriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
            const int on = 1;
            setsockopt(listener.value(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
            ASSERT_EQ(bind(listener.value(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
            ASSERT_EQ(listen(listener.value(), 8), 0);
            std::vector<Descriptor> kept;
            for (; !over; std::this_thread::sleep_for(10ms)) {
                Descriptor socket = identity::accept_from(listener);
                if (socket.value() < 0) continue;
                const std::string_view text(answer);
                if (text == "closes") continue;
                if (text != "silence") {
                    ASSERT_GT(write(socket.value(), text.data(), text.size()), 0);
                }
                kept.push_back(std::move(socket));
            }
        });
    }
    /// The first party meets the others as it should, and then greets so, or not at all.
    void greets(std::function<void(Greeting&)> change) {
        run_instead(0, [this, change = std::move(change)] {
            std::vector<PeerLink> links = connect_all(computing(rosters[0]), 0, identities[0], patience);
            std::vector<std::unique_ptr<Connection>> connections;
            for (PeerLink& link : links) connections.push_back(std::move(link.connection));
            ASSERT_TRUE(connections[1]);
            TlsTransport transport(std::move(connections), {"p0", "p1"}, patience);
            Party me(0, {"p0", "p1"}, Digest{}, Rng::from_system(), transport);
            Rng rng = Rng::from_system();
            Greeting greeting = make_greeting(rosters[0], {.program = "doctor/1", .parameters = {}}, rng);
            if (change) {
                change(greeting);
                me.send(1, greeting_type, greeting);
                me.flush();
            }
            while (!over) std::this_thread::sleep_for(10ms);
        });
    }
    /// The first party is there with a key that nobody has seen.
    void has_another_key() {
        run_instead(0, [this] {
            const auto thief = identity::Identity::create(folder_of_strangers, "p0");
            Roster thiefs = rosters[0];
            thiefs.members[0].pin = thief.fingerprint();
            thiefs.members[0].sealing_key.reset();
            static_cast<void>(diagnose(thiefs, thief, patience));
        });
    }

    std::vector<identity::Identity> identities;
    std::vector<Roster> rosters;  ///< by party
    std::vector<bool> present;    ///< who runs the doctor
    std::function<void()> instead;
    std::filesystem::path folder_of_strangers;
    std::atomic<bool> over = false;
};

struct Fault {
    const char* name;
    std::size_t parties;
    std::size_t asks;   ///< whose doctor is asked
    std::size_t about;  ///< about whom
    std::function<void(Scene&)> make;
    const char* what = "";             ///< of the finding that is not good
    std::vector<const char*> words{};  ///< what it says, the wrong side and the remedy among it
};

Member& member_of(Scene& scene, std::size_t roster, std::size_t member) {
    return scene.rosters[roster].members[member];
}

std::vector<Fault> faults_of_the_way() {
    return {
        {"its name is unknown",
         2,
         1,
         0,
         [](Scene& s) { member_of(s, 1, 0).address = "nowhere.invalid:7001"; },
         "name",
         {"'nowhere.invalid' has no address", "your side: mend its address"}},
        {"its host cannot be reached",
         2,
         1,
         0,
         [](Scene& s) { member_of(s, 1, 0).address = "255.255.255.255:7001"; },
         "port",
         {"255.255.255.255:7001: no route", "their side", "a firewall is in between"}},
        {"its port is another one",
         2,
         1,
         0,
         [](Scene& s) { member_of(s, 1, 0).address = fmt::format("127.0.0.1:{}", free_port()); },
         "port",
         {"Connection refused", "their side: the doctor does not run there"}},
        {"its IPv6 port is closed",
         2,
         1,
         0,
         [](Scene& s) { member_of(s, 1, 0).address = fmt::format("[::1]:{}", free_port()); },
         "port",
         {"[::1]:", "their side"}},
        {"it was not started",
         2,
         1,
         0,
         [](Scene& s) { s.present[0] = false; },
         "port",
         {"Connection refused", "the doctor does not run there"}},
        {"it was not started and would connect",
         2,
         0,
         1,
         [](Scene& s) { s.present[1] = false; },
         "port",
         {"it did not connect to 127.0.0.1:", "their side: the doctor has to run there too",
          "your side: let connections to your port through"}},
        {"it has another address of us",
         2,
         0,
         1,
         [](Scene& s) { member_of(s, 1, 0).address = "nowhere.invalid:1"; },
         "port",
         {"it did not connect to", "their side: the doctor has to run there too and says whether"}},
        {"both believe to be the first",
         2,
         0,
         1,
         [](Scene& s) { std::swap(s.rosters[1].members[0], s.rosters[1].members[1]); },
         "port",
         {"it did not connect to", "who is later in the roster connects to who is earlier",
          "order has to be the same"}},
        {"another program speaks first",
         2,
         1,
         0,
         [](Scene& s) { s.other_program("220 mail ready\r\n"); },
         "TLS",
         {"no handshake of TLS 1.3: the other side ended it", "another program listens there"}},
        {"another program closes",
         2,
         1,
         0,
         [](Scene& s) { s.other_program("closes"); },
         "TLS",
         {"no handshake of TLS 1.3: the other side ended it", "their side", "a proxy is in between"}},
        {"another program is silent",
         2,
         1,
         0,
         [](Scene& s) { s.other_program("silence"); },
         "TLS",
         {"no handshake of TLS 1.3: silence", "their side: another program listens there"}},
    };
}

std::vector<Fault> faults_of_keys() {
    return {
        {"it has another key",
         2,
         1,
         0,
         [](Scene& s) { s.has_another_key(); },
         "pin",
         {"has key", "the roster says", "their side has a new key", "ask its owner before you change the roster"}},
        {"its address is that of a third",
         3,
         2,
         0,
         [](Scene& s) { member_of(s, 2, 0).address = member_of(s, 2, 1).address; },
         "pin",
         {"(that of 'p1')", "another machine answers"}},
        {"two pins are exchanged",
         3,
         2,
         1,
         [](Scene& s) { std::swap(member_of(s, 2, 0).pin, member_of(s, 2, 1).pin); },
         "pin",
         {"(that of 'p0')", "ask its owner before you change the roster"}},
        {"it has another key of us",
         2,
         1,
         0,
         [](Scene& s) { member_of(s, 0, 1).pin.bytes[3] ^= std::byte{1}; },
         "your key",
         {"ended", "their side: its roster has to have your key", "roster entry"}},
        {"a stranger comes in its place",
         2,
         0,
         1,
         [](Scene& s) {
             s.run_instead(1, [&s] {
                 const auto stranger = identity::Identity::create(s.folder_of_strangers, "p1");
                 Roster roster = s.rosters[0];
                 roster.members[1].pin = stranger.fingerprint();
                 roster.members[1].sealing_key.reset();
                 static_cast<void>(diagnose(roster, stranger, patience));
             });
         },
         "port",
         {"somebody did whose key", "the roster does not have"}},
    };
}

std::vector<Fault> faults_of_agreement() {
    const auto roster = [](const char* name, std::function<void(Roster&)> change) {
        return Fault{name,
                     2,
                     1,
                     0,
                     [change](Scene& s) { change(s.rosters[0]); },
                     "roster",
                     {"it has", "you have", "names, keys, roles and order must agree: compare the two files"}};
    };
    const auto greeting = [](const char* name, std::function<void(Greeting&)> change, const char* what,
                             std::vector<const char*> words) {
        return Fault{name, 2, 1, 0, [change](Scene& s) { s.greets(change); }, what, std::move(words)};
    };
    return {
        roster("its roster has another name", [](Roster& r) { r.name = "other"; }),
        roster("its roster has another name of a party", [](Roster& r) { r.members[1].name = "eve"; }),
        roster("its roster has another role", [](Roster& r) { r.members[1].roles.receive = false; }),
        roster("its roster has another sealing key",
               [](Roster& r) { r.members[1].sealing_key->front() ^= std::byte{1}; }),
        roster("its roster has one more",
               [](Roster& r) { r.members.push_back({.name = "x", .pin = {}, .roles = {.input = true}}); }),
        greeting("its clock is ahead", [](Greeting& g) { g.clock += 3600; }, "clock",
                 {"its clock is about 3600 s ahead of yours; set the wrong one right"}),
        greeting("its clock is behind", [](Greeting& g) { g.clock -= 86400; }, "clock", {"behind yours"}),
        greeting("its clock is nonsense", [](Greeting& g) { g.clock = std::numeric_limits<std::int64_t>::min(); },
                 "clock", {"behind yours; set the wrong one right"}),
        greeting("it has an older version", [](Greeting& g) { g.version = {'0', '.', '0', '.', '1', '\n'}; }, "version",
                 {"it has 0.0.1?, you have", "use one version on all sides"}),
        greeting("it greets in another way", [](Greeting& g) { g.magic[12] = '9'; }, "version",
                 {"it does not greet as this version does", "both sides: use one version"}),
        greeting("it runs another command", [](Greeting& g) { g.program[0] ^= std::byte{1}; }, "command",
                 {"it runs another command; run the doctor on all sides at the same time"}),
        greeting("it says nothing", {}, "answer",
                 {"p0 sent nothing for 12 s while 'greeting' was due", "their side: the program there is stopped"}),
    };
}

/// Everything that the doctor asked finds about that party, or the error.
Expected<std::vector<identity::Finding>> examine(const std::filesystem::path& folder, const Fault& fault) {
    Scene scene(folder, fault.parties);
    if (fault.make) fault.make(scene);
    std::vector<std::jthread> others;
    if (scene.instead) others.emplace_back([&] { scene.instead(); });
    for (std::size_t i = 0; i < fault.parties; ++i) {
        if (i == fault.asks || !scene.present[i]) continue;
        others.emplace_back([&, i] {
            static_cast<void>(catching([&] { return diagnose(scene.rosters[i], scene.identities[i], patience); }));
        });
    }
    auto found = catching([&]() -> std::vector<identity::Finding> {
        for (PeerFindings& peer : diagnose(scene.rosters[fault.asks], scene.identities[fault.asks], patience)) {
            if (peer.name == scene.rosters[fault.asks].members[fault.about].name) return peer.findings;
        }
        return {};
    });
    scene.over = true;
    return found;
}

class Doctor : public InTemporaryFolder {
protected:
    /// All at once: most of the time passes in waiting.
    void check(const std::vector<Fault>& faults) {
        std::vector<std::future<Expected<std::vector<identity::Finding>>>> all;
        for (std::size_t i = 0; i < faults.size(); ++i) {
            all.push_back(std::async(std::launch::async,
                                     [this, i, &faults] { return examine(folder_ / std::to_string(i), faults[i]); }));
        }
        for (std::size_t i = 0; i < faults.size(); ++i) {
            SCOPED_TRACE(faults[i].name);
            check(faults[i], all[i].get());
        }
    }

private:
    static void check(const Fault& fault, const Expected<std::vector<identity::Finding>>& found) {
        ASSERT_TRUE(found.has_value()) << found.error().what();
        std::string all;
        std::vector<identity::Finding> bad;
        for (const identity::Finding& one : *found) {
            all += fmt::format("{}: {}\n", one.what, one.detail);
            if (one.verdict != identity::Finding::Verdict::good) bad.push_back(one);
        }
        ASSERT_EQ(bad.size(), 1U) << all;
        EXPECT_EQ(bad[0].what, fault.what) << all;
        for (const char* const words : fault.words) EXPECT_THAT(bad[0].detail, testing::HasSubstr(words));
    }
};

}  // namespace

TEST_F(Doctor, FindsNothingWhereNothingIsWrong) {
    const auto found = examine(folder_, {.name = "none",
                                         .parties = 2,
                                         .asks = 1,
                                         .about = 0,
                                         .make =
                                             [](Scene& s) {
                                                 const std::string port = member_of(s, 1, 0).address.substr(9);
                                                 member_of(s, 1, 0).address = "localhost" + port;
                                             }})
                           .value();
    ASSERT_EQ(found.size(), 9U);
    for (const identity::Finding& one : found) EXPECT_EQ(one.verdict, identity::Finding::Verdict::good) << one.detail;
}

TEST_F(Doctor, NamesWhatIsWrongOnTheWayAndOnWhichSide) { check(faults_of_the_way()); }
TEST_F(Doctor, NamesWhatIsWrongWithKeysAndOnWhichSide) { check(faults_of_keys()); }
TEST_F(Doctor, NamesWhatThePartiesDoNotAgreeOn) { check(faults_of_agreement()); }

TEST_F(Doctor, SaysWhatIsWrongWithThisParty) {
    Scene scene(folder_, 2);
    Listener taken;
    ASSERT_EQ(listen(taken.socket.value(), 1), 0);
    member_of(scene, 0, 0).address = fmt::format("127.0.0.1:{}", taken.port);
    expect_throws(ErrorCode::unreachable, fmt::format("cannot listen at port {}: Address already in use", taken.port),
                  [&] { return diagnose(scene.rosters[0], scene.identities[0], patience); });
    const auto other = identity::Identity::create(folder_ / "other", "p0");
    expect_throws(ErrorCode::invalid_argument, "no computing party of the roster has the key of identity 'p0'",
                  [&] { return diagnose(scene.rosters[0], other, patience); });
    member_of(scene, 1, 1).sealing_key = sealing_key_of(other).public_key();
    expect_throws(ErrorCode::parameter_mismatch, "went to somebody else. Mend the roster",
                  [&] { return diagnose(scene.rosters[1], scene.identities[1], patience); });
    expect_throws(ErrorCode::invalid_argument, "identity 'p0' is no member of roster 'test'",
                  [&] { return own_sealing_key(scene.rosters[1], other).public_key(); });
    member_of(scene, 0, 0).roles.compute = false;
    expect_throws(ErrorCode::invalid_argument, "use another identity, or mend the pin",
                  [&] { return diagnose(scene.rosters[0], scene.identities[0], patience); });
}

}  // namespace tacit::party
