#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string_view>

#include "tacit/base/expected.hpp"
#include "tacit/base/hash.hpp"
#include "tacit/ckks/parameters.hpp"

namespace tacit::ckks::threshold {

class Session;

/// What a party does if it gave a share of the same ciphertext before.
enum class Repeat {
    refuse,
    /// Give another, with fresh noise. Who averages n shares of one ciphertext is left with noise smaller by sqrt(n);
    /// the noise is sized for the ledger's number of publications, this one among them.
    allow,
};

/// What one party has helped to decrypt in a session. It refuses a second share of a ciphertext and more shares than
/// the noise was sized for. Two ciphertexts count as one if they agree in c_1 modulo the primes of level 0: a share
/// depends on nothing else. So lower copies of a ciphertext, and copies with other c_0, count as the same; multiples
/// and sums do not, they count as publications alone. Not thread-safe.
class DecryptionLedger {
public:
    /// Kept in memory alone: for a party that lives as long as its session. `publications` is how many shares the party
    /// will ever give. Throws invalid_argument if it is 0 or the session has no party of that name.
    DecryptionLedger(const Session& session, std::string_view party, std::uint64_t publications);
    /// Kept in a new file, written anew before every share is given. Also throws Error(io_failure), also if the file
    /// is there already.
    [[nodiscard]] static DecryptionLedger create(const std::filesystem::path& path, const Session& session,
                                                 std::string_view party, std::uint64_t publications);
    /// From such a file. Never copy the file back: a ledger that forgot is none.
    [[nodiscard]] static Expected<DecryptionLedger> open(const std::filesystem::path& path, const Session& session,
                                                         std::string_view party);

    [[nodiscard]] std::uint64_t publications() const noexcept { return publications_; }
    /// Shares given so far.
    [[nodiscard]] std::uint64_t given() const noexcept { return given_; }

private:
    friend struct LedgerAccess;
    Parameters parameters_;
    Digest session_;
    std::uint32_t party_;
    std::uint64_t publications_;
    std::uint64_t given_ = 0;
    std::set<Digest> seen_;
    std::optional<std::filesystem::path> path_;
};

}  // namespace tacit::ckks::threshold
