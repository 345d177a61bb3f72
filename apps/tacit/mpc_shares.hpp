#pragma once

#include <string>
#include <vector>

#include "mpc.hpp"
#include "tacit/mpc/dealing.hpp"
#include "tacit/party/roster.hpp"

/// Files by which people who are no parties bring secrets to those who compute, and take results: NAME.share.
namespace tacit::app::mpc {

/// Writes OUT/<party>/NAME.share for each party of the roster that computes. Throws invalid_argument unless those are
/// three or four, and for names that are no file names; io_failure.
void write_shares(const party::Roster& roster, const std::string& name, const tacit::mpc::ClearBits& secret,
                  const fs::path& out);

/// Everybody's shares in one folder.
struct Collected {
    std::vector<std::string> names;  ///< in alphabetical order
    tacit::mpc::Bits shares;         ///< a lane for each name
};
/// Reads all NAME.share of a folder, of `planes` planes each, except that of `left_out`. Throws malformed_input naming
/// the file, io_failure.
[[nodiscard]] Collected read_shares(const fs::path& folder, int parties, int party, std::size_t planes,
                                    const std::string& left_out = {});
/// One of them.
[[nodiscard]] tacit::mpc::Bits read_share(const fs::path& file, int parties, int party, tacit::mpc::BitShape shape);

/// The computing parties of a roster, and which of them has this identity's key. Throws invalid_argument if none.
struct Place {
    int parties;
    int party;
};
[[nodiscard]] Place place_of(const party::Roster& roster, const fs::path& identity_folder);

/// A hash of names, for the plan that all parties must agree on.
[[nodiscard]] std::string hash_of_names(const std::vector<std::string>& names);

}  // namespace tacit::app::mpc
