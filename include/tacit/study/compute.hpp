#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tacit/base/expected.hpp"
#include "tacit/party/party.hpp"
#include "tacit/study/description.hpp"
#include "tacit/study/submission.hpp"
#include "tacit/study/suppress.hpp"

/// From sealed submissions to a table with margins, among three or four servers; the analyst alone reads it.
///
/// - Parties: three or four servers; contributors and the analyst are none.
/// - Adversary: that of mpc::Replicated. Three servers: semi-honest, one of them; one that departs from the protocol
/// can
///   change results, and learn about tables by that, unnoticed. Four: one that does anything; it can end the run, not
///   falsify it, and leave contributors out as if they had not been brought to it (the others see how many:
///   Outcome::missing). Two servers together know every table. Contributors may do anything: a table outside the
///   study's bounds, or shares that do not fit together, are found and left out, and counted.
/// - Revealed to the servers: who contributed (by invitation, not by name), who of these sent what is no table, and
///   which entries have fewer contributors than the study shows. No sum, and no count of an entry.
/// - Revealed to the analyst: contributors and sums of the entries that may be shown (tacit/study/suppress.hpp).
namespace tacit::study {

/// What one server has been brought: the parts of all submissions, one after the other, behind a header.
[[nodiscard]] std::vector<std::byte> bundle_header(const Study& study, std::size_t server, std::uint64_t count);
/// The parts of a bundle; malformed_input for bytes that are no bundle for this server of this study.
[[nodiscard]] Expected<std::span<const std::byte>> parts_of_bundle(const Study& study, std::size_t server,
                                                                   std::span<const std::byte> bundle);

/// What a server may say about a computation.
struct Outcome {
    std::uint64_t contributors = 0;   ///< whose tables were counted
    std::uint64_t missing = 0;        ///< of what this server was brought: not opened here, or not there at all others
    std::uint64_t invalid = 0;        ///< tables that the servers found to be none, together
    std::size_t shown = 0;            ///< entries
    std::vector<std::byte> result{};  ///< this server's share of the table, sealed to the analyst
    std::vector<Digest> receipts{};   ///< of all that was counted, ascending
};

/// Called by all servers: `me` has this server's index. `parts` are the concatenated parts of submissions in any order;
/// of several of one contributor the newest counts. `settled` is called with a hash of study and contributors when all
/// have agreed on these, before anything is opened: it must throw if this server has computed the study with other
/// contributors, because the difference of the two results would show what those have.
/// Throws budget_exceeded if fewer contributors than study.fewest are left, or more than study.most;
/// parameter_mismatch, protocol_violation.
/// From each server 60 to 80 bytes a word and contributor among three, 100 to 130 among four, by the bits of the
/// bounds. 32 rounds (40 among four), and about 50 for every 2^17 words, times contributors, after the first; 5 times
/// the memory of so many words is taken.
[[nodiscard]] Outcome compute(party::Party& me, const Study& study, const party::SealingKey& key,
                              std::span<const std::byte> parts, const std::function<void(const Digest&)>& settled);

/// For `settled`: remembers in a file which contributors a study was computed with. Throws budget_exceeded if it was
/// computed with others; the same again is allowed, after a run that failed. Throws malformed_input and io_failure.
void settle(const std::filesystem::path& record, const Study& study, const Digest& contributors);

/// One entry of the result.
struct Entry {
    std::uint64_t contributors = 0;
    std::vector<std::int64_t> sums;  ///< by column, in units of its last digit
};
struct Result {
    std::uint64_t contributors = 0;
    std::uint64_t invalid = 0;
    std::vector<std::optional<Entry>> entries;  ///< by entry of the cube; none where nothing is shown
};

/// Puts the servers' shares together, in the order of the study's servers. malformed_input for what is none,
/// protocol_violation if they differ: a server cheats; among four, an honest analyst cannot be deceived by one.
[[nodiscard]] Expected<Result> open_result(const Study& study, const party::SealingKey& analyst,
                                           std::span<const std::vector<std::byte>> shares);

[[nodiscard]] Cube cube_of(const Study& study);
/// CSV: groups (a level, or "all"), whether the entry is shown, contributors, and for each column its sum and mean.
[[nodiscard]] std::string to_csv(const Study& study, const Result& result);
/// The same as an array of objects, with numbers as text.
[[nodiscard]] std::string to_json(const Study& study, const Result& result);

}  // namespace tacit::study
