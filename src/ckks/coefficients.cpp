#include "ckks/coefficients.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "base/fail.hpp"
#include "math/kernels.hpp"
#include "tacit/base/parallel.hpp"

namespace tacit::ckks {

namespace {

constexpr double rounding_magic = 0x1.8p52;
constexpr double vector_limit = 0x1p51;  // what kernels().reduce accepts

/// Scales and rounds to integers; returns the largest magnitude, infinity if one is NaN (the transform overflowed).
/// Values of 2^52 and above are integers already.
double scale_and_round(double* x, std::size_t n, double scale) {
    double largest = 0;
    double finite = 0;  // 0 * x is NaN exactly if x is not finite
    for (std::size_t k = 0; k < n; ++k) {
        x[k] *= scale;
        largest = std::max(largest, std::fabs(x[k]));
        finite += 0 * x[k];
    }
    if (std::isnan(finite)) return std::numeric_limits<double>::infinity();
    if (largest < vector_limit) {
        for (std::size_t k = 0; k < n; ++k) x[k] = (x[k] + rounding_magic) - rounding_magic;
    } else {
        for (std::size_t k = 0; k < n; ++k) x[k] = std::nearbyint(x[k]);
    }
    return largest;
}

double log2_modulus(const Context& context, std::size_t limbs) {
    double bits = 0;
    for (std::size_t i = 0; i < limbs; ++i) bits += std::log2(context.ring().modulus(i).p());
    return bits;
}

/// out[k * gap] = x[k] mod p.
void reduce_spread(double* out, const double* x, std::size_t n, std::size_t gap, bool small, const math::Modulus& p) {
    if (gap == 1 && small) {
        math::kernels().reduce(out, x, n, p);
        return;
    }
    for (std::size_t k = 0; k < n; ++k) out[k * gap] = balanced_residue(static_cast<long double>(x[k]), p);
}

}  // namespace

double balanced_residue(long double value, const math::Modulus& p) {
    int exponent = 0;
    const long double mantissa = std::frexp(std::nearbyint(value), &exponent);  // |mantissa| in [1/2, 1)
    const int shift = std::max(0, exponent - 62);
    const auto digits = static_cast<std::int64_t>(std::ldexp(mantissa, exponent - shift));
    const double low = p.balanced(digits);
    if (shift == 0) return low;
    const std::uint64_t power = math::pow_mod(2, static_cast<std::uint64_t>(shift), p.value());
    return p.balanced(math::mul_mod(p.canonical(low), power, p.value()));
}

bool round_coefficients(const Context& context, double* re, double* im, std::size_t n, double scale,
                        std::size_t limbs) {
    const double largest = std::max(scale_and_round(re, n, scale), scale_and_round(im, n, scale));
    const double room = log2_modulus(context, limbs) - 1;
    if (largest > 0 && std::log2(largest) > room) {
        fail(ErrorCode::invalid_argument,
             "encode: a scaled value needs {:.1f} bits but the modulus at this level leaves {:.1f}; encode smaller "
             "values, at a "
             "higher level, or with a smaller scale",
             std::log2(largest), room);
    }
    return largest < vector_limit;
}

void reduce_coefficients(double* row, std::size_t dimension, std::span<const double> re, std::span<const double> im,
                         bool below_2_51, const math::Modulus& p) {
    const std::size_t half = dimension / 2;
    const std::size_t gap = half / re.size();
    if (gap > 1) std::fill_n(row, dimension, 0.0);
    reduce_spread(row, re.data(), re.size(), gap, below_2_51, p);
    reduce_spread(row + half, im.data(), im.size(), gap, below_2_51, p);
}

ring::EvaluationPoly scaled_coefficients_to_rns(const Context& context, double* re, double* im, std::size_t n,
                                                double scale, std::size_t limbs) {
    const bool below_2_51 = round_coefficients(context, re, im, n, scale, limbs);
    ring::EvaluationPoly poly(context.dimension(), limbs);
    parallel_for(0, limbs, [&](std::size_t i) {
        reduce_coefficients(poly.limb(i), context.dimension(), {re, n}, {im, n}, below_2_51, context.ring().modulus(i));
        math::kernels().ntt_forward(poly.limb(i), context.ring().table(i));
    });
    return poly;
}

namespace {

/// Mixed-radix digits in place [Garner]: the value is rows[0] + q_0 (rows[1] + q_1 (rows[2] + ...)).
void to_mixed_radix(const Context& context, ring::CoefficientPoly& rows) {
    const std::size_t n = context.dimension();
    AlignedBuffer reduced(n);
    for (std::size_t j = 1; j < rows.limbs(); ++j) {
        const math::Modulus& p = context.ring().modulus(j);
        for (std::size_t i = 0; i < j; ++i) {
            const std::uint64_t q = context.ring().modulus(i).value() % p.value();
            math::kernels().reduce(reduced.data(), rows.limb(i), n, p);
            math::kernels().sub_mul_scalar(rows.limb(j), rows.limb(j), reduced.data(),
                                           p.balanced(math::inverse_mod(q, p.value())), nullptr, n, p);
        }
    }
    reduced.wipe();
}

}  // namespace

void rns_to_scaled_coefficients(const Context& context, const ring::EvaluationPoly& poly, double inverse_scale,
                                double* re, double* im) {
    const std::size_t n = context.dimension();
    ring::CoefficientPoly rows(n, poly.limbs());
    parallel_for(0, poly.limbs(), [&](std::size_t i) {
        math::kernels().ntt_inverse(rows.limb(i), poly.limb(i), 1, context.ring().table(i));
    });
    to_mixed_radix(context, rows);
    for (std::size_t k = 0; k < n; ++k) {
        double value = rows.limb(rows.limbs() - 1)[k];
        for (std::size_t i = rows.limbs() - 1; i > 0; --i) {
            value = value * context.ring().modulus(i - 1).p() + rows.limb(i - 1)[k];
        }
        (k < n / 2 ? re[k] : im[k - n / 2]) = value * inverse_scale;
    }
    rows.wipe();
}

}  // namespace tacit::ckks
