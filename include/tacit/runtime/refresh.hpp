#pragma once

#include "tacit/ckks/keys.hpp"
#include "tacit/runtime/executor.hpp"

/// WARNING: what is here takes the secret key and decrypts. It is the owner's side of a refresh: nothing that a service
/// runs includes this header.
namespace tacit::runtime {

/// Decrypts and encrypts again, with the secret key, at the level asked for: what the owner of the key does with each
/// ciphertext that a run wants refreshed. The service sees ciphertexts alone, the owner the values. Views the key.
/// Cost: one decryption and one encryption. Errors are those of Decryptor and Encryptor.
[[nodiscard]] Refresh refresh_by_owner(const ckks::SecretKey& secret_key);

}  // namespace tacit::runtime
