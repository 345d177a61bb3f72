#include "party/greeting.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>

#include "base/fail.hpp"
#include "base/printable.hpp"
#include "tacit/base/bytes.hpp"
#include "tacit/base/secret.hpp"

namespace tacit::party {

namespace {

constexpr MessageType confirmation_type{0x0011, "key confirmation"};

template <std::size_t n>
std::array<char, n> padded(std::string_view text) {
    std::array<char, n> out{};
    std::copy_n(text.begin(), std::min(n, text.size()), out.begin());
    return out;
}

const std::array<char, 16> magic = padded<16>("tacit party 1");

Digest digest_of(std::string_view text) {
    Hasher hasher;
    hasher.update(std::as_bytes(std::span(text)));
    return hasher.finish();
}

}  // namespace

std::size_t position(const std::vector<Member>& members, const identity::Identity& identity) {
    const auto at = std::ranges::find(members, identity.fingerprint(), &Member::pin);
    if (at == members.end()) {
        fail(ErrorCode::invalid_argument,
             "no computing party of the roster has the key of identity '{}', {}; use another identity, or mend the pin",
             identity.name(), identity::to_string(identity.fingerprint()));
    }
    return static_cast<std::size_t>(at - members.begin());
}

const Member& require_address(const Member& listening) {
    if (listening.address.empty()) {
        fail(ErrorCode::invalid_argument,
             "'{}' needs an address in the roster, as its clients connect there: address = \"host:port\"",
             listening.name);
    }
    return listening;
}

Greeting make_greeting(const Roster& roster, const Plan& plan, Rng& rng) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return {.magic = magic,
            .version = padded<16>(TACIT_VERSION),
            .clock = std::chrono::duration_cast<std::chrono::seconds>(now).count(),
            .roster = roster.hash(),
            .program = digest_of(plan.program),
            .parameters = digest_of(plan.parameters),
            .nonce = rng.new_seed()};
}

const char* difference(const Greeting& mine, const Greeting& theirs, const std::string& name) {
    if (theirs.magic != magic) {
        fail(ErrorCode::protocol_violation, "{} does not greet as this version does; use one version on all sides",
             name);
    }
    if (theirs.roster != mine.roster) return "roster";
    if (theirs.program != mine.program) return "program";
    return theirs.parameters != mine.parameters ? "parameters" : nullptr;
}

Digest agree_on_session(Party& greeter, const Roster& roster, const Plan& plan) {
    const Greeting mine = make_greeting(roster, plan, greeter.rng());
    greeter.send_to_others(greeting_type, mine);
    ByteWriter all;
    all.string("tacit session 1");
    all.bytes(mine.roster);
    all.bytes(mine.program);
    all.bytes(mine.parameters);
    const char* differs = nullptr;
    std::string who;
    for (int i = 0; i < greeter.count(); ++i) {
        const Greeting theirs = i == greeter.index() ? mine : greeter.receive<Greeting>(i, greeting_type);
        all.bytes(theirs.nonce);
        if (const char* found = difference(mine, theirs, greeter.name(i)); found != nullptr && differs == nullptr) {
            differs = found;
            who = greeter.name(i);
        }
    }
    if (differs != nullptr) {
        fail(ErrorCode::parameter_mismatch, "'{}' has another {} than this party; all must say the same: compare both",
             who, differs);
    }
    Hasher hasher;
    hasher.update(std::move(all).take());
    return hasher.finish();
}

void confirm_session(Party& greeter, const Digest& session, const std::vector<Digest>& link_keys) {
    const auto confirmation = [&](int from, int link) {
        std::vector<std::byte> data(session.begin(), session.end());
        const Digest& key = link_keys[static_cast<std::size_t>(link)];
        data.insert(data.end(), key.begin(), key.end());
        const Digest digest = greeter.hash("key confirmation", from, data);
        wipe(data);
        return digest;
    };
    for (const int other : greeter.others()) {
        greeter.send(other, confirmation_type, confirmation(greeter.index(), other));
    }
    for (const int other : greeter.others()) {
        if (greeter.receive<Digest>(other, confirmation_type) != confirmation(other, other)) {
            greeter.accuse(other, "did not confirm this session");
        }
    }
    greeter.flush();
}

std::string version_of(const Greeting& greeting) {
    return printable({greeting.version.begin(), std::ranges::find(greeting.version, '\0')});
}

}  // namespace tacit::party
