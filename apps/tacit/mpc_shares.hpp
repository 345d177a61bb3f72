#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mpc.hpp"
#include "tacit/mpc/sealed_shares.hpp"
#include "tacit/party/roster.hpp"

/// Files by which people who are no parties bring secrets to those who compute: NAME.share, sealed to the party.
namespace tacit::app::mpc {

/// What contributors bring.
struct Brought {
    std::string kind;  ///< what the bits mean, as in tacit::mpc::ShareLabel
    std::string task;  ///< which auction, vote or survey; empty: the roster's name
};

/// Throws invalid_argument for names that are no file names.
void check_name(const std::string& name);

/// Writes OUT/<party>/NAME.share for each party of the roster that computes. Throws invalid_argument unless those are
/// three or four with sealing keys, and for names that are no file names; io_failure.
void write_shares(const party::Roster& roster, const Brought& what, const std::string& name,
                  const tacit::mpc::ClearBits& secret, const fs::path& out,
                  const std::optional<party::SealingPublicKey>& reply = {});

/// Which of the computing parties of a roster has this identity's key. Throws invalid_argument if none.
struct Place {
    int parties;
    int party;
};
[[nodiscard]] Place place_of(const party::Roster& roster, const fs::path& identity_folder);

/// Where a party's own shares come in.
class Inbox {
public:
    /// Throws as place_of(); parameter_mismatch if the roster has another sealing key of this party than its identity.
    Inbox(const party::Roster& roster, const fs::path& identity_folder, fs::path folder, Brought what,
          std::size_t planes);

    /// Everybody's shares in one folder.
    struct Collected {
        std::vector<std::string> names;  ///< in alphabetical order
        tacit::mpc::Bits shares;         ///< a lane for each name
        std::vector<std::optional<party::SealingPublicKey>> replies;
    };
    /// Reads all NAME.share of the folder except that of `left_out`. Throws malformed_input naming the file,
    /// io_failure.
    [[nodiscard]] Collected read_all(const std::string& left_out = {}) const;
    /// One of them.
    [[nodiscard]] tacit::mpc::Contributed read(const std::string& name) const;

private:
    fs::path folder_;
    tacit::mpc::ShareLabel due_;  ///< but for the name
    std::size_t planes_;
    party::SealingKey key_;
};

/// A hash of names, for the plan that all parties must agree on.
[[nodiscard]] std::string hash_of_names(const std::vector<std::string>& names);

}  // namespace tacit::app::mpc
