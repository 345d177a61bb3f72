#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <vector>

#include "tacit/ckks/ciphertext.hpp"
#include "tacit/ckks/keys.hpp"

/// The wire format of Microsoft SEAL 4 and the way from Tacit's objects to SEAL's and back.
///
/// Integers and doubles are little endian. Everything that SEAL saves starts with 16 bytes: u16 0xA15E, u8 16,
/// u8 major and u8 minor version, u8 compression (0: none), u16 0, u64 length including these 16 bytes. Then
///
///     Modulus               u64 value
///     DynArray              u64 count, count x u64
///     EncryptionParameters  u8 scheme (2: CKKS), u64 N, u64 count, count x Modulus, Modulus 0 (plain)
///     Plaintext, SecretKey  parms_id, u64 count, f64 scale, DynArray
///     Ciphertext, PublicKey parms_id, u8 1 (evaluations), u64 polynomials, u64 N, u64 primes, f64 scale, u64 1,
///     DynArray RelinKeys, GaloisKeys parms_id, u64 entries, for each entry: u64 digits, digits x PublicKey
///
/// parms_id names a modulus: BLAKE2b-256 of the words 2, N, primes, 0. Data lives modulo the primes of a level, keys
/// modulo all of them, SEAL's single special prime last. The entry of the relinearisation key is 0, that of Galois
/// element g is (g - 1)/2; entries of keys that are not there have 0 digits.
///
/// Both libraries hold evaluations in the same order (bit-reversed powers of the smallest root), so residues only
/// change from balanced doubles to integers in [0, p). A digit of SEAL is one prime: Tacit's parameters must have as
/// many digits as primes, and one special prime.
///
/// Galois keys differ: Tacit takes s to phi^-1(s) and applies phi last, SEAL applies phi first and takes phi(s) to s.
/// The key polynomials are phi-images of each other.
namespace tacit::oracle {

using Bytes = std::vector<std::byte>;

[[nodiscard]] Bytes write_parameters(const ckks::Parameters& parameters);
[[nodiscard]] Bytes write_plaintext(const ckks::Plaintext& plaintext);
[[nodiscard]] Bytes write_ciphertext(const ckks::Ciphertext& ciphertext);
[[nodiscard]] Bytes write_secret_key(const ckks::SecretKey& key);
/// SEAL's public keys also live modulo the special prime: the same key, extended by the secret key's owner.
[[nodiscard]] Bytes write_public_key(const ckks::PublicKey& key, const ckks::SecretKey& secret);
[[nodiscard]] Bytes write_relinearization_key(const ckks::RelinearizationKey& key);
[[nodiscard]] Bytes write_galois_keys(const ckks::Parameters& parameters,
                                      const std::map<std::uint64_t, ckks::GaloisKey>& keys);

// Reading throws Error(malformed_input) for whatever is not as described above. Keys that were read have no seed:
// they compute, but must not be serialised.
[[nodiscard]] ckks::Ciphertext read_ciphertext(const ckks::Parameters& parameters, std::span<const std::byte> bytes);
[[nodiscard]] ckks::SecretKey read_secret_key(const ckks::Parameters& parameters, std::span<const std::byte> bytes);
/// Without the rows of the special prime.
[[nodiscard]] ckks::PublicKey read_public_key(const ckks::Parameters& parameters, std::span<const std::byte> bytes);
[[nodiscard]] ckks::RelinearizationKey read_relinearization_key(const ckks::Parameters& parameters,
                                                                std::span<const std::byte> bytes);
[[nodiscard]] std::vector<ckks::GaloisKey> read_galois_keys(const ckks::Parameters& parameters,
                                                            std::span<const std::byte> bytes);

}  // namespace tacit::oracle
