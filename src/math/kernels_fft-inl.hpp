// The complex transform of the canonical embedding, depth-first in radix-4 passes; see FftTable.
// Included once per target (no include guard).

namespace tacit::math::TACIT_TARGET_NAMESPACE {
namespace {

struct Complex {
    Vec re;
    Vec im;
};

HWY_INLINE Complex add(Complex a, Complex b) { return {add(a.re, b.re), add(a.im, b.im)}; }
HWY_INLINE Complex sub(Complex a, Complex b) { return {sub(a.re, b.re), sub(a.im, b.im)}; }
/// a + i b and a - i b.
HWY_INLINE Complex add_i(Complex a, Complex b) { return {sub(a.re, b.im), add(a.im, b.re)}; }
HWY_INLINE Complex sub_i(Complex a, Complex b) { return {add(a.re, b.im), sub(a.im, b.re)}; }
HWY_INLINE Complex mul(Complex a, Complex b) {
    return {fnma(a.im, b.im, mul(a.re, b.re)), fma(a.im, b.re, mul(a.re, b.im))};
}
HWY_INLINE Complex mul_conjugate(Complex a, Complex b) {
    return {fma(a.im, b.im, mul(a.re, b.re)), fms(a.im, b.re, mul(a.re, b.im))};
}

/// Where a block of points lies.
struct Split {
    double* re;
    double* im;
};
HWY_INLINE Split offset(Split x, std::size_t i) { return {x.re + i, x.im + i}; }
HWY_INLINE Complex load(Split x, std::size_t i) { return {load(x.re + i), load(x.im + i)}; }
HWY_INLINE void store(Split x, std::size_t i, Complex a) {
    store(x.re + i, a.re);
    store(x.im + i, a.im);
}
HWY_INLINE Complex load_rows(Split x, std::size_t i) { return {load_rows(x.re + i), load_rows(x.im + i)}; }
HWY_INLINE void store_rows(Split x, std::size_t i, Complex a) {
    store_rows(x.re + i, a.re);
    store_rows(x.im + i, a.im);
}
HWY_INLINE void load_columns(Split x, Complex& a, Complex& b, Complex& c, Complex& d) {
    load_columns<false>(x.re, a.re, b.re, c.re, d.re);
    load_columns<false>(x.im, a.im, b.im, c.im, d.im);
}
HWY_INLINE void store_columns(Split x, Complex a, Complex b, Complex c, Complex d) {
    store_columns<false>(x.re, a.re, b.re, c.re, d.re);
    store_columns<false>(x.im, a.im, b.im, c.im, d.im);
}

/// Twiddles of a node and of its left child; the right child's is i times the left one's.
struct ComplexTwiddles {
    Complex node;
    Complex left;
};

HWY_INLINE void forward_butterfly(Complex& x0, Complex& x1, Complex& x2, Complex& x3, const ComplexTwiddles& w) {
    const Complex a2 = mul(x2, w.node), a3 = mul(x3, w.node);
    const Complex b0 = add(x0, a2), b2 = sub(x0, a2);
    const Complex b1 = mul(add(x1, a3), w.left), b3 = mul(sub(x1, a3), w.left);
    x0 = add(b0, b1);
    x1 = sub(b0, b1);
    x2 = add_i(b2, b3);
    x3 = sub_i(b2, b3);
}

HWY_INLINE void inverse_butterfly(Complex& x0, Complex& x1, Complex& x2, Complex& x3, const ComplexTwiddles& w) {
    const Complex s0 = add(x0, x1), s1 = add(x2, x3);
    const Complex d0 = mul_conjugate(sub(x0, x1), w.left), d1 = mul_conjugate(sub(x2, x3), w.left);
    x0 = add(s0, s1);
    x1 = sub_i(d0, d1);
    x2 = mul_conjugate(sub(s0, s1), w.node);
    x3 = mul_conjugate(add_i(d0, d1), w.node);
}

HWY_INLINE ComplexTwiddles twiddles_at(const FftTable& table, std::size_t k) {
    const double* const re = table.nodes_re();
    const double* const im = table.nodes_im();
    return {{set(re[k]), set(im[k])}, {set(re[2 * k]), set(im[2 * k])}};
}

HWY_INLINE void forward_radix4(Split x, std::size_t length, const ComplexTwiddles& w) {
    const std::size_t quarter = length / 4;
    for (std::size_t j = 0; j < quarter; j += lanes) {
        Complex x0 = load(x, j), x1 = load(x, j + quarter);
        Complex x2 = load(x, j + 2 * quarter), x3 = load(x, j + 3 * quarter);
        forward_butterfly(x0, x1, x2, x3, w);
        store(x, j, x0);
        store(x, j + quarter, x1);
        store(x, j + 2 * quarter, x2);
        store(x, j + 3 * quarter, x3);
    }
}

HWY_INLINE void inverse_radix4(Split x, std::size_t length, const ComplexTwiddles& w) {
    const std::size_t quarter = length / 4;
    for (std::size_t j = 0; j < quarter; j += lanes) {
        Complex x0 = load(x, j), x1 = load(x, j + quarter);
        Complex x2 = load(x, j + 2 * quarter), x3 = load(x, j + 3 * quarter);
        inverse_butterfly(x0, x1, x2, x3, w);
        store(x, j, x0);
        store(x, j + quarter, x1);
        store(x, j + 2 * quarter, x2);
        store(x, j + 3 * quarter, x3);
    }
}

/// Twiddles of the 16-point nodes k, k+1, ..., one for each group of lanes.
HWY_INLINE ComplexTwiddles outer_twiddles(const FftTable& table, std::size_t k) {
    const double* const re = table.nodes_re();
    const double* const im = table.nodes_im();
    return {{set_groups(re + k, 1), set_groups(im + k, 1)}, {set_groups(re + 2 * k, 2), set_groups(im + 2 * k, 2)}};
}

/// Twiddles of the 4-point nodes k, k+1, ..., one for each lane.
HWY_INLINE ComplexTwiddles inner_twiddles(const FftTable& table, std::size_t k) {
    const std::size_t leaf = k - table.size() / 4;
    const double* const w = table.leaves() + leaf / 16 * 64 + leaf % 16;
    return {{load(w), load(w + 16)}, {load(w + 32), load(w + 48)}};
}

/// The last four layers of the 16-point nodes k, k+1, ..., as many as a vector has groups.
HWY_INLINE void forward_leaf(Split x, std::size_t k, const FftTable& table) {
    Complex x0 = load_rows(x, 0), x1 = load_rows(x, 4), x2 = load_rows(x, 8), x3 = load_rows(x, 12);
    forward_butterfly(x0, x1, x2, x3, outer_twiddles(table, k));
    store_rows(x, 0, x0);
    store_rows(x, 4, x1);
    store_rows(x, 8, x2);
    store_rows(x, 12, x3);
    load_columns(x, x0, x1, x2, x3);
    forward_butterfly(x0, x1, x2, x3, inner_twiddles(table, 4 * k));
    store_columns(x, x0, x1, x2, x3);
}

/// Scales by 1/n as well, a power of two: exact.
HWY_INLINE void inverse_leaf(Split x, std::size_t k, const FftTable& table, Vec scale) {
    Complex x0, x1, x2, x3;
    load_columns(x, x0, x1, x2, x3);
    inverse_butterfly(x0, x1, x2, x3, inner_twiddles(table, 4 * k));
    store_columns(x, x0, x1, x2, x3);
    x0 = load_rows(x, 0);
    x1 = load_rows(x, 4);
    x2 = load_rows(x, 8);
    x3 = load_rows(x, 12);
    inverse_butterfly(x0, x1, x2, x3, outer_twiddles(table, k));
    store_rows(x, 0, {mul(x0.re, scale), mul(x0.im, scale)});
    store_rows(x, 4, {mul(x1.re, scale), mul(x1.im, scale)});
    store_rows(x, 8, {mul(x2.re, scale), mul(x2.im, scale)});
    store_rows(x, 12, {mul(x3.re, scale), mul(x3.im, scale)});
}

/// Blocks up to this many points (32 KiB with their imaginary parts) are transformed pass by pass.
constexpr std::size_t fft_block = 2048;
/// Below this many points some node has fewer leaves than a vector; the portable kernels do the same operations.
constexpr std::size_t smallest_fft = groups == 1 ? 16 : 64;

/// The node k of `length` points, a power of four times 16.
void forward_node(Split x, std::size_t length, std::size_t k, const FftTable& table) {
    if (length > fft_block) {
        forward_radix4(x, length, twiddles_at(table, k));
        for (std::size_t i = 0; i < 4; ++i) forward_node(offset(x, length / 4 * i), length / 4, 4 * k + i, table);
        return;
    }
    std::size_t count = 1;
    for (std::size_t part = length; part > 16; part /= 4, count *= 4) {
        for (std::size_t i = 0; i < count; ++i) {
            forward_radix4(offset(x, part * i), part, twiddles_at(table, count * k + i));
        }
    }
    for (std::size_t i = 0; i < count; i += groups) {
        forward_leaf(offset(x, 16 * i), count * k + i, table);
    }
}

void inverse_node(Split x, std::size_t length, std::size_t k, const FftTable& table, Vec scale) {
    if (length > fft_block) {
        for (std::size_t i = 0; i < 4; ++i) {
            inverse_node(offset(x, length / 4 * i), length / 4, 4 * k + i, table, scale);
        }
        inverse_radix4(x, length, twiddles_at(table, k));
        return;
    }
    std::size_t count = length / 16;
    for (std::size_t i = 0; i < count; i += groups) {
        inverse_leaf(offset(x, 16 * i), count * k + i, table, scale);
    }
    for (std::size_t part = 64; part <= length; part *= 4) {
        count /= 4;
        for (std::size_t i = 0; i < count; ++i) {
            inverse_radix4(offset(x, part * i), part, twiddles_at(table, count * k + i));
        }
    }
}

void fft_forward(double* re, double* im, const FftTable& table) {
    const std::size_t n = table.size();
    if (n < smallest_fft) return portable_kernels().fft_forward(re, im, table);
    const Split x = {re, im};
    if (table.log_slots() % 2 == 0) return forward_node(x, n, 1, table);
    const Complex w = {set(table.nodes_re()[1]), set(table.nodes_im()[1])};
    for (std::size_t j = 0; j < n / 2; j += lanes) {
        const Complex x0 = load(x, j), a1 = mul(load(x, j + n / 2), w);
        store(x, j, add(x0, a1));
        store(x, j + n / 2, sub(x0, a1));
    }
    forward_node(x, n / 2, 2, table);
    forward_node(offset(x, n / 2), n / 2, 3, table);
}

void fft_inverse(double* re, double* im, const FftTable& table) {
    const std::size_t n = table.size();
    if (n < smallest_fft) return portable_kernels().fft_inverse(re, im, table);
    const Split x = {re, im};
    const Vec scale = set(1.0 / static_cast<double>(n));
    if (table.log_slots() % 2 == 0) return inverse_node(x, n, 1, table, scale);
    inverse_node(x, n / 2, 2, table, scale);
    inverse_node(offset(x, n / 2), n / 2, 3, table, scale);
    const Complex w = {set(table.nodes_re()[1]), set(table.nodes_im()[1])};
    for (std::size_t j = 0; j < n / 2; j += lanes) {
        const Complex x0 = load(x, j), x1 = load(x, j + n / 2);
        store(x, j, add(x0, x1));
        store(x, j + n / 2, mul_conjugate(sub(x0, x1), w));
    }
}

}  // namespace
}  // namespace tacit::math::TACIT_TARGET_NAMESPACE
