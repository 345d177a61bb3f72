#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "math/fixed_factor.hpp"
#include "tacit/base/error.hpp"
#include "tacit/math/modulus.hpp"

namespace tacit::math {

std::uint64_t mul_mod(std::uint64_t a, std::uint64_t b, std::uint64_t p) noexcept {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>(static_cast<Wide>(a) * b % p);
}

std::uint64_t pow_mod(std::uint64_t a, std::uint64_t e, std::uint64_t p) noexcept {
    std::uint64_t result = 1 % p;
    for (a %= p; e != 0; e >>= 1) {
        if ((e & 1) != 0) result = mul_mod(result, a, p);
        a = mul_mod(a, a, p);
    }
    return result;
}

std::uint64_t inverse_mod(std::uint64_t a, std::uint64_t p) noexcept { return pow_mod(a, p - 2, p); }

namespace {

/// Whether the odd n > 2 passes the strong probable-prime test to the base a.
bool passes_strong_test(std::uint64_t n, std::uint64_t a) noexcept {
    const int twos = std::countr_zero(n - 1);
    std::uint64_t x = pow_mod(a, (n - 1) >> twos, n);
    if (x == 1 || x == n - 1) return true;
    for (int i = 1; i < twos; ++i) {
        x = mul_mod(x, x, n);
        if (x == n - 1) return true;
    }
    return false;
}

}  // namespace

bool is_prime(std::uint64_t n) noexcept {
    // The first twelve primes suffice as bases for every n < 3.3 * 10^24 [SW17].
    constexpr std::array<std::uint64_t, 12> bases = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37};
    if (n < 2) return false;
    for (const auto a : bases) {
        if (n % a == 0) return n == a;
    }
    return std::all_of(bases.begin(), bases.end(), [n](std::uint64_t a) { return passes_strong_test(n, a); });
}

std::uint64_t minimal_primitive_root(std::uint64_t p, std::uint64_t two_n) {
    TACIT_ASSERT(two_n >= 2 && std::has_single_bit(two_n) && p % two_n == 1);
    // g^((p-1)/2N) has order 2N exactly if its N-th power is -1, which holds for half of all g.
    std::uint64_t root = 0;
    for (std::uint64_t g = 2; root == 0; ++g) {
        const std::uint64_t candidate = pow_mod(g, (p - 1) / two_n, p);
        if (pow_mod(candidate, two_n / 2, p) == p - 1) root = candidate;
    }
    // The others are its odd powers, here in chains that do not wait for each other.
    constexpr std::size_t chains = 8;
    const std::uint64_t square = mul_mod(root, root, p);
    std::array<std::uint64_t, chains> powers{root};
    for (std::size_t i = 1; i < chains; ++i) powers[i] = mul_mod(powers[i - 1], square, p);
    const FixedFactor times(pow_mod(square, chains, p), p);
    std::uint64_t smallest = std::ranges::min(powers);
    for (std::uint64_t i = chains; i < two_n / 2; i += chains) {
        for (std::uint64_t& power : powers) {
            power = times(power);
            smallest = std::min(smallest, power);
        }
    }
    return smallest;
}

std::uint64_t nearest_ntt_prime(double target, std::uint64_t two_n, const std::vector<std::uint64_t>& used) {
    constexpr std::uint64_t limit = std::uint64_t{1} << max_modulus_bits;
    const auto usable = [&](std::uint64_t n) {
        return is_prime(n) && std::find(used.begin(), used.end(), n) == used.end();
    };
    const double clamped = std::clamp(target, 0.0, static_cast<double>(limit));
    // Candidates 1 + i * 2N, the nearest one on either side of the target first.
    std::uint64_t below = static_cast<std::uint64_t>(clamped) / two_n * two_n + 1;
    std::uint64_t above = below + two_n;
    while (below > 1 || above < limit) {
        const bool take_below = below > 1 && (above >= limit || clamped - static_cast<double>(below) <=
                                                                    static_cast<double>(above) - clamped);
        const std::uint64_t candidate = take_below ? below : above;
        if (candidate < limit && usable(candidate)) return candidate;
        if (take_below) {
            below -= two_n;
        } else {
            above += two_n;
        }
    }
    return 0;
}

}  // namespace tacit::math
