#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tacit/base/expected.hpp"
#include "tacit/base/hash.hpp"
#include "tacit/party/party.hpp"
#include "tacit/party/sealed.hpp"

/// Sums over contributors who come once and go, by two or more servers that hold shares.
///
/// A contributor cuts its values into one additive share per server (server 0 gets words, the others a seed that stands
/// for theirs) and seals each to its server, bound to task, contributor and version. Servers keep the newest version of
/// each contributor until they close, agree on whom they all have, add shares, and open the sums.
///
/// - Parties: two or more servers. Contributors are none: each sends one message to each server.
/// - Adversary: semi-honest; all servers but one may work together and learn nothing beyond the sums and who
///   contributed. A server that cheats can shift the sums blindly, end the run, or leave contributors out, so that the
///   sums say more about those who are left.
/// - A contributor is not checked: it can send any values, out of bounds too, and under as many names as it has
///   invitations. Where values have to be checked, use Prio3.
/// - Revealed: the sums and the number of contributors, to the servers; nothing if there are too few.
/// - Rounds and bytes among servers: Collection::open.
namespace tacit::mpc {

/// What is collected. All contributors and servers hold the same.
struct CollectionTask {
    std::string name;
    std::vector<std::string> entries;  ///< what the values are; 1 to 2^16
    std::int64_t low = 0;              ///< every value lies between these
    std::int64_t high = 0;
    std::uint64_t fewest = 3;                      ///< contributors without whom nothing is opened; at least 3
    std::uint64_t most = 1'000'000;                ///< contributors; sums of that many fit 64 bits
    std::vector<party::SealingPublicKey> servers;  ///< 2 or more, all different

    /// Throws invalid_argument for a task that is none.
    void check() const;
    [[nodiscard]] Digest hash() const;
};

/// Who contributes: the secret of an invitation, or any 16 bytes that nobody else has.
using ContributorId = std::array<std::byte, 16>;

/// One message per server. A later version replaces an earlier one of the same contributor. Throws invalid_argument for
/// values outside the task's bounds or of another number.
[[nodiscard]] std::vector<std::vector<std::byte>> make_submission(const CollectionTask& task,
                                                                  const ContributorId& contributor,
                                                                  std::uint64_t version,
                                                                  std::span<const std::int64_t> values, Rng& rng);

/// What one server holds.
class Collection {
public:
    /// Throws invalid_argument unless the key is that of the task's server with this index.
    Collection(CollectionTask task, int server, party::SealingKey key);

    /// Takes a message in; false if it holds a version that is not newer than what is there, as a replay does.
    /// malformed_input for bytes that are none of this task's messages to this server, budget_exceeded if all places
    /// are taken or the collection is closed.
    [[nodiscard]] Expected<bool> add(std::span<const std::byte> message);
    [[nodiscard]] std::size_t size() const noexcept { return reports_.size(); }

    struct Total {
        std::uint64_t contributors = 0;
        std::uint64_t dropped = 0;  ///< whom this server has and another one does not, or in another version
        std::vector<std::int64_t> sums;
    };
    /// Closes the collection and opens its sums together with the other servers: `party` has this server's index among
    /// them. 4 rounds; to each other server 24 bytes per contributor, 8 per entry and 104 more. Throws
    /// protocol_violation, parameter_mismatch if the tasks differ, budget_exceeded if too few are left or it was called
    /// before: what is opened twice, with one contributor more, shows what that one has.
    [[nodiscard]] Total open(party::Party& party);

private:
    struct Report {
        std::uint64_t version;
        std::vector<std::byte> share;
    };
    void subtract_missing(const std::vector<std::byte>& theirs);
    [[nodiscard]] std::vector<std::uint64_t> add_shares() const;

    CollectionTask task_;
    Digest task_hash_;
    int server_;
    party::SealingKey key_;
    std::map<ContributorId, Report> reports_;
    bool closed_ = false;
};

}  // namespace tacit::mpc
