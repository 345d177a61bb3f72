#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "tacit/dp/cost.hpp"

/// Privacy-loss distributions: what many mechanisms cost together, much less than the sum of what each costs.
/// docs/proofs/privacy_loss.md proves the bounds.
namespace tacit::dp {

/// Two distributions that no test tells apart worse than a mechanism's outputs on neighbouring data: a dominating pair
/// [ZDW22]. They hold for a row that comes and for one that goes.
class DominatingPair {
public:
    enum class Kind : unsigned char {
        approximate,        ///< randomised response, and with chance delta the data itself [KOV15]
        laplace,            ///< the Laplace distribution and its shift
        gaussian,           ///< the normal distribution and its shift
        discrete_laplace,   ///< Noise::Kind::discrete_laplace and its shift by whole steps
        discrete_gaussian,  ///< Noise::Kind::discrete_gaussian and its shift by whole steps
        exponential,        ///< of all mechanisms whose losses lie within an interval of that width
    };

    /// Of every epsilon-DP mechanism. Throws invalid_argument above 500, as all of these for worse.
    [[nodiscard]] static DominatingPair pure(const Cost& epsilon);
    /// Of every (epsilon, delta)-DP mechanism. Throws invalid_argument unless delta < 1.
    [[nodiscard]] static DominatingPair approximate(const Cost& epsilon, const Cost& delta);
    /// Of every exponential mechanism that is epsilon-DP because its losses lie in an interval of width epsilon
    /// [DDR20]: exponential(). Report-noisy-max, select(), is none.
    [[nodiscard]] static DominatingPair exponential(const Cost& epsilon);
    /// Laplace noise whose scale is the sensitivity / epsilon.
    [[nodiscard]] static DominatingPair laplace(const Cost& epsilon);
    /// Normal noise whose standard deviation is sigma sensitivities. Throws invalid_argument outside 2^-4 .. 2^30.
    [[nodiscard]] static DominatingPair gaussian(const Cost& sigma);
    /// Discrete Laplace noise on an integer that neighbours move by `distance` at most. Above a distance of 2^20, the
    /// pair of every (distance / scale)-DP mechanism, which costs a little more.
    [[nodiscard]] static DominatingPair discrete_laplace(const Cost& scale, std::uint64_t distance);
    /// Discrete Gaussian noise likewise. Throws invalid_argument unless 1 <= variance <= 2^40.
    [[nodiscard]] static DominatingPair discrete_gaussian(std::uint64_t variance, std::uint64_t distance);

    /// The same mechanism on a Poisson sample: each row is in it with chance `rate`, by itself, and nobody sees which
    /// ones are. Of gaussian() and discrete_gaussian(), for rows that come and go. Throws invalid_argument for others,
    /// or unless 0 < rate <= 1.
    [[nodiscard]] DominatingPair sampled(const Cost& rate) const;

    [[nodiscard]] Kind kind() const noexcept { return kind_; }
    /// Epsilon, sigma, scale or variance.
    [[nodiscard]] const Cost& parameter() const noexcept { return parameter_; }
    [[nodiscard]] const Cost& delta() const noexcept { return delta_; }
    [[nodiscard]] std::uint64_t distance() const noexcept { return distance_; }
    /// 1: no sample.
    [[nodiscard]] const Cost& rate() const noexcept { return rate_; }
    [[nodiscard]] bool is_sampled() const noexcept { return rate_ != Cost::ratio(1, 1); }
    friend bool operator==(const DominatingPair&, const DominatingPair&) = default;

private:
    DominatingPair(Kind kind, const Cost& parameter, const Cost& delta, std::uint64_t distance);
    Kind kind_;
    Cost parameter_;
    Cost delta_;
    std::uint64_t distance_;
    Cost rate_ = Cost::ratio(1, 1);
};

/// "discrete Gaussian of variance 100, moved by 1"
[[nodiscard]] std::string to_string(const DominatingPair& pair);

/// So many mechanisms with one dominating pair.
struct CountedPair {
    DominatingPair pair;
    std::uint64_t count = 1;
};

/// A number that was computed with every error on its known side.
struct Bounds {
    double low = 0;
    double high = 0;
};

/// The least epsilon for which all the mechanisms together are (epsilon, delta)-DP, where each may be chosen after the
/// answers of those before, but how many there are of each pair is fixed beforehand [ZDW22]. What is charged is `high`:
/// it bounds discretisation [DGKKM22], truncation, aliasing and the round-off of the transforms. It is infinite if no
/// epsilon is enough for that delta. The interval is about 1e-5 of epsilon wide where losses are smooth or multiples of
/// a common fraction, 1e-2 for Laplace noise without one; `high` is near the truth in any case. Meant for
/// delta above 1e-45: normal noise is cut off at 16 standard deviations.
///
/// Cost: two transforms for each distinct pair and two back; of 2^15 doubles for few mechanisms, 2^18 for ten
/// thousand. Throws invalid_argument unless 0 < delta < 1 and there are 1 to 10^6 mechanisms.
[[nodiscard]] Bounds epsilon_of(std::span<const CountedPair> mechanisms, double delta);

/// The least delta for an epsilon, likewise. Throws invalid_argument unless 0 <= epsilon <= 10^6.
[[nodiscard]] Bounds delta_of(std::span<const CountedPair> mechanisms, double epsilon);

}  // namespace tacit::dp
