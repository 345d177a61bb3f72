#include "mpc.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "diagnosis.hpp"
#include "output.hpp"
#include "tacit/base/hash.hpp"
#include "tacit/party/doctor.hpp"
#include "tacit/party/sealed.hpp"

namespace tacit::app::mpc {

namespace {

std::string roles_text(const party::Roles& roles) {
    std::vector<const char*> names;
    if (roles.compute) names.push_back("computes");
    if (roles.input) names.push_back("gives values");
    if (roles.receive) names.push_back("receives");
    return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

party::Session open_session(const SessionOptions& options, const party::Roster& roster, const party::Plan& plan) {
    const std::chrono::seconds patience(options.patience);
    return party::Session::open(roster, identity::Identity::open(options.identity_folder), plan, {patience, patience});
}

void print_entry(const EntryOptions& options) {
    const auto identity = identity::Identity::open(options.identity_folder);
    std::string text =
        fmt::format("[[party]]\nname = \"{}\"\npin = \"{}\"\nsealing = \"{}\"\n", identity.name(),
                    to_string(identity.fingerprint()), to_hex(party::sealing_key_of(identity).public_key()));
    if (!options.address.empty()) text += fmt::format("address = \"{}\"\n", options.address);
    if (!options.roles.empty()) text += fmt::format("roles = [\"{}\"]\n", fmt::join(options.roles, "\", \""));
    fmt::print("{}", text);
}

void show_roster(const fs::path& path) {
    const party::Roster roster = party::read_roster(path);
    const Digest hash = roster.hash();
    std::string text =
        fmt::format("'{}', {}; everybody must see the same number", roster.name, to_hex(std::span(hash).first(8)));
    for (const party::Member& member : roster.members) {
        text += fmt::format("\n{} {} {}: {}", member.name, to_string(member.pin),
                            member.address.empty() ? "(does not listen)" : member.address, roles_text(member.roles));
    }
    print_step("roster", text);
}

void doctor(const SessionOptions& options) {
    const party::Roster roster = party::read_roster(options.roster);
    const auto identity = identity::Identity::open(options.identity_folder);
    std::string wrong;
    std::string text;
    for (const auto& peer : party::diagnose(roster, identity, std::chrono::seconds(options.patience))) {
        const Diagnosis diagnosis(peer.findings);
        text += fmt::format("{}{}:\n{}", text.empty() ? "" : "\n", peer.name, diagnosis.text);
        if (!diagnosis.wrong.empty() && wrong.empty()) wrong = fmt::format("{}: {}", peer.name, diagnosis.wrong);
    }
    print_step("doctor", text);
    if (!wrong.empty()) throw Error(ErrorCode::unreachable, wrong);
}

}  // namespace tacit::app::mpc
