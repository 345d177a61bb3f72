#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "tacit/ring/ring.hpp"

namespace tacit::ring {

/// Constants to carry a residue vector from the basis `sources` (product S) to other primes [HPS18].
///
/// With y_i = [x_i (S/s_i)^-1] mod s_i, balanced, x = sum_i y_i S/s_i - v S for v = round(sum_i y_i/s_i):
/// `prepare` makes y in place, `overflow` makes v, `convert` evaluates the sum modulo one target prime.
/// Leaving v out gives x + u S with |u| <= (number of sources)/2, the approximate conversion of mod up.
class BaseConverter {
public:
    BaseConverter() = default;
    /// `sources` and `targets` are prime numbers (indices) of `ring`, disjoint.
    BaseConverter(const Ring& ring, std::vector<std::size_t> sources, const std::vector<std::size_t>& targets);

    [[nodiscard]] std::size_t source_count() const noexcept { return sources_.size(); }
    [[nodiscard]] std::size_t source(std::size_t i) const noexcept { return sources_[i]; }
    /// (S/s_i)^-1 mod s_i, balanced.
    [[nodiscard]] double source_factor(std::size_t i) const noexcept { return factors_[i]; }
    /// S^-1 modulo a target prime, balanced.
    [[nodiscard]] double inverse_product(std::size_t target_prime) const { return target(target_prime).inverse; }

    /// v from the prepared rows.
    void overflow(double* out, const double* const* rows, std::size_t n) const;
    /// Target rows from the prepared rows, out[t] modulo prime target_primes[t]; `overflow_row` may be null
    /// (approximate conversion). Works through the sources in chunks, so that several targets at once read them from
    /// the first cache.
    void convert(std::span<double* const> out, const double* const* rows, const double* overflow_row,
                 std::span<const std::size_t> target_primes, std::size_t n) const;

private:
    struct Target {
        std::vector<double> c;  // S/s_i mod t
        double minus_product = 0;
        double inverse = 0;
    };
    [[nodiscard]] const Target& target(std::size_t prime) const { return targets_[prime]; }

    const Ring* ring_ = nullptr;
    std::vector<std::size_t> sources_;
    std::vector<double> factors_;
    std::vector<double> inverse_sources_;
    std::vector<Target> targets_;  // by prime number; empty for primes that are no target
};

}  // namespace tacit::ring
