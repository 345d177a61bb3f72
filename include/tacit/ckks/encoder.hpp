#pragma once

#include <complex>
#include <memory>
#include <span>
#include <vector>

#include "tacit/ckks/ciphertext.hpp"
#include "tacit/ckks/parameters.hpp"

namespace tacit::ckks {

/// Turns slot vectors into plaintext polynomials and back [CKKS17].
///
/// Slot j of a polynomial m is m(zeta^(5^j)) / scale with zeta = exp(pi i / N). A vector of n values, n a power of
/// two up to N/2, is repeated over all slots (the sparse packing: a polynomial in X^(N/2n), cheaper to encode).
/// Thread-safe. Accuracy: about 2^-52 log2(N) relative to the largest value, then the rounding to 1/scale.
class Encoder {
public:
    explicit Encoder(const Parameters& parameters);
    ~Encoder();
    Encoder(Encoder&&) noexcept;
    Encoder& operator=(Encoder&&) noexcept;

    /// Throws invalid_argument if the number of values is no power of two or above N/2, if a value is NaN or
    /// infinite, or if value * scale exceeds half the modulus of the level. scale_power 2 is for adding to a product.
    [[nodiscard]] Plaintext encode(std::span<const double> values, int level, int scale_power = 1) const;
    [[nodiscard]] Plaintext encode(std::span<const std::complex<double>> values, int level, int scale_power = 1) const;

    /// The same polynomial, to be reduced where it is multiplied. Cost: no transform modulo a prime.
    [[nodiscard]] IntegerPlaintext encode_integers(std::span<const double> values, int level,
                                                   int scale_power = 1) const;

    /// The first `count` slots (a power of two that divides N/2; 0 means all). Uses as many of the plaintext's
    /// primes as it holds; the values must stay below half their product over the scale.
    [[nodiscard]] std::vector<std::complex<double>> decode(const Plaintext& plaintext, std::size_t count = 0) const;
    /// The real parts.
    [[nodiscard]] std::vector<double> decode_real(const Plaintext& plaintext, std::size_t count = 0) const;

private:
    struct Tables;
    Parameters parameters_;
    std::unique_ptr<const Tables> tables_;
};

}  // namespace tacit::ckks
