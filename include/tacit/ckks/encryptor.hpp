#pragma once

#include <complex>
#include <span>

#include "tacit/ckks/encoder.hpp"
#include "tacit/ckks/keys.hpp"

namespace tacit::ckks {

/// Encrypts under a public key, or (smaller, less noisy) under the secret key by its owner. Thread-safe.
/// Views its key: the key must outlive it.
class Encryptor {
public:
    explicit Encryptor(const PublicKey& key);
    /// Symmetric: c_1 is the expansion of a fresh seed, so that the ciphertext serialises to half its size.
    explicit Encryptor(const SecretKey& key);
    explicit Encryptor(PublicKey&&) = delete;  // a temporary key would not outlive the statement
    explicit Encryptor(SecretKey&&) = delete;

    [[nodiscard]] const Encoder& encoder() const noexcept { return encoder_; }

    /// Encodes and encrypts at a level (default: the highest). Errors as Encoder::encode.
    [[nodiscard]] Ciphertext encrypt(std::span<const double> values) const;
    [[nodiscard]] Ciphertext encrypt(std::span<const double> values, int level) const;
    [[nodiscard]] Ciphertext encrypt(std::span<const std::complex<double>> values, int level) const;
    /// Cost per prime: 1 transform symmetric, 3 with the public key. Randomness from the operating system.
    [[nodiscard]] Ciphertext encrypt(const Plaintext& plaintext) const;
    /// The same with a given generator; repeatable, for tests and vectors.
    [[nodiscard]] Ciphertext encrypt(const Plaintext& plaintext, Rng& rng) const;

private:
    [[nodiscard]] Ciphertext encrypt_symmetric(const Plaintext& plaintext, Rng& rng) const;
    [[nodiscard]] Ciphertext encrypt_public(const Plaintext& plaintext, Rng& rng) const;

    Parameters parameters_;
    Encoder encoder_;
    const PublicKey* public_key_ = nullptr;
    const SecretKey* secret_key_ = nullptr;
};

}  // namespace tacit::ckks
