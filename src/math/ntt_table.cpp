#include "math/ntt_table.hpp"

#include <algorithm>
#include <vector>

#include "base/fail.hpp"
#include "math/fixed_factor.hpp"

namespace tacit::math {

namespace {

std::uint64_t checked_root(const Modulus& modulus, int log_n) {
    if (log_n < 10 || log_n > 17) {
        fail(ErrorCode::invalid_argument, "ring dimension 2^{} is not supported; choose 2^10 to 2^17", log_n);
    }
    const std::uint64_t two_n = std::uint64_t{2} << log_n;
    if (modulus.value() % two_n != 1 || !is_prime(modulus.value())) {
        fail(ErrorCode::invalid_argument,
             "{} is no prime of the form 1 + i * {}, as the transform of 2^{} points needs", modulus.value(), two_n,
             log_n);
    }
    return minimal_primitive_root(modulus.value(), two_n);
}

}  // namespace

NttTable::NttTable(Modulus modulus, int log_ring_dimension)
    : modulus_(modulus),
      log_n_(log_ring_dimension),
      root_(checked_root(modulus, log_ring_dimension)),
      nodes_(size() / 4),
      leaves_(size() / 4 * 3) {
    const std::uint64_t p = modulus_.value();
    std::vector<std::uint64_t> powers(size());  // psi^brv(k)
    powers[0] = 1;
    for (std::size_t half = 1; half < size(); half *= 2) {
        // brv(half + k) = brv(k) + N / (2 half)
        const FixedFactor times(pow_mod(root_, size() / (2 * half), p), p);
        for (std::size_t k = 0; k < half; ++k) powers[half + k] = times(powers[k]);
    }
    std::vector<double> w(size());  // balanced
    std::ranges::transform(powers, w.begin(), [&](std::uint64_t power) {
        return static_cast<double>(power) - (power > p / 2 ? modulus_.p() : 0);
    });
    std::copy_n(w.begin(), size() / 4, nodes_.data());
    for (std::size_t i = 0; i < size() / 4; ++i) {
        const std::size_t k = size() / 4 + i;
        double* const group = leaves_.data() + i / 16 * 48 + i % 16;
        group[0] = w[k];
        group[16] = w[2 * k];
        group[32] = w[2 * k + 1];
    }
    const std::uint64_t n_inverse = inverse_mod(size(), p);
    scaled_[0] = modulus_.balanced(n_inverse);
    for (std::size_t k = 1; k < 4; ++k) {
        scaled_[k] = modulus_.balanced(mul_mod(n_inverse, powers[k], p));
    }
}

}  // namespace tacit::math
