#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tacit/base/expected.hpp"
#include "tacit/base/hash.hpp"
#include "tacit/base/random.hpp"
#include "tacit/ckks/ciphertext.hpp"
#include "tacit/ckks/decryption_ledger.hpp"
#include "tacit/ckks/keys.hpp"
#include "tacit/ckks/parameters.hpp"

/// Keys that several owners of data hold together, N of N, after [MTBH21]: the secret s = s_1 + ... + s_N is nowhere,
/// each party keeps a ternary s_i, and what takes the secret is done by adding one share of every party.
///
/// **Parties**: 2 to max_parties; whoever collects shares may be one of them or a helper who learns only what is
/// public.
///
/// **Adversary**: semi-honest. Up to N - 1 parties and everybody else together follow the protocol and pool what they
/// see. Who sends other shares than these spoils the result, unnoticed; who has others decrypt ciphertexts of his
/// making can learn their secrets. Channels are authenticated by the caller.
///
/// **Revealed**: keys and shares, to everybody, as samples of ring learning with errors; of a decryption, message and
/// noise to all who see the shares; of a key switch, the same to the receiver alone. A party knows its own noise, so
/// its result is a little more accurate than what is handed out: liberal, not simulation security [Lee25].
///
/// **Rounds**: common randomness 2, public key 1, Galois keys 1, relinearisation key 2, decryption or key switch 1.
///
/// **Assumption**: ring learning with errors with the circular use of evaluation keys, at the level of the parameters:
/// to N - 1 parties the secret is one ternary s_i with fresh errors, the case of the security table; a sum is no
/// easier.
///
/// Every share names session, party, step and subject (the ciphertext, the Galois element, ...) and is refused
/// elsewhere. docs/threshold.md has the protocols, messages and bytes.
namespace tacit::ckks::threshold {

inline constexpr std::size_t max_parties = 1024;
inline constexpr std::size_t max_name_bytes = 255;

/// What a party brings to the common randomness: 32 bytes that it draws, and first a commitment to them.
struct Member {
    std::string name;
    Digest commitment{};
    Seed contribution{};
};

/// BLAKE2b-256 of the name and the contribution. Everybody sends this first and the contribution only when all
/// commitments are there, so that nobody chooses the common randomness.
[[nodiscard]] Digest commitment(std::string_view name, const Seed& contribution);

/// Who computes together, under which parameters, with which common randomness. Equal ids are equal sessions.
class Session {
public:
    /// Members in an order that all agree on. Throws invalid_argument unless they are 2 to max_parties with distinct
    /// names of 1 to 255 bytes, whose contributions open their commitments.
    [[nodiscard]] static Session agree(const Parameters& parameters, const std::vector<Member>& members);

    [[nodiscard]] const Parameters& parameters() const noexcept { return parameters_; }
    [[nodiscard]] const std::vector<std::string>& parties() const noexcept { return parties_; }
    /// Position of a party; throws invalid_argument if there is none of that name.
    [[nodiscard]] std::size_t index_of(std::string_view party) const;
    /// BLAKE2b-256 of the parameters' fingerprint, the names and the contributions in order. All common polynomials are
    /// expanded from it.
    [[nodiscard]] const Digest& id() const noexcept { return id_; }

private:
    Session(const Parameters& parameters, std::vector<std::string> parties, const Digest& id)
        : parameters_(parameters), parties_(std::move(parties)), id_(id) {}
    Parameters parameters_;
    std::vector<std::string> parties_;
    Digest id_;
};

/// What a share is for; the numbers are those of the format.
enum class Step : std::uint8_t {
    public_key = 1,
    relinearization_one = 2,
    relinearization_two = 3,
    galois_key = 4,
    decryption = 5,
    key_switch = 6,
};

/// "public key", "relinearisation key, round one", ...
[[nodiscard]] const char* to_string(Step step) noexcept;

/// One party's part of one step. Used up by being sent (serialize) or collected, wiped after that; never copied.
class Share {
public:
    Share(Share&&) noexcept = default;
    Share& operator=(Share&&) = delete;
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;
    ~Share();

    [[nodiscard]] Step step() const noexcept { return step_; }
    [[nodiscard]] std::size_t party() const noexcept { return party_; }
    /// Hash of what it was made for.
    [[nodiscard]] const Digest& subject() const noexcept { return subject_; }

private:
    friend struct ShareAccess;
    Share(const Parameters& parameters, const Digest& session, Step step, std::size_t party, const Digest& subject,
          std::vector<ring::EvaluationPoly> polys);
    Parameters parameters_;
    Digest session_;
    Step step_;
    std::size_t party_;
    Digest subject_;
    std::vector<ring::EvaluationPoly> polys_;
};

/// What all parties need of the first round of a relinearisation key: public, the same for all.
class RelinearizationRound {
public:
    [[nodiscard]] const Digest& session() const noexcept { return session_; }
    /// Hash of its polynomials, which the second round is bound to.
    [[nodiscard]] const Digest& digest() const noexcept { return digest_; }

private:
    friend struct RoundAccess;
    RelinearizationRound(const Parameters& parameters, const Digest& session, std::vector<ring::EvaluationPoly> polys);
    Parameters parameters_;
    Digest session_;
    std::vector<ring::EvaluationPoly> polys_;  // h0 of every digit, then h1 of every digit
    Digest digest_;
};

/// How the error of a decrypted message is hidden: every party adds noise of sqrt(12 p) 2^(statistical_bits/2) times
/// the bound, p the publications of its ledger, because it alone may be honest [LMSS22].
struct Smudging {
    /// A bound on the standard deviation of the error coefficients of the ciphertext, in units of the encoded
    /// polynomial, that holds for every input the circuit may get; from noise.hpp with this many parties. From the
    /// circuit, never from the data.
    double error_standard_deviation = 0;
    /// Statistical security in bits; at least 30 is customary.
    int statistical_bits = 30;
};

/// What all parties' smudging adds to a slot, as standard deviation: sqrt(N parties) sigma / scale. Throws
/// invalid_argument as the shares do.
[[nodiscard]] double smudging_error(const Session& session, const CiphertextType& type, const Smudging& smudging,
                                    std::uint64_t publications);

/// One owner: holds s_i, wiped on destruction. Each key-generation share is given once, for a second one over the same
/// common polynomial would give s_i away. Not thread-safe.
class Party {
public:
    /// Draws s_i. Throws invalid_argument if the session has no party of that name.
    [[nodiscard]] static Party create(const Session& session, std::string_view name, Rng& rng);
    /// With the s_i that `secret` returned earlier, kept by write_secret_key. Decrypts and switches keys; its keys are
    /// made, and their shares are refused. Also throws parameter_mismatch.
    [[nodiscard]] static Party restore(const Session& session, std::string_view name, SecretKey secret);

    [[nodiscard]] const Session& session() const noexcept { return session_; }
    [[nodiscard]] std::size_t index() const noexcept { return index_; }
    /// s_i. As a key of its own it opens nothing that is encrypted under the collective key.
    [[nodiscard]] const SecretKey& secret() const noexcept { return secret_; }

    /// -a s_i + e_i. Cost as an ordinary public key.
    [[nodiscard]] Share public_key_share(Rng& rng);
    /// -a_j u_i + e + P s_i on digit j and -a_j s_i + e, for every digit j; u_i is ternary, fresh, and kept for the
    /// second round. Cost: two ordinary key-switching keys.
    [[nodiscard]] Share relinearization_share_one(Rng& rng);
    /// s_i (h0 - a') - u_i h1 + e, for every digit; wipes u_i. Throws invalid_argument before the first round or for
    /// another session's round. Cost: one ordinary key-switching key and 1 product more.
    [[nodiscard]] Share relinearization_share_two(const RelinearizationRound& round_one, Rng& rng);
    /// -a_j phi^-1(s_i) + e + P s_i on digit j. Cost as an ordinary Galois key.
    [[nodiscard]] Share galois_share(std::uint64_t element, Rng& rng);

    /// c_1 s_i + smudging noise, modulo the primes that the message needs. The ledger notes it first. Throws
    /// invalid_argument for degree 2, for a ciphertext in the ledger (unless allowed), for a ledger that is full or
    /// another party's, and if the noise exceeds 2^50 or, of all parties, the scale in a slot; parameter_mismatch.
    [[nodiscard]] Share decryption_share(const Ciphertext& ciphertext, const Smudging& smudging,
                                         DecryptionLedger& ledger, Rng& rng, Repeat repeat = Repeat::refuse) const;
    /// (c_1 s_i + v_i b + smudging noise, v_i a + e), with v_i ternary and (b, a) the public key of a receiver, who
    /// need be no party. Errors as decryption_share.
    [[nodiscard]] Share key_switch_share(const Ciphertext& ciphertext, const PublicKey& receiver,
                                         const Smudging& smudging, DecryptionLedger& ledger, Rng& rng,
                                         Repeat repeat = Repeat::refuse) const;

private:
    Party(const Session& session, std::size_t index, SecretKey secret)
        : session_(session), index_(index), secret_(std::move(secret)) {}
    void once(Step step, std::uint64_t element);
    Session session_;
    std::size_t index_;
    SecretKey secret_;
    bool restored_ = false;
    std::set<std::pair<Step, std::uint64_t>> given_;
    std::optional<SecretKey> ephemeral_;  // u_i between the rounds
};

/// Adds one share of every party. What it is made by says what comes out.
/// PublicKey, RelinearizationRound, RelinearizationKey, GaloisKey, Plaintext or Ciphertext.
template <class Result>
class Collector {
public:
    /// Throws parameter_mismatch for a share of another session, invalid_argument for one of another step or subject, a
    /// second one of a party, or one that was used up.
    void add(Share&& share);
    /// Names of those whose shares are not there yet.
    [[nodiscard]] std::vector<std::string> missing() const;
    /// Throws invalid_argument, naming them, if shares are missing.
    [[nodiscard]] Result finish() &&;

private:
    friend struct CollectorAccess;
    using Finish = std::function<Result(std::vector<ring::EvaluationPoly>)>;
    Collector(const Session& session, Step step, const Digest& subject, std::size_t rows, Finish finish);
    void check(const Share& share) const;
    Session session_;
    Step step_;
    Digest subject_;
    std::size_t rows_;  // of decryptions and key switches; see share_shape
    Finish finish_;
    std::vector<bool> present_;
    std::vector<ring::EvaluationPoly> sum_;
};

[[nodiscard]] Collector<PublicKey> collect_public_key(const Session& session);
[[nodiscard]] Collector<RelinearizationRound> collect_relinearization_one(const Session& session);
/// Throws parameter_mismatch for another session's round.
[[nodiscard]] Collector<RelinearizationKey> collect_relinearization_key(const Session& session,
                                                                        const RelinearizationRound& round_one);
[[nodiscard]] Collector<GaloisKey> collect_galois_key(const Session& session, std::uint64_t element);
/// The message with all noise in it, as `Decryptor::decrypt_to_plaintext` gives it; to be decoded by an Encoder. Views
/// the ciphertext, which must outlive the collector.
[[nodiscard]] Collector<Plaintext> collect_decryption(const Session& session, const Ciphertext& ciphertext);
/// The ciphertext under the receiver's key. Views the ciphertext, which must outlive the collector.
[[nodiscard]] Collector<Ciphertext> collect_key_switch(const Session& session, const Ciphertext& ciphertext,
                                                       const PublicKey& receiver);

/// In the frame of serialization.hpp; uses the share up. Throws invalid_argument if it was.
[[nodiscard]] std::vector<std::byte> serialize(Share&& share);
[[nodiscard]] std::vector<std::byte> serialize(const RelinearizationRound& round);
/// Errors as the parsers of serialization.hpp, and parameter_mismatch for another session.
[[nodiscard]] Expected<Share> parse_share(std::span<const std::byte> bytes, const Session& session);
[[nodiscard]] Expected<RelinearizationRound> parse_relinearization_round(std::span<const std::byte> bytes,
                                                                         const Session& session);

}  // namespace tacit::ckks::threshold
