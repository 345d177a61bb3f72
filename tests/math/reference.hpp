#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "math/bit_reversal.hpp"
#include "tacit/base/aligned.hpp"
#include "tacit/math/modulus.hpp"

// What the kernels are compared with: 128-bit integers and the definitions, nothing of the library's arithmetic.
namespace tacit::math::reference {

__extension__ using Wide = __int128;

/// The representative of x in [0, p).
inline std::uint64_t canonical(Wide x, std::uint64_t p) {
    const Wide r = x % static_cast<Wide>(p);
    return static_cast<std::uint64_t>(r < 0 ? r + static_cast<Wide>(p) : r);
}
inline std::uint64_t canonical(double x, std::uint64_t p) {
    return std::nearbyint(x) == x ? canonical(static_cast<Wide>(x), p) : ~std::uint64_t{0};
}
inline std::uint64_t product(std::uint64_t a, std::uint64_t b, std::uint64_t p) {
    return canonical(static_cast<Wide>(a) * static_cast<Wide>(b), p);
}

inline bool all_reduced(const AlignedBuffer& x, std::uint64_t p) {
    return std::all_of(x.data(), x.data() + x.size(),
                       [p](double v) { return std::fabs(v) <= 0.54 * static_cast<double>(p); });
}
inline bool same_bits(const AlignedBuffer& a, const AlignedBuffer& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

/// How the coefficients of a test vector look.
enum class Shape { random, random_extreme, all_largest, all_smallest, alternating, all_minus_one };
inline constexpr Shape shapes[] = {Shape::random,       Shape::random_extreme, Shape::all_largest,
                                   Shape::all_smallest, Shape::alternating,    Shape::all_minus_one};

/// A buffer of reduced residues, |x| <= (p-1)/2.
inline AlignedBuffer residues(Shape shape, std::size_t n, std::uint64_t p, std::mt19937_64& random) {
    const auto half = static_cast<std::int64_t>((p - 1) / 2);
    AlignedBuffer buffer(n);
    for (std::size_t i = 0; i < n; ++i) {
        std::int64_t x = 0;
        switch (shape) {
            case Shape::random: x = static_cast<std::int64_t>(random() % p) - half; break;
            case Shape::random_extreme: x = (random() & 1) != 0 ? half : -half; break;
            case Shape::all_largest: x = half; break;
            case Shape::all_smallest: x = -half; break;
            case Shape::alternating: x = (i & 1) != 0 ? half : -half; break;
            case Shape::all_minus_one: x = -1; break;
        }
        buffer.data()[i] = static_cast<double>(x);
    }
    return buffer;
}

inline AlignedBuffer copy(const AlignedBuffer& source) {
    AlignedBuffer result(source.size());
    std::copy_n(source.data(), source.size(), result.data());
    return result;
}

inline std::vector<std::uint64_t> canonical(const AlignedBuffer& buffer, std::uint64_t p) {
    std::vector<std::uint64_t> result(buffer.size());
    for (std::size_t i = 0; i < buffer.size(); ++i) result[i] = canonical(buffer.data()[i], p);
    return result;
}

/// The primes = 1 (mod 2N) nearest to 2^49 (from below), 2^48, 2^45, 2^40, 2^36 and 2^30.
inline std::vector<std::uint64_t> test_primes(std::size_t n) {
    std::vector<std::uint64_t> primes;
    for (const double bits : {49.0, 48.0, 45.0, 40.0, 36.0, 30.0}) {
        primes.push_back(nearest_ntt_prime(std::exp2(bits), 2 * n, primes));
    }
    return primes;
}

/// Radix-2 transform over integers, the textbook's loop [Har14].
inline std::vector<std::uint64_t> transform(std::vector<std::uint64_t> x, std::uint64_t psi, std::uint64_t p) {
    const std::size_t n = x.size();
    int log_n = 0;
    while (std::size_t{1} << log_n < n) ++log_n;
    std::vector<std::uint64_t> w(n, 1);
    std::uint64_t power = 1;
    for (std::size_t e = 0; e < n; ++e, power = product(power, psi, p)) w[reverse_bits(e, log_n)] = power;
    for (std::size_t blocks = 1, half = n / 2; blocks < n; blocks *= 2, half /= 2) {
        for (std::size_t i = 0; i < blocks; ++i) {
            for (std::size_t j = 2 * i * half; j < (2 * i + 1) * half; ++j) {
                const std::uint64_t u = x[j], v = product(x[j + half], w[blocks + i], p);
                x[j] = (u + v) % p;
                x[j + half] = (u + p - v) % p;
            }
        }
    }
    return x;
}

}  // namespace tacit::math::reference
