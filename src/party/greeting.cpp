#include "party/greeting.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>

#include "base/fail.hpp"
#include "base/printable.hpp"

namespace tacit::party {

namespace {

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

std::string version_of(const Greeting& greeting) {
    return printable({greeting.version.begin(), std::ranges::find(greeting.version, '\0')});
}

}  // namespace tacit::party
