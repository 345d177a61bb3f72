#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tacit/base/aligned.hpp"
#include "tacit/base/random.hpp"
#include "tacit/ckks/parameters.hpp"
#include "tacit/ring/rns_poly.hpp"

namespace tacit::ckks {

/// What a ciphertext is, in three integers; sums of equal types always match.
struct CiphertextType {
    int level = 0;        ///< lives modulo the primes of levels 0..level
    int scale_power = 1;  ///< scaled by Delta_level (1) or Delta_level^2 (2, a product not yet rescaled)
    int degree = 1;       ///< polynomials minus one: 1, or 2 for a product not yet relinearised

    friend bool operator==(const CiphertextType&, const CiphertextType&) = default;
};

/// "level 3, scale power 1, degree 1"
[[nodiscard]] std::string to_string(const CiphertextType& type);

/// An encoded, not encrypted, slot vector: one polynomial and its type (degree 0).
class Plaintext {
public:
    Plaintext(const Parameters& parameters, ring::EvaluationPoly poly, int level, int scale_power)
        : parameters_(parameters), poly_(std::move(poly)), level_(level), scale_power_(scale_power) {}

    [[nodiscard]] const Parameters& parameters() const noexcept { return parameters_; }
    [[nodiscard]] int level() const noexcept { return level_; }
    [[nodiscard]] int scale_power() const noexcept { return scale_power_; }
    [[nodiscard]] const ring::EvaluationPoly& poly() const noexcept { return poly_; }

private:
    Parameters parameters_;
    ring::EvaluationPoly poly_;
    int level_;
    int scale_power_;
};

/// An encoded, not encrypted, slot vector as one polynomial with integer coefficients, not yet reduced modulo primes: a
/// factor of Evaluator::sums_of_rotations, which makes its residues, modulo the special primes too, where and when it
/// reads them [KLKSRKA22]. Holds as many doubles as two real numbers for each value, whatever the level.
class IntegerPlaintext {
public:
    /// Integers re[k] at X^(k N/(2n)) and im[k] at X^(N/2 + k N/(2n)), n = re.size(); all below 2^51 if `below_2_51`.
    IntegerPlaintext(const Parameters& parameters, AlignedBuffer re, AlignedBuffer im, bool below_2_51, int level,
                     int scale_power)
        : parameters_(parameters),
          re_(std::move(re)),
          im_(std::move(im)),
          below_2_51_(below_2_51),
          level_(level),
          scale_power_(scale_power) {}

    [[nodiscard]] const Parameters& parameters() const noexcept { return parameters_; }
    [[nodiscard]] int level() const noexcept { return level_; }
    [[nodiscard]] int scale_power() const noexcept { return scale_power_; }
    [[nodiscard]] std::span<const double> re() const noexcept { return {re_.data(), re_.size()}; }
    [[nodiscard]] std::span<const double> im() const noexcept { return {im_.data(), im_.size()}; }
    [[nodiscard]] bool below_2_51() const noexcept { return below_2_51_; }

    static constexpr std::size_t least_values = 16;  ///< fewer are repeated
    /// Bytes in memory for so many values, at any level.
    [[nodiscard]] static constexpr std::size_t bytes(std::size_t values) noexcept {
        return 2 * std::max(values, least_values) * sizeof(double);
    }

private:
    Parameters parameters_;
    AlignedBuffer re_;
    AlignedBuffer im_;
    bool below_2_51_;
    int level_;
    int scale_power_;
};

/// An encrypted slot vector: polynomials c_0..c_degree with sum_i c_i s^i = Delta m + e (mod Q_level).
/// Moves; copies only by clone() (at N = 2^15 and level 10 it holds 5.8 MB).
class Ciphertext {
public:
    Ciphertext(const Parameters& parameters, std::vector<ring::EvaluationPoly> polys, int level, int scale_power)
        : parameters_(parameters), polys_(std::move(polys)), level_(level), scale_power_(scale_power) {}
    /// The ciphertext (0, 0): a valid encryption of zero that hides nothing. Operations accept it.
    /// Throws invalid_argument unless degree and scale power are 1 or 2.
    [[nodiscard]] static Ciphertext zero(const Parameters& parameters, const CiphertextType& type);
    [[nodiscard]] Ciphertext clone() const;

    [[nodiscard]] const Parameters& parameters() const noexcept { return parameters_; }
    [[nodiscard]] CiphertextType type() const noexcept {
        return {level_, scale_power_, static_cast<int>(polys_.size()) - 1};
    }
    [[nodiscard]] int level() const noexcept { return level_; }
    [[nodiscard]] std::size_t limbs() const { return polys_.front().limbs(); }
    [[nodiscard]] const ring::EvaluationPoly& poly(std::size_t i) const { return polys_[i]; }
    /// Writable access, for the evaluator; forgets the seed.
    [[nodiscard]] ring::EvaluationPoly& poly(std::size_t i) {
        seed_.reset();
        return polys_[i];
    }
    /// Present on fresh symmetric encryptions: c_1 is the expansion of this seed and need not be stored.
    [[nodiscard]] const std::optional<Seed>& seed() const noexcept { return seed_; }
    void set_seed(const Seed& seed) { seed_ = seed; }

    /// Bytes of the polynomials in memory.
    [[nodiscard]] std::size_t memory_bytes() const;

private:
    Parameters parameters_;
    std::vector<ring::EvaluationPoly> polys_;
    int level_;
    int scale_power_;
    std::optional<Seed> seed_ = {};
};

}  // namespace tacit::ckks
