// Sums of many products: key-switching inner products and base conversion [HPS18].
// Included once per target (no include guard).

namespace tacit::math::TACIT_TARGET_NAMESPACE {
namespace {

/// out0[0..2 lanes) = sum_j a[j] k0[j] and the same for out1, four independent sums.
HWY_INLINE void inner_product2_step(double* out0, double* out1, const double* const* a, const double* const* k0,
                                    const double* const* k1, std::size_t count, std::size_t i, const Prime& m) {
    Vec s0 = set(0), s1 = s0, t0 = s0, t1 = s0;
    for (std::size_t begin = 0; begin < count; begin += max_terms) {
        Sum u0 = sum_from(s0), u1 = sum_from(s1), v0 = sum_from(t0), v1 = sum_from(t1);
        const std::size_t end = std::min(count, begin + max_terms);
        for (std::size_t j = begin; j < end; ++j) {
            const Vec x0 = load(a[j] + i), x1 = load(a[j] + i + lanes);
            add_product(u0, x0, load(k0[j] + i));
            add_product(u1, x1, load(k0[j] + i + lanes));
            add_product(v0, x0, load(k1[j] + i));
            add_product(v1, x1, load(k1[j] + i + lanes));
        }
        s0 = total(u0, m);
        s1 = total(u1, m);
        t0 = total(v0, m);
        t1 = total(v1, m);
    }
    store(out0 + i, s0);
    store(out0 + i + lanes, s1);
    store(out1 + i, t0);
    store(out1 + i + lanes, t1);
}

void inner_product2(double* out0, double* out1, const double* const* a, const double* const* k0,
                    const double* const* k1, std::size_t count, std::size_t n, const Modulus& modulus) {
    const Prime m = broadcast(modulus);
    for (std::size_t i = 0; i < n; i += 2 * lanes) inner_product2_step(out0, out1, a, k0, k1, count, i, m);
}

void convert(double* out, const double* const* y, const double* c, std::size_t count, const double* overflow,
             double minus_q, std::size_t n, const Modulus& modulus) {
    const Prime m = broadcast(modulus);
    for (std::size_t i = 0; i < n; i += 2 * lanes) {
        Vec s0 = set(0), s1 = s0;
        for (std::size_t begin = 0; begin < count; begin += max_terms) {
            Sum u0 = sum_from(s0), u1 = sum_from(s1);
            // The multiple of Q is at most count/2 + 1 in size: it takes no room of the sum.
            if (overflow != nullptr && begin == 0) {
                add_product(u0, load(overflow + i), set(minus_q));
                add_product(u1, load(overflow + i + lanes), set(minus_q));
            }
            const std::size_t end = std::min(count, begin + max_terms);
            for (std::size_t j = begin; j < end; ++j) {
                const Vec factor = set(c[j]);
                add_product(u0, load(y[j] + i), factor);
                add_product(u1, load(y[j] + i + lanes), factor);
            }
            s0 = total(u0, m);
            s1 = total(u1, m);
        }
        store(out + i, s0);
        store(out + i + lanes, s1);
    }
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
