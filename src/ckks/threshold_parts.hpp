#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "ckks/context.hpp"
#include "tacit/base/hash.hpp"
#include "tacit/ckks/threshold.hpp"

/// What the threshold protocols share: subjects of shares, common polynomials, the insides of messages.
namespace tacit::ckks::threshold {

/// Polynomials of a share and their rows.
struct ShareShape {
    std::size_t polys = 0;
    std::size_t rows = 0;
    friend bool operator==(const ShareShape&, const ShareShape&) = default;
};
/// `rows` counts for decryptions and key switches alone; the other steps have theirs from the parameters.
[[nodiscard]] ShareShape share_shape(const Parameters& parameters, Step step, std::size_t rows);

/// What a step is about; the public key and round one of the relinearisation key are about nothing but the session.
[[nodiscard]] Digest galois_subject(std::uint64_t element);
[[nodiscard]] Digest decryption_subject(const Ciphertext& ciphertext);
[[nodiscard]] Digest key_switch_subject(const Ciphertext& ciphertext, const PublicKey& receiver);

/// The first `limbs` rows in their canonical form.
void hash_rows(Hasher& hasher, const Context& context, const ring::EvaluationPoly& poly, std::size_t limbs);

/// The seed of the polynomials that all parties have in common at a step.
[[nodiscard]] Seed common_seed(const Digest& session, Step step, const Digest& subject);

/// Refuses objects of other parameters than the session's.
void check_parameters(const char* operation, const Session& session, const Parameters& other);
/// The same, and ciphertexts of degree 2.
void check_ciphertext(const char* operation, const Session& session, const Ciphertext& ciphertext);

struct ShareAccess {
    [[nodiscard]] static Share make(const Session& session, Step step, std::size_t party, const Digest& subject,
                                    std::vector<ring::EvaluationPoly> polys) {
        return {session.parameters(), session.id(), step, party, subject, std::move(polys)};
    }
    [[nodiscard]] static const Parameters& parameters(const Share& share) { return share.parameters_; }
    [[nodiscard]] static const Digest& session(const Share& share) { return share.session_; }
    [[nodiscard]] static const std::vector<ring::EvaluationPoly>& polys(const Share& share) { return share.polys_; }
    /// Throws invalid_argument if the share was used up.
    static void check_unused(const char* operation, const Share& share);
    /// The polynomials of a share, which is used up after that.
    [[nodiscard]] static std::vector<ring::EvaluationPoly> take(Share&& share) { return std::move(share.polys_); }
};

struct RoundAccess {
    [[nodiscard]] static RelinearizationRound make(const Parameters& parameters, const Digest& session,
                                                   std::vector<ring::EvaluationPoly> polys) {
        return {parameters, session, std::move(polys)};
    }
    [[nodiscard]] static const Parameters& parameters(const RelinearizationRound& round) { return round.parameters_; }
    [[nodiscard]] static const std::vector<ring::EvaluationPoly>& polys(const RelinearizationRound& round) {
        return round.polys_;
    }
};

struct CollectorAccess {
    template <class Result, class Finish>
    [[nodiscard]] static Collector<Result> make(const Session& session, Step step, const Digest& subject,
                                                std::size_t rows, Finish finish) {
        return {session, step, subject, rows, std::move(finish)};
    }
};

struct LedgerAccess {
    /// Notes a share of this ciphertext, in the file too if there is one, or refuses; see DecryptionLedger.
    static void note(DecryptionLedger& ledger, const char* operation, const Session& session, std::size_t party,
                     const Ciphertext& ciphertext, Repeat repeat);
    /// The file of a ledger.
    [[nodiscard]] static std::vector<std::byte> bytes(const DecryptionLedger& ledger);
    /// Throws malformed_input or parameter_mismatch.
    [[nodiscard]] static DecryptionLedger parse(std::span<const std::byte> bytes, const Session& session,
                                                std::string_view party);
};

}  // namespace tacit::ckks::threshold
