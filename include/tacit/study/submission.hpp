#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tacit/base/expected.hpp"
#include "tacit/base/random.hpp"
#include "tacit/mpc/shares.hpp"
#include "tacit/study/description.hpp"

/// One contributor's table on its way to the servers.
///
/// The table's words are cut into one additive component for each server modulo 2^64; server j is to hold all but
/// component j (tacit/mpc/replicated.hpp). The header names study, contributor and version, and has a commitment to
/// each component, SHA-256 over "tacit study component", the header's first part, the component's index and 32 random
/// bytes before its words. What goes to a server is sealed with header and server as associated data
/// (tacit/party/sealed.hpp): the components with their random bytes. So servers that compare headers hold the same
/// table, and who keeps the submission meanwhile has ciphertexts alone.
namespace tacit::study {

/// The secret of an invitation: whoever has it is the contributor.
using Invitation = std::array<std::byte, 16>;
/// What everybody else knows a contributor by: the beginning of SHA-256("tacit study invitation", invitation).
using ContributorId = std::array<std::byte, 16>;

[[nodiscard]] ContributorId contributor_of(const Invitation& invitation);

/// BASE/#DIGITS: the secret is behind '#', which browsers do not send.
struct Link {
    std::string base;  ///< "https://host:port"
    Invitation invitation{};
};
[[nodiscard]] std::string to_text(const Link& link);
/// malformed_input.
[[nodiscard]] Expected<Link> parse_link(std::string_view text);

/// What a contributor fills in: for each cell a value for each column, or nothing. Views the study; wiped at the end.
class Table {
public:
    explicit Table(const Study& study);
    /// Throws invalid_argument naming cell and column for a value outside its bounds.
    void fill(std::size_t cell, std::span<const std::int64_t> values);
    [[nodiscard]] std::span<const std::uint64_t> words() const noexcept { return words_; }
    [[nodiscard]] std::size_t filled() const noexcept;

private:
    const Study* study_;
    mpc::SecretVector<std::uint64_t> words_;  ///< as Study says
};
/// From CSV with a header: the groups' names, then the columns', in any order; one row for each cell that is filled in.
/// Throws malformed_input, naming line and column, and io_failure.
[[nodiscard]] Table read_table(const Study& study, const std::filesystem::path& csv);

/// Header and one sealed message per server, one after the other; its length depends on the study alone. A later
/// version replaces an earlier one.
[[nodiscard]] std::vector<std::byte> make_submission(const Study& study, const ContributorId& contributor,
                                                     std::uint64_t version, const Table& table, Rng& rng);
[[nodiscard]] std::size_t submission_bytes(const Study& study) noexcept;

/// What anybody may read of a submission.
struct Header {
    ContributorId contributor{};
    std::uint64_t version = 0;
    Digest receipt{};  ///< SHA-256 of the header: two submissions with one receipt hold the same table
};
/// malformed_input for bytes that are no submission to this study.
[[nodiscard]] Expected<Header> read_header(const Study& study, std::span<const std::byte> submission);

/// Cuts out what goes to one server: the header and its sealed message.
[[nodiscard]] std::vector<std::byte> part_for(const Study& study, std::span<const std::byte> submission,
                                              std::size_t server);
[[nodiscard]] std::size_t part_bytes(const Study& study) noexcept;

/// Opens it: the server's components of all words. malformed_input for one that is not for this study, server and key,
/// or whose components are not those that the header commits to.
[[nodiscard]] Expected<mpc::Components> open_part(const Study& study, std::size_t server, const party::SealingKey& key,
                                                  std::span<const std::byte> part);

}  // namespace tacit::study
