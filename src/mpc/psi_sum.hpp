#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "mpc/ristretto.hpp"

/// Sums of 32-bit weights under ElGamal in the exponent: a weight is two limbs of 16 bits, encrypted under two keys
/// with one randomness.
namespace tacit::mpc {

inline constexpr std::size_t weight_limbs = 2;
inline constexpr int limb_bits = 16;

/// (r G, w_0 G + r K_0, w_1 G + r K_1)
struct WeightCiphertext {
    ristretto::Point randomness;
    std::array<ristretto::Point, weight_limbs> limbs;
    friend auto operator<=>(const WeightCiphertext&, const WeightCiphertext&) = default;
};

using WeightPublicKey = std::array<ristretto::Point, weight_limbs>;

class WeightSecretKey {
public:
    static constexpr std::size_t bytes = 32 * weight_limbs;

    explicit WeightSecretKey(Rng& rng) : keys_{ristretto::Scalar(rng), ristretto::Scalar(rng)} {}
    /// What store() wrote.
    explicit WeightSecretKey(std::span<const std::byte, bytes> stored) noexcept;
    void store(std::span<std::byte, bytes> out) const noexcept;
    [[nodiscard]] WeightPublicKey public_key() const noexcept;
    /// Three multiplications of the base point each, on all cores: whoever has the secret key needs no others. Weights
    /// below 2^32.
    [[nodiscard]] std::vector<WeightCiphertext> encrypt(std::span<const std::uint64_t> weights, Rng& rng) const;
    /// The sum of `terms` weights; none if it is no such sum. Time of up to 3 2^8 sqrt(terms) additions of points
    /// on all cores, memory for 2^8 sqrt(terms) points.
    [[nodiscard]] std::optional<std::uint64_t> decrypt_sum(const WeightCiphertext& sum, std::uint64_t terms) const;

private:
    std::array<ristretto::Scalar, weight_limbs> keys_;
};

/// A fresh encryption of 0, so that a sum does not show its terms; none if the key is no key.
[[nodiscard]] std::optional<WeightCiphertext> encrypt_zero(const WeightPublicKey& key, Rng& rng);

/// sum + all of `terms`, on all cores; none if one is no ciphertext.
[[nodiscard]] std::optional<WeightCiphertext> add(const WeightCiphertext& sum, std::span<const WeightCiphertext> terms);

}  // namespace tacit::mpc
