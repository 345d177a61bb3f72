#pragma once

#include <cstdint>

#include "dp/probability.hpp"
#include "dp/uniform.hpp"

namespace tacit::dp::reference {

/// The samplers of [CKS20] in integers: exact, and quick or slow as the noise is small or large. For tests and
/// benchmarks to hold the fixed-work samplers against; nothing that is released uses them.

/// 1 with probability e^(-numerator/denominator), numerator <= denominator [CKS20, algorithm 1]. The coin of
/// numerator / (denominator k) is thrown as two, so that no product leaves 64 bits.
inline bool exponential_below_one(Words& source, std::uint64_t numerator, std::uint64_t denominator) {
    std::uint64_t k = 1;
    while (uniform(source, denominator) < numerator && uniform(source, k) == 0) ++k;
    return k % 2 == 1;
}

/// The same for any exponent.
inline bool exponential(Words& source, std::uint64_t numerator, std::uint64_t denominator) {
    for (; numerator > denominator; numerator -= denominator) {
        if (!exponential_below_one(source, 1, 1)) return false;
    }
    return exponential_below_one(source, numerator, denominator);
}

/// Discrete Laplace with P[Y = y] proportional to e^(-rate |y|) [CKS20, algorithm 2].
inline std::int64_t discrete_laplace(Words& source, const Rate& rate) {
    while (true) {
        const std::uint64_t fraction = uniform(source, rate.denominator);
        if (!exponential(source, fraction, rate.denominator)) continue;
        std::uint64_t whole = 0;
        while (exponential_below_one(source, 1, 1)) ++whole;
        const std::uint64_t size = (fraction + rate.denominator * whole) / rate.numerator;
        const bool negative = uniform(source, 2) == 1;
        if (negative && size == 0) continue;
        return negative ? -static_cast<std::int64_t>(size) : static_cast<std::int64_t>(size);
    }
}

/// Discrete Gaussian with P[Y = y] proportional to e^(-y^2 / (2 sigma^2)), sigma <= 2^15 [CKS20, algorithm 3].
inline std::int64_t discrete_gaussian(Words& source, std::uint64_t sigma) {
    while (true) {
        const std::int64_t y = discrete_laplace(source, {1, sigma});
        const std::uint64_t size = static_cast<std::uint64_t>(y < 0 ? -y : y);
        const std::uint64_t distance = size > sigma ? size - sigma : sigma - size;
        if (exponential(source, distance * distance, 2 * sigma * sigma)) return y;
    }
}

}  // namespace tacit::dp::reference
