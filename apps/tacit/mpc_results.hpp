#pragma once

#include <string>
#include <vector>

#include "mpc.hpp"
#include "tacit/mpc/receivers.hpp"

/// Files in which the parties give results to people who are no parties: NAME.PARTY.result, sealed to NAME.
namespace tacit::app::mpc {

/// Writes OUT/NAME.PARTY.result for each of them. Throws io_failure.
void write_results(const fs::path& out, const party::Party& me, const std::vector<tacit::mpc::ResultFile>& files);
/// Throws invalid_argument if a file is to be written and there is no folder for it; to be asked before the run.
void check_folder_for_results(const fs::path& out, bool needed);

/// ResultText::kind: what `tacit mpc reveal` finds out of them.
namespace result_kinds {
inline constexpr const char* auction = "auction";  ///< whether sold, price, perhaps winners
inline constexpr const char* won = "won";          ///< whether this bidder has won
inline constexpr const char* winners = "winners";  ///< who has
inline constexpr const char* decision = "decision";
inline constexpr const char* counts = "counts";  ///< of votes
}  // namespace result_kinds

/// What a party that only computes says.
inline constexpr const char* result_went_elsewhere = "done; the result went to those who receive";

/// The bits of a result, of that shape if one is due. Throws malformed_input.
[[nodiscard]] const tacit::mpc::ClearBits& bits_of(const tacit::mpc::Revealed& revealed,
                                                   std::optional<tacit::mpc::BitShape> due = {});

/// What a result says, one for each kind, as text of some lines.
[[nodiscard]] std::string auction_text(const tacit::mpc::Revealed& revealed);
[[nodiscard]] std::string winners_text(const tacit::mpc::Revealed& revealed);
[[nodiscard]] std::string vote_text(const tacit::mpc::Revealed& revealed);
[[nodiscard]] std::string private_answer_text(const tacit::mpc::Revealed& revealed);

struct RevealOptions {
    std::vector<fs::path> files;
    fs::path key;              ///< that a bid came with
    fs::path identity_folder;  ///< or of a receiver of the roster
};
void reveal(const RevealOptions& options);

}  // namespace tacit::app::mpc
