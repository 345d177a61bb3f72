#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "tacit/base/expected.hpp"
#include "tacit/base/hash.hpp"
#include "tacit/ckks/ciphertext.hpp"
#include "tacit/ckks/keys.hpp"
#include "tacit/ckks/parameters.hpp"

/// The binary form of everything that travels; docs/formats.md describes every byte.
///
/// Canonical: one object has one form, serialize(parse(bytes)) == bytes. Uniform polynomials travel as the 32-byte
/// seed they are expanded from (keys; ciphertexts fresh from the secret key), residues are packed at the bits of
/// their prime. A checksum covers every byte, so that damage is always noticed; it is no protection against
/// somebody who means to deceive, and an object made by him may decrypt to anything.
///
/// Parsers take bytes from anywhere. Every flaw is an Error in the Expected: malformed_input (what, at which offset,
/// the value, the limit, the remedy), parameter_mismatch (both fingerprints) or insecure_parameters. All lengths are
/// checked against the bytes present and against the parameters before memory is taken. Only std::bad_alloc passes
/// through as an exception. serialize throws Error(invalid_argument) for objects that cannot be valid, such as
/// polynomials with the wrong number of rows. Both use all cores.
namespace tacit::ckks {

/// What an object is; the numbers are those of the format.
enum class ObjectKind : std::uint8_t {
    parameters = 1,
    secret_key = 2,
    public_key = 3,
    relinearization_key = 4,
    galois_key = 5,
    evaluation_keys = 6,
    plaintext = 7,
    ciphertext = 8,
    threshold_share = 9,  ///< threshold.hpp has the parsers of these
    relinearization_round = 10,
    decryption_ledger = 11,
    encrypted_value = 12,  ///< of the layer runtime
    checkpoint = 13,       ///< of the layer runtime
};

/// "a ciphertext", "evaluation keys", ... for messages.
[[nodiscard]] const char* to_string(ObjectKind kind) noexcept;

/// What the first bytes of an object say.
struct ObjectHeader {
    ObjectKind kind{};
    std::uint64_t size = 0;                  ///< bytes of the whole object; more may follow it in a stream
    std::optional<Digest> fingerprint = {};  ///< of the parameters it was made under; absent for parameters themselves
};

/// Bytes that parse_header needs at most.
inline constexpr std::size_t max_header_bytes = 48;

/// Reads the beginning of an object, to tell files apart or to cut a stream into objects. Nothing behind the header
/// is looked at; the checksum is not verified.
[[nodiscard]] Expected<ObjectHeader> parse_header(std::span<const std::byte> bytes);

[[nodiscard]] std::vector<std::byte> serialize(const Parameters& parameters);
[[nodiscard]] std::vector<std::byte> serialize(const PublicKey& key);
[[nodiscard]] std::vector<std::byte> serialize(const RelinearizationKey& key);
[[nodiscard]] std::vector<std::byte> serialize(const GaloisKey& key);
[[nodiscard]] std::vector<std::byte> serialize(const EvaluationKeys& keys);
[[nodiscard]] std::vector<std::byte> serialize(const Plaintext& plaintext);
/// Half the size while ciphertext.seed() is there.
[[nodiscard]] std::vector<std::byte> serialize(const Ciphertext& ciphertext);
/// The secret itself, 2 bits per coefficient. The caller wipes the bytes (tacit::wipe); write_secret_key does.
/// Throws Error(invalid_argument) if the key's residues are not those of a ternary polynomial.
[[nodiscard]] std::vector<std::byte> serialize(const SecretKey& key, const SecretKeyAccess& access);

/// Exactly serialize(...).size(), without the work.
[[nodiscard]] std::uint64_t serialized_size(const Parameters& parameters);
[[nodiscard]] std::uint64_t serialized_size(const SecretKey& key);
[[nodiscard]] std::uint64_t serialized_size(const PublicKey& key);
[[nodiscard]] std::uint64_t serialized_size(const RelinearizationKey& key);
[[nodiscard]] std::uint64_t serialized_size(const GaloisKey& key);
[[nodiscard]] std::uint64_t serialized_size(const EvaluationKeys& keys);
[[nodiscard]] std::uint64_t serialized_size(const Plaintext& plaintext);
[[nodiscard]] std::uint64_t serialized_size(const Ciphertext& ciphertext);

/// Parameters are checked as if a user had stated them: primes, digits, scales, the security table, the fingerprint.
/// Parameters without security are refused. Cost: the tables, as Parameters::create.
[[nodiscard]] Expected<Parameters> parse_parameters(std::span<const std::byte> bytes);
/// Cost of the keys' parsers: the expansion of their seeds; of the secret key's: one transform per prime.
[[nodiscard]] Expected<SecretKey> parse_secret_key(std::span<const std::byte> bytes, const Parameters& parameters,
                                                   const SecretKeyAccess& access);
[[nodiscard]] Expected<PublicKey> parse_public_key(std::span<const std::byte> bytes, const Parameters& parameters);
[[nodiscard]] Expected<RelinearizationKey> parse_relinearization_key(std::span<const std::byte> bytes,
                                                                     const Parameters& parameters);
[[nodiscard]] Expected<GaloisKey> parse_galois_key(std::span<const std::byte> bytes, const Parameters& parameters);
[[nodiscard]] Expected<EvaluationKeys> parse_evaluation_keys(std::span<const std::byte> bytes,
                                                             const Parameters& parameters);
[[nodiscard]] Expected<Plaintext> parse_plaintext(std::span<const std::byte> bytes, const Parameters& parameters);
[[nodiscard]] Expected<Ciphertext> parse_ciphertext(std::span<const std::byte> bytes, const Parameters& parameters);

/// serialize(keys) straight into a file, complete or absent; holds one digit of one key besides the keys themselves.
/// Throws Error(io_failure).
void write_evaluation_keys(const std::filesystem::path& path, const EvaluationKeys& keys);
/// Reads the file through a map whose pages are let go again: memory holds the keys once. Errors begin with the path.
[[nodiscard]] Expected<EvaluationKeys> read_evaluation_keys(const std::filesystem::path& path,
                                                            const Parameters& parameters);
/// The same for the keys of a request, as far as the file has them. The others are covered by the checksum, take no
/// memory, and their residues are not looked at.
[[nodiscard]] Expected<EvaluationKeys> read_evaluation_keys(const std::filesystem::path& path,
                                                            const Parameters& parameters, const KeyRequest& request);
/// A file that only its owner may read (mode 0600); the bytes on the way are wiped. Throws Error(io_failure).
void write_secret_key(const std::filesystem::path& path, const SecretKey& key, const SecretKeyAccess& access);
[[nodiscard]] Expected<SecretKey> read_secret_key(const std::filesystem::path& path, const Parameters& parameters,
                                                  const SecretKeyAccess& access);

}  // namespace tacit::ckks
