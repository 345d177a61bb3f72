#pragma once

#include <cstdint>
#include <vector>

namespace tacit::math {

/// Primes stay below 2^49: then every intermediate of the double-precision kernels is an integer
/// below 2^53 and the rounding trick of `kernels.hpp` (|a*w/p| < 2^51) is exact.
inline constexpr int max_modulus_bits = 49;

/// A prime p < 2^49 with p = 1 (mod 2N), and the constants of its arithmetic.
///
/// Residues are integers in doubles. "Reduced" means |x| <= p/2 up to rounding of the quotient: at most
/// 0.54 p, which the product of two reduced residues keeps. `canonical` and `balanced` convert to and from [0, p).
class Modulus {
public:
    /// Precondition: 2 <= value < 2^49.
    explicit Modulus(std::uint64_t value);

    [[nodiscard]] std::uint64_t value() const noexcept { return value_; }
    /// p as a double, exact.
    [[nodiscard]] double p() const noexcept { return p_; }
    /// 1/p, rounded to nearest.
    [[nodiscard]] double inverse_p() const noexcept { return inverse_p_; }

    /// The representative of x in [0, p). Branch-free. Precondition: |x| < 2^52, an integer.
    [[nodiscard]] std::uint64_t canonical(double x) const noexcept;
    /// The representative of x mod p nearest to zero, as a double. Any x.
    [[nodiscard]] double balanced(std::uint64_t x) const noexcept;
    [[nodiscard]] double balanced(std::int64_t x) const noexcept;

    friend bool operator==(const Modulus& a, const Modulus& b) noexcept { return a.value_ == b.value_; }

private:
    std::uint64_t value_;
    double p_;
    double inverse_p_;
};

/// a*b mod p, a^e mod p, a^-1 mod p on [0, p) with 128-bit integers; for set-up, not for hot loops.
[[nodiscard]] std::uint64_t mul_mod(std::uint64_t a, std::uint64_t b, std::uint64_t p) noexcept;
[[nodiscard]] std::uint64_t pow_mod(std::uint64_t a, std::uint64_t e, std::uint64_t p) noexcept;
[[nodiscard]] std::uint64_t inverse_mod(std::uint64_t a, std::uint64_t p) noexcept;

/// Deterministic Miller-Rabin for 64-bit integers.
[[nodiscard]] bool is_prime(std::uint64_t n) noexcept;

/// The smallest primitive 2N-th root of unity mod p (the choice of SEAL, so that both libraries order
/// their transforms alike). Precondition: p < 2^49 prime, p = 1 (mod 2N).
[[nodiscard]] std::uint64_t minimal_primitive_root(std::uint64_t p, std::uint64_t two_n);

/// The prime = 1 (mod 2N) nearest to `target` that is not in `used`, below 2^49; 0 if there is none.
[[nodiscard]] std::uint64_t nearest_ntt_prime(double target, std::uint64_t two_n,
                                              const std::vector<std::uint64_t>& used);

}  // namespace tacit::math
