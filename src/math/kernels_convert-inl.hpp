// Sums of many products: key-switching inner products and base conversion [HPS18].
// Included once per target (no include guard).

namespace tacit::math::TACIT_TARGET_NAMESPACE {
namespace {

/// The terms besides the digits' take one place of the first sum.
void inner_product2(double* out0, double* out1, const double* const* a, const double* const* k0,
                    const double* const* k1, std::size_t count, const double* plus0, const double* plus1, double c,
                    std::size_t n, const Modulus& modulus) {
    const Prime m = broadcast(modulus);
    const Vec factor = set(c);
    for (std::size_t i = 0; i < n; i += lanes) {
        Vec s0 = set(0), s1 = set(0);
        for (std::size_t begin = 0; begin < count; begin += max_terms - 1) {
            Sum sum0 = sum_from(s0), sum1 = sum_from(s1);
            if (begin == 0 && plus0 != nullptr) add_product(sum0, load(plus0 + i), factor);
            if (begin == 0 && plus1 != nullptr) add_product(sum1, load(plus1 + i), factor);
            const std::size_t end = std::min(count, begin + max_terms - 1);
            for (std::size_t j = begin; j < end; ++j) {
                const Vec x = load(a[j] + i);
                add_product(sum0, x, load(k0[j] + i));
                add_product(sum1, x, load(k1[j] + i));
            }
            s0 = total(sum0, m);
            s1 = total(sum1, m);
        }
        store(out0 + i, s0);
        store(out1 + i, s1);
    }
}

/// `steps` vectors from coefficient i on, each its own sum: two of them keep the units busy.
template <std::size_t steps>
HWY_INLINE void convert_step(double* out, const double* const* y, const double* c, std::size_t count,
                             const double* overflow, double minus_q, std::size_t i, const Prime& m) {
    Vec result[steps];
    Sum sum[steps];
    for (std::size_t s = 0; s < steps; ++s) {
        sum[s] = sum_from(set(0));
        // The multiple of Q is at most count/2 + 1 in size: it takes no room of the sum.
        if (overflow != nullptr) add_product(sum[s], load(overflow + i + s * lanes), set(minus_q));
    }
    for (std::size_t begin = 0;;) {
        const std::size_t end = std::min(count, begin + max_terms);
        for (std::size_t j = begin; j < end; ++j) {
            const Vec factor = set(c[j]);
            for (std::size_t s = 0; s < steps; ++s) add_product(sum[s], load(y[j] + i + s * lanes), factor);
        }
        for (std::size_t s = 0; s < steps; ++s) result[s] = total(sum[s], m);
        begin = end;
        if (begin == count) break;
        for (std::size_t s = 0; s < steps; ++s) sum[s] = sum_from(result[s]);
    }
    for (std::size_t s = 0; s < steps; ++s) store(out + i + s * lanes, result[s]);
}

void convert(double* out, const double* const* y, const double* c, std::size_t count, const double* overflow,
             double minus_q, std::size_t n, const Modulus& modulus) {
    const Prime m = broadcast(modulus);
    std::size_t i = 0;
    for (; i + 2 * lanes <= n; i += 2 * lanes) convert_step<2>(out, y, c, count, overflow, minus_q, i, m);
    for (; i < n; i += lanes) convert_step<1>(out, y, c, count, overflow, minus_q, i, m);
}

void overflow(double* out, const double* const* y, const double* inverse_q, std::size_t count, std::size_t n) {
    const Vec round = set(rounder);
    for (std::size_t i = 0; i < n; i += lanes) {
        Vec sum = set(0);
        for (std::size_t j = 0; j < count; ++j) sum = fma(load(y[j] + i), set(inverse_q[j]), sum);
        store(out + i, sub(add(sum, round), round));
    }
}

}  // namespace
}  // namespace tacit::math::TACIT_TARGET_NAMESPACE
