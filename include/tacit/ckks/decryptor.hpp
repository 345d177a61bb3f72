#pragma once

#include <complex>
#include <cstdint>
#include <vector>

#include "tacit/ckks/encoder.hpp"
#include "tacit/ckks/keys.hpp"

namespace tacit::ckks {

/// How a decrypted result is made safe to hand to somebody else; see Decryptor::publish.
struct PublicationPolicy {
    /// A bound on the standard deviation of the error coefficients of the ciphertext, in units of the encoded
    /// polynomial, that holds for every input the circuit may get. From the circuit, never from the data.
    double error_standard_deviation = 0;
    /// How many results under this key will ever be published.
    std::uint64_t publications = 1;
    /// Statistical security in bits; at least 30 is customary.
    int statistical_bits = 30;
};

/// Decrypts for the owner of the key. Views the key: it must outlive this object. Thread-safe.
///
/// decrypt() returns the message with the error of encryption and computation in it. That error depends on the
/// secret key: whoever sees such values together with the ciphertexts can solve for the key, without breaking any
/// assumption (IND-CPA-D attack of Li and Micciancio [LM21]). So the results of decrypt() stay with the owner of the
/// key. What leaves the owner's hands goes through publish().
class Decryptor {
public:
    explicit Decryptor(const SecretKey& key);
    explicit Decryptor(SecretKey&&) = delete;  // a temporary key would not outlive the statement

    [[nodiscard]] const Encoder& encoder() const noexcept { return encoder_; }
    /// The encoded message with its error. Needs |values| < 2^(integer_bits + scale_bits) or so: only the primes of
    /// the lowest levels that can hold the message are used. Any degree up to 2, any level; never fails on content.
    [[nodiscard]] Plaintext decrypt_to_plaintext(const Ciphertext& ciphertext) const;
    /// The real parts of the first `count` slots (0: all). For the owner of the key only, see above.
    [[nodiscard]] std::vector<double> decrypt(const Ciphertext& ciphertext, std::size_t count = 0) const;
    [[nodiscard]] std::vector<std::complex<double>> decrypt_complex(const Ciphertext& ciphertext,
                                                                    std::size_t count = 0) const;

    /// Decrypts and hides the error under fresh Gaussian noise of sqrt(12 publications) 2^(statistical_bits/2) times
    /// the stated bound on every coefficient (noise flooding [LMSS22]), so that the result may be shown to others.
    /// Throws invalid_argument if the policy has no positive bound or takes noise above 2^50.
    [[nodiscard]] std::vector<double> publish(const Ciphertext& ciphertext, const PublicationPolicy& policy,
                                              std::size_t count = 0) const;

private:
    const SecretKey* key_;
    Encoder encoder_;
};

}  // namespace tacit::ckks
