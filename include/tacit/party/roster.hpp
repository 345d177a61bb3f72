#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tacit/base/expected.hpp"
#include "tacit/base/hash.hpp"
#include "tacit/identity/fingerprint.hpp"
#include "tacit/party/sealed.hpp"

namespace tacit::party {

/// What a party of a roster does.
struct Roles {
    bool compute = false;  ///< takes part in the protocol; the parties of a run are those that compute, in order
    bool input = false;    ///< gives private values
    bool receive = false;  ///< learns the result
    bool operator==(const Roles&) const = default;
};

struct Member {
    std::string name;  ///< as for identities
    identity::Fingerprint pin;
    std::string address{};  ///< host:port where it listens; empty if nobody connects to it
    Roles roles{.compute = true, .input = true, .receive = true};
    /// What is sealed to it (sealing_key_of() of its identity); none in rosters where nothing is.
    std::optional<SealingPublicKey> sealing_key{};
};

/// Who takes part in an undertaking. Everybody holds the same roster (their doctor compares); in TOML:
///
///     name = "wages"
///
///     [[party]]
///     name = "ana"
///     pin = "64 hex digits, as `tacit identity show` prints them"
///     address = "ana.example:7001"
///     sealing = "64 hex digits, as `tacit mpc roster entry` prints them"    # where files are sealed to it
///     roles = ["compute", "input", "receive"]    # all three if not said
struct Roster {
    std::string name;
    std::vector<Member> members;

    /// The position of a key; -1 if there is none.
    [[nodiscard]] int find(const identity::Fingerprint& pin) const noexcept;
    /// Covers the name, and every member's name, keys and roles in order. Addresses may differ by where one stands.
    [[nodiscard]] Digest hash() const;
};

/// From at most 1 MiB with 2 to 1000 parties, names and keys each at most once, of which at least two compute and one
/// of those has an address; sessions ask for more of them. malformed_input names line or party; unknown keys are
/// refused.
[[nodiscard]] Expected<Roster> parse_roster(std::string_view toml);
/// The members that compute, in order: the parties of a run.
[[nodiscard]] std::vector<Member> computing(const Roster& roster);
/// Throws invalid_argument for a member without a sealing key.
[[nodiscard]] const SealingPublicKey& sealing_key(const Member& member);
/// Of this identity, which is a member. Throws invalid_argument if it is none or has no sealing key in the roster;
/// parameter_mismatch if it has another one there, so that what was sealed by the roster went to somebody else.
[[nodiscard]] SealingKey own_sealing_key(const Roster& roster, const identity::Identity& identity);
/// The same roster again as TOML.
[[nodiscard]] std::string to_text(const Roster& roster);
/// Throws malformed_input and io_failure.
[[nodiscard]] Roster read_roster(const std::filesystem::path& path);

}  // namespace tacit::party
