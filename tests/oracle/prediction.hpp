#pragma once

#include <complex>
#include <cstdint>
#include <vector>

#include "tacit/ckks/parameters.hpp"

namespace tacit::oracle {

using Complexes = std::vector<std::complex<double>>;

/// Which slot of Tacit stands where in SEAL. Both hold m(zeta^e), zeta = exp(pi i / N), one e out of each conjugate
/// pair: Tacit those with e = 5^j, SEAL those with e = 3^j, all modulo 2N.
class SlotMap {
public:
    explicit SlotMap(int log_ring_dimension);

    /// 3^steps: SEAL's rotation to the left.
    [[nodiscard]] std::uint64_t seal_element(std::int64_t steps) const;
    /// The steps of SEAL's rotation that is Tacit's rotation by an even number of steps.
    [[nodiscard]] std::int64_t seal_steps(std::uint64_t element) const;

    /// X -> X^element.
    [[nodiscard]] Complexes automorphism(const Complexes& values, std::uint64_t element) const;
    [[nodiscard]] std::vector<double> automorphism(const std::vector<double>& variances, std::uint64_t element) const;

    /// From Tacit's order to SEAL's, and back. For complex values SEAL's are conjugated where its e is not 5^j.
    [[nodiscard]] std::vector<double> to_seal(const std::vector<double>& values) const;
    [[nodiscard]] std::vector<double> from_seal(const std::vector<double>& values) const;

    /// |1 + zeta^e + ... + zeta^(e (N-1))|^2 at Tacit's slots: what a constant part of all coefficients comes to.
    [[nodiscard]] std::vector<double> constant_gain() const;

private:
    struct Slot {
        std::uint32_t index = 0;
        bool conjugated = false;
    };
    std::uint64_t mask_;
    std::vector<Slot> slot_of_;               ///< by (e - 1)/2
    std::vector<std::uint64_t> exponents_;    ///< 5^j
    std::vector<std::uint64_t> powers_of_3_;  ///< 3^j
};

/// What a ciphertext decrypts to: a value in every slot, and the variance that theory gives to the real (and to the
/// imaginary) part of its error there.
struct Expectation {
    Complexes values;
    std::vector<double> variance;
};

/// How a value was encrypted.
enum class Encryption { tacit_symmetric, tacit_public, seal_symmetric, seal_public };
enum class Library { tacit, seal };

/// Follows values and the variance of their errors through operations.
///
/// An error polynomial with independent coefficients of variance V gives slots errors of variance N V / 2 in the real
/// and in the imaginary part. Errors of products e s, of a rounding with s or of a digit with the error of a key, are
/// products of Gaussians in a slot: their tails fall exponentially, which the bounds allow for.
class Predictor {
public:
    explicit Predictor(const ckks::Parameters& parameters);
    [[nodiscard]] const SlotMap& slots() const { return slots_; }

    [[nodiscard]] Expectation encrypted(const Complexes& values, Encryption encryption, int level) const;
    [[nodiscard]] Expectation sum(const Expectation& a, const Expectation& b) const;
    [[nodiscard]] Expectation product(const Expectation& a, const Expectation& b) const;
    [[nodiscard]] Expectation square(const Expectation& a) const;
    [[nodiscard]] Expectation times(const Expectation& a, std::complex<double> constant) const;
    /// Divided by the primes of level + 1: one rounding of each polynomial. Degree 1.
    [[nodiscard]] Expectation rescaled(const Expectation& a, int level) const;
    /// The key switch of a relinearisation. SEAL's digits lie in [0, q), Tacit's are centred.
    [[nodiscard]] Expectation relinearized(const Expectation& a, Library by, int level, int scale_power) const;
    [[nodiscard]] Expectation galois(const Expectation& a, std::uint64_t element, Library by, int level) const;

private:
    void add_error(Expectation& a, double coefficient_variance, double scale) const;
    [[nodiscard]] double scale(int level, int scale_power) const;

    ckks::Parameters parameters_;
    SlotMap slots_;
    std::vector<double> constant_gain_;
    double n_;
};

/// How far an error may lie from zero, in its standard deviations. For the Laplace tails of a product of two
/// Gaussians, exp(-20 sqrt 2), a correct run fails once in about a million.
inline constexpr double allowed_deviations = 20;
/// The root mean square of all slots' errors, each over its own standard deviation, lies within a third of a bit of 1.
inline constexpr double least_rms = 0.8;
inline constexpr double most_rms = 1.25;

/// How measured values compare with expected ones.
struct Comparison {
    double error = 0;  ///< the largest error
    double bound = 0;  ///< the bound of that slot
    double worst = 0;  ///< the largest error in units of its own slot's bound
    double rms = 0;    ///< of errors in standard deviations
    [[nodiscard]] bool holds() const { return worst <= 1 && rms >= least_rms && rms <= most_rms; }
};

/// Real and imaginary parts alike.
[[nodiscard]] Comparison compare(const Complexes& measured, const Expectation& expected);

}  // namespace tacit::oracle
