#pragma once

#include <cstdint>
#include <span>
#include <variant>

#include "dp/exponential_coins.hpp"
#include "dp/gaussian_table.hpp"
#include "dp/geometric.hpp"

namespace tacit::dp {

/// The largest variance of a discrete Gaussian.
inline constexpr std::uint64_t largest_variance = std::uint64_t{1} << 48;

/// The discrete Gaussian distribution P[y] ~ e^(-y^2 / (2 variance)) by candidates that stay or go [CKS20].
///
/// A candidate has geometric size of scale t, where t divides the variance and is near its square root, and a random
/// sign. It stays with probability e^(-(|y| - variance/t)^2 / (2 variance)) as in algorithm 3 of [CKS20], minus zero
/// never; the exponent is an exact fraction, and ExponentialCoins throws that coin. How many candidates are made for a
/// block depends on its length alone, but for chance 2^-64. Which of them stay says nothing about the values of those
/// that stay.
class GaussianByRejection {
public:
    /// Precondition: 1 <= variance <= 2^48.
    explicit GaussianByRejection(std::uint64_t variance);

    void draw(Words& source, std::span<std::int64_t> out) const;

private:
    [[nodiscard]] bool stays(std::int64_t size, std::uint64_t word, Words& source) const;
    [[nodiscard]] std::size_t candidates_for(std::size_t outputs) const;

    std::uint64_t scale_;   ///< t
    std::uint64_t centre_;  ///< variance / t
    double share_;          ///< of candidates that stay, about
    Geometric<std::uint64_t> sizes_;
    ExponentialCoins coins_;  ///< e^(-n / (2 variance))
};

/// The discrete Gaussian distribution for whole variances: from a table up to variance 169, where that is quicker.
class DiscreteGaussian {
public:
    /// Precondition: 1 <= variance <= 2^48.
    explicit DiscreteGaussian(std::uint64_t variance);

    void draw(Words& source, std::span<std::int64_t> out) const {
        std::visit([&](const auto& sampler) { sampler.draw(source, out); }, sampler_);
    }

private:
    std::variant<GaussianTable<std::uint64_t>, GaussianByRejection> sampler_;
};

}  // namespace tacit::dp
