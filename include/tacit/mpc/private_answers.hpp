#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tacit/dp/ledger.hpp"
#include "tacit/dp/session.hpp"
#include "tacit/mpc/receivers.hpp"
#include "tacit/mpc/shares.hpp"
#include "tacit/party/party.hpp"
#include "tacit/party/session.hpp"

/// Differentially private answers about what contributors brought, in shares, to three or four parties
/// (tacit/mpc/dealing.hpp): no party sees a contribution, the exact answer or the noise.
///
/// Parties      three or four, who hold ledgers.
/// Adversary    one of three who follows the protocol (else it can change answer and noise, and learn by that), or
///              one of four who does anything; docs/mpc.md. Contributors may do anything.
/// Revealed     the noisy answer, to those who receive, of the parties and of others (tacit/mpc/receivers.hpp); to all
///              parties how many contributed, by what names they gave their shares, and what their ledgers say.
/// Privacy      of what one contributor brought (neighbours: change one), computational epsilon-DP [MPRV09] against one
///              party with any contributors; docs/mpc-dp.md has the definition and the proof.
/// Rounds       set-up and reservation 4 (5 among four); sum 17 (20), count 16 (19), histogram of 8 keys 12 (15),
///              selection of 8 keys 41 (44), for each doubling ceil(log2(b)) + 2 more with scores of b bits.
/// Bytes        of a sum 8 for each value and bit of the bounds from one party in three; docs/mpc-dp.md has figures.
namespace tacit::mpc {

/// What is asked. Bounds and keys are public and part of the question; every number is an integer, `digits` of whose
/// decimal places stand behind the point.
struct PrivateQuestion {
    enum class Kind : std::uint8_t {
        sum,        ///< of values, each clamped to low .. high inside the protocol
        count,      ///< how many values are in low .. high
        histogram,  ///< how many contributors chose each key
        select,     ///< the key that most contributors approved: report noisy maximum, the name alone
    };
    Kind kind = Kind::count;
    dp::Cost epsilon{};  ///< what one unit of privacy loses; of a ledger whose units have several rows: all of them
    std::int64_t low = 0;
    std::int64_t high = 0;
    int digits = 0;
    std::vector<std::string> keys{};
    std::size_t minimum = 3;  ///< contributors, or nothing is answered
};

/// Bits that one contributor deals: one lane of contribution_planes(question).
[[nodiscard]] std::size_t contribution_planes(const PrivateQuestion& question);
/// For sums and counts. Throws invalid_argument unless |value| < 2^47.
[[nodiscard]] ClearBits value_contribution(std::int64_t value);
/// One of the keys. Throws invalid_argument for another name.
[[nodiscard]] ClearBits choice_contribution(std::span<const std::string> keys, std::string_view chosen);
/// Any of the keys; the same error.
[[nodiscard]] ClearBits approval_contribution(std::span<const std::string> keys, std::span<const std::string> approved);

/// What is done, in words, and the noise, for a ledger whose units have up to so many rows. Throws invalid_argument for
/// bounds that are not in order or beyond 2^46, for keys that are none or stand twice, more than 255 of a histogram or
/// 4096 of a selection, for epsilon 0 and for noise that layer dp refuses.
[[nodiscard]] dp::Description describe(const PrivateQuestion& question, std::uint64_t rows_per_unit);

/// What all parties must agree on before they meet: the question, what their ledgers are for, who contributed
/// (a hash of names).
[[nodiscard]] party::Plan plan_answer(const PrivateQuestion& question, const dp::LedgerTerms& terms,
                                      std::string_view contributors);

struct PrivateAnswer {
    /// With 95 % intervals for the noise alone. A sum or count is one, without key; a histogram has one for each key.
    std::vector<dp::KeyedEstimate> estimates{};
    std::string selected{};  ///< of a selection
    std::size_t contributors = 0;
    dp::Statement statement{};
    bool received = true;             ///< false at a party that only computes: it has no estimates and no selection
    std::vector<ResultFile> files{};  ///< for receivers who are no parties; reveal() and read_private_answer()
};

/// Called by all parties, each with its own ledger and its share of all contributions (a lane for each): checks what is
/// public, confirms that the shares fit together, lets every ledger reserve (reserve_together), and only then computes:
/// clamps, counts, draws the noise, gives the answer to the receivers. Throws invalid_argument as describe(), for fewer
/// contributors than the minimum, more than 2^32 or so many that a sum leaves 61 bits, and for contributions of another
/// shape; parameter_mismatch for a ledger that is not pure and change-one; budget_exceeded; errors of Replicated.
[[nodiscard]] PrivateAnswer answer_privately(party::Party& me, dp::Ledger& ledger, const PrivateQuestion& question,
                                             const Bits& contributions, const Receivers& receivers);
/// To all parties.
[[nodiscard]] PrivateAnswer answer_privately(party::Party& me, dp::Ledger& ledger, const PrivateQuestion& question,
                                             const Bits& contributions);

/// ResultText::kind of private answers.
inline constexpr const char* private_answer_kind = "private answer";
/// What a receiver who is no party reads, of all parties' files. Its statement has no budget, nothing spent and no head
/// of a ledger: those are the parties'. malformed_input for another result.
[[nodiscard]] Expected<PrivateAnswer> read_private_answer(const Revealed& revealed);

}  // namespace tacit::mpc
