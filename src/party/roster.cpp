#include "tacit/party/roster.hpp"

#include <algorithm>
#include <set>

#include "base/fail.hpp"
#include "base/from_hex.hpp"
#include "identity/tcp.hpp"
#include "party/toml_reading.hpp"
#include "tacit/base/bytes.hpp"
#include "tacit/base/files.hpp"
#include "tacit/identity/identity.hpp"

namespace tacit::party {

namespace {

using toml_reading::check_keys;
using toml_reading::refuse;
using toml_reading::shown;

constexpr std::size_t most_members = 1000;

/// The text under a key; refused if it is missing (and `required`) or none.
std::string text_at(const toml::table& table, const char* key, bool required) {
    const toml::node* const node = table.get(key);
    if (node == nullptr) {
        if (required) refuse(table, "a '{}' is missing; add {} = \"...\"", key, key);
        return {};
    }
    if (!node->is_string()) refuse(*node, "'{}' is no text; put it between quotes", key);
    return node->as_string()->get();
}

Roles roles_of(const toml::table& table) {
    const toml::node* const node = table.get("roles");
    if (node == nullptr) return {.compute = true, .input = true, .receive = true};
    if (!node->is_array()) refuse(*node, "'roles' is no list; write roles = [\"compute\", \"input\", \"receive\"]");
    Roles roles;
    for (const toml::node& one : *node->as_array()) {
        const std::string role = one.value_or<std::string>("");
        bool* const known = role == "compute"   ? &roles.compute
                            : role == "input"   ? &roles.input
                            : role == "receive" ? &roles.receive
                                                : nullptr;
        if (known == nullptr) refuse(one, "there is no role '{}'; use compute, input and receive", shown(role));
        *known = true;
    }
    if (roles == Roles{}) refuse(*node, "a party without a role; give it one, or leave it out");
    return roles;
}

Member member_of(const toml::node& node) {
    if (!node.is_table()) refuse(node, "a party is a table; begin it with [[party]]");
    const toml::table& table = *node.as_table();
    check_keys(table, {"name", "pin", "address", "roles", "sealing"});
    Member member;
    member.name = text_at(table, "name", true);
    if (!identity::is_valid_name(member.name)) {
        refuse(table, "'{}' is no name; use 1 to 64 letters, digits, '.', '_' or '-'", shown(member.name));
    }
    const auto pin = identity::parse_fingerprint(text_at(table, "pin", true));
    if (!pin) refuse(table, "the pin of '{}': {}", member.name, pin.error().what());
    member.pin = *pin;
    member.address = text_at(table, "address", false);
    if (!member.address.empty() && !identity::is_valid_address(member.address)) {
        refuse(table, "'{}' is not host:port", shown(member.address));
    }
    member.roles = roles_of(table);
    if (const toml::node* const key = table.get("sealing"); key != nullptr) {
        member.sealing_key = from_hex<32>(key->value_or<std::string>(""));
        if (!member.sealing_key) {
            refuse(*key, "the sealing key of '{}' is not 64 lower-case hex digits; `tacit mpc roster entry` prints it",
                   member.name);
        }
    }
    return member;
}

void check_together(const toml::node& node, const Roster& roster) {
    std::set<std::string> names;
    std::set<identity::Fingerprint> pins;
    std::size_t computing = 0;
    for (const Member& member : roster.members) {
        if (!names.insert(member.name).second) refuse(node, "two parties are called '{}'", member.name);
        if (!pins.insert(member.pin).second) refuse(node, "'{}' has the key of another party", member.name);
        if (member.roles.compute) ++computing;
    }
    if (computing < 2) refuse(node, "{} of {} parties compute; at least 2 must", computing, roster.members.size());
    const bool reachable = std::ranges::any_of(
        roster.members, [](const Member& member) { return member.roles.compute && !member.address.empty(); });
    if (!reachable) refuse(node, "no party that computes has an address, so nobody can connect; add address = \"...\"");
}

Roster roster_of(const toml::table& table) {
    check_keys(table, {"name", "party"});
    Roster roster;
    roster.name = text_at(table, "name", true);
    if (!identity::is_valid_name(roster.name)) refuse(table, "'{}' is no name for a roster", shown(roster.name));
    const toml::node* const parties = table.get("party");
    if (parties == nullptr || !parties->is_array()) refuse(table, "no parties; begin each with [[party]]");
    if (parties->as_array()->size() > most_members) {
        refuse(*parties, "{} parties; at most {}", parties->as_array()->size(), most_members);
    }
    for (const toml::node& node : *parties->as_array()) roster.members.push_back(member_of(node));
    check_together(*parties, roster);
    return roster;
}

}  // namespace

int Roster::find(const identity::Fingerprint& pin) const noexcept {
    const auto at = std::ranges::find(members, pin, &Member::pin);
    return at == members.end() ? -1 : static_cast<int>(at - members.begin());
}

Digest Roster::hash() const {
    ByteWriter out;
    out.string("tacit roster");
    out.string(name);
    for (const Member& member : members) {
        out.string(member.name);
        out.bytes(member.pin.bytes);
        out.u8(static_cast<std::uint8_t>((member.roles.compute ? 1 : 0) | (member.roles.input ? 2 : 0) |
                                         (member.roles.receive ? 4 : 0) | (member.sealing_key ? 8 : 0)));
        if (member.sealing_key) out.bytes(*member.sealing_key);
    }
    Hasher hasher;
    hasher.update(std::move(out).take());
    return hasher.finish();
}

Expected<Roster> parse_roster(std::string_view text) { return toml_reading::parse("roster", text, roster_of); }

std::vector<Member> computing(const Roster& roster) {
    std::vector<Member> members;
    std::ranges::copy_if(roster.members, std::back_inserter(members), [](const Member& m) { return m.roles.compute; });
    return members;
}

const SealingPublicKey& sealing_key(const Member& member) {
    if (!member.sealing_key) {
        fail(ErrorCode::invalid_argument,
             "the roster has no sealing key of '{}', so nothing can be sealed to it; put in what `tacit mpc roster "
             "entry` prints there",
             member.name);
    }
    return *member.sealing_key;
}

SealingKey own_sealing_key(const Roster& roster, const identity::Identity& identity) {
    const int at = roster.find(identity.fingerprint());
    if (at < 0) {
        fail(ErrorCode::invalid_argument, "identity '{}' is no member of roster '{}'", identity.name(), roster.name);
    }
    const Member& me = roster.members[static_cast<std::size_t>(at)];
    SealingKey key = sealing_key_of(identity);
    if (sealing_key(me) == key.public_key()) return key;
    fail(ErrorCode::parameter_mismatch,
         "the roster says that the sealing key of '{}' is {}, but its identity has {}: what was sealed by this roster "
         "went to somebody else. Mend the roster by `tacit mpc roster entry`, and have everything made anew",
         me.name, to_hex(sealing_key(me)), to_hex(key.public_key()));
}

std::string to_text(const Roster& roster) {
    std::string out = fmt::format("name = \"{}\"\n", roster.name);
    for (const Member& member : roster.members) {
        out += fmt::format("\n[[party]]\nname = \"{}\"\npin = \"{}\"\n", member.name, identity::to_string(member.pin));
        if (!member.address.empty()) out += fmt::format("address = \"{}\"\n", member.address);
        if (member.sealing_key) out += fmt::format("sealing = \"{}\"\n", to_hex(*member.sealing_key));
        std::vector<const char*> roles;
        if (member.roles.compute) roles.push_back("\"compute\"");
        if (member.roles.input) roles.push_back("\"input\"");
        if (member.roles.receive) roles.push_back("\"receive\"");
        out += fmt::format("roles = [{}]\n", fmt::join(roles, ", "));
    }
    return out;
}

Roster read_roster(const std::filesystem::path& path) {
    const std::vector<std::byte> bytes = read_file(path, toml_reading::largest_bytes);
    auto roster = parse_roster({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    if (!roster) {
        fail(ErrorCode::malformed_input, "'{}': {}", path.string(), roster.error().what());
    }
    return *std::move(roster);
}

}  // namespace tacit::party
