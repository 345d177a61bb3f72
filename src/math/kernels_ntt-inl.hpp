// The negacyclic transform [Har14], depth-first in radix-4 passes. Included once per target (no include guard).

namespace tacit::math::TACIT_TARGET_NAMESPACE {
namespace {

/// The twiddles of one radix-4 butterfly: of a node and of its two children.
struct Twiddles {
    Vec node;
    Vec left;
    Vec right;
};

template <bool reduce_first>
HWY_INLINE void forward_butterfly(Vec& x0, Vec& x1, Vec& x2, Vec& x3, const Twiddles& w, const Prime& m) {
    const Vec a3 = product(x3, w.node, m);
    const Vec a2 = product(x2, w.node, m);
    if constexpr (reduce_first) x0 = reduced(x0, m);
    const Vec b1 = product(add(x1, a3), w.left, m);
    const Vec b3 = product(sub(x1, a3), w.right, m);
    const Vec b0 = add(x0, a2);
    const Vec b2 = sub(x0, a2);
    x0 = add(b0, b1);
    x1 = sub(b0, b1);
    x2 = add(b2, b3);
    x3 = sub(b2, b3);
}

/// `w` holds the inverse twiddles without their sign, which the differences absorb.
HWY_INLINE void inverse_butterfly(Vec& x0, Vec& x1, Vec& x2, Vec& x3, const Twiddles& w, const Prime& m) {
    const Vec s0 = add(x0, x1), s1 = add(x2, x3);
    const Vec d0 = product(sub(x1, x0), w.left, m);
    const Vec d1 = product(sub(x3, x2), w.right, m);
    x0 = add(s0, s1);
    x1 = add(d0, d1);
    x2 = product(sub(s1, s0), w.node, m);
    x3 = product(sub(d1, d0), w.node, m);
}

HWY_INLINE Twiddles twiddles_at(const double* nodes, std::size_t k) {
    return {set(nodes[k]), set(nodes[2 * k]), set(nodes[2 * k + 1])};
}

template <bool reduce_first>
HWY_INLINE void forward_radix4(double* x, std::size_t length, const Twiddles& w, const Prime& m) {
    const std::size_t quarter = length / 4;
    for (std::size_t j = 0; j < quarter; j += lanes) {
        double* const at = x + j;
        Vec x0 = load(at), x1 = load(at + quarter), x2 = load(at + 2 * quarter), x3 = load(at + 3 * quarter);
        forward_butterfly<reduce_first>(x0, x1, x2, x3, w, m);
        store(at, x0);
        store(at + quarter, x1);
        store(at + 2 * quarter, x2);
        store(at + 3 * quarter, x3);
    }
}

HWY_INLINE void inverse_radix4(double* x, std::size_t length, const Twiddles& w, const Prime& m) {
    const std::size_t quarter = length / 4;
    for (std::size_t j = 0; j < quarter; j += lanes) {
        double* const at = x + j;
        Vec x0 = load(at), x1 = load(at + quarter), x2 = load(at + 2 * quarter), x3 = load(at + 3 * quarter);
        inverse_butterfly(x0, x1, x2, x3, w, m);
        store(at, reduced(x0, m));
        store(at + quarter, x1);
        store(at + 2 * quarter, x2);
        store(at + 3 * quarter, x3);
    }
}

/// The last four layers of the 16-point node k, and of node k+1 as well where a vector holds two groups.
HWY_INLINE void forward_leaf(double* x, std::size_t k, const NttTable& table, const Prime& m) {
    double* const upper = x + 16 * (groups - 1);
    Vec x0 = load_halves(x, upper), x1 = load_halves(x + 4, upper + 4);
    Vec x2 = load_halves(x + 8, upper + 8), x3 = load_halves(x + 12, upper + 12);
    const double* const nodes = table.nodes();
    const std::size_t next = k + groups - 1;
    const Twiddles outer = {set_halves(nodes + k, nodes + next), set_halves(nodes + 2 * k, nodes + 2 * next),
                            set_halves(nodes + 2 * k + 1, nodes + 2 * next + 1)};
    forward_butterfly<false>(x0, x1, x2, x3, outer, m);
    transpose(x0, x1, x2, x3);
    const std::size_t group = k - table.size() / 16;
    const double* const leaf = table.leaves() + group / 2 * 24 + group % 2 * 4;
    forward_butterfly<false>(x0, x1, x2, x3, {load(leaf), load(leaf + 8), load(leaf + 16)}, m);
    x0 = reduced(x0, m);
    x1 = reduced(x1, m);
    x2 = reduced(x2, m);
    x3 = reduced(x3, m);
    transpose(x0, x1, x2, x3);
    store_halves(x, upper, x0);
    store_halves(x + 4, upper + 4, x1);
    store_halves(x + 8, upper + 8, x2);
    store_halves(x + 12, upper + 12, x3);
}

/// Mirror image of forward_leaf. It reads the points backwards by blocks of four, so that they meet the
/// twiddles of the mirrored nodes, which are their inverses up to sign, in the order of the table.
HWY_INLINE void inverse_leaf(double* x, std::size_t k, const NttTable& table, const Prime& m) {
    double* const lower = x + 16 * (groups - 1);
    Vec x3 = load_halves(lower, x), x2 = load_halves(lower + 4, x + 4);
    Vec x1 = load_halves(lower + 8, x + 8), x0 = load_halves(lower + 12, x + 12);
    transpose(x0, x1, x2, x3);
    const std::size_t group = table.size() / 8 - groups - k;
    const double* const leaf = table.leaves() + group / 2 * 24 + group % 2 * 4;
    inverse_butterfly(x0, x1, x2, x3, {load(leaf), load(leaf + 16), load(leaf + 8)}, m);
    x0 = reduced(x0, m);
    transpose(x0, x1, x2, x3);
    const double* const nodes = table.nodes();
    const std::size_t mirror = 3 * table.size() / 16 - groups - k, next = mirror + groups - 1;
    const Twiddles outer = {set_halves(nodes + mirror, nodes + next),
                            set_halves(nodes + 2 * mirror + 1, nodes + 2 * next + 1),
                            set_halves(nodes + 2 * mirror, nodes + 2 * next)};
    inverse_butterfly(x3, x2, x1, x0, outer, m);
    store_halves(lower, x, reduced(x3, m));
    store_halves(lower + 4, x + 4, x2);
    store_halves(lower + 8, x + 8, x1);
    store_halves(lower + 12, x + 12, x0);
}

/// Inverse twiddles of node k without sign: W[k]^-1 = -W[3m-1-k], m the layer's first node.
HWY_INLINE Twiddles inverse_twiddles_at(const NttTable& table, std::size_t k, std::size_t length) {
    const std::size_t mirror = 3 * (table.size() / length) - 1 - k;
    const double* const nodes = table.nodes();
    return {set(nodes[mirror]), set(nodes[2 * mirror + 1]), set(nodes[2 * mirror])};
}

template <bool wide>
void forward_block(double* x, std::size_t k, const NttTable& table, const Prime& m) {
    forward_radix4<wide>(x, 1024, twiddles_at(table.nodes(), k), m);
    for (std::size_t i = 0; i < 4; ++i) {
        forward_radix4<false>(x + 256 * i, 256, twiddles_at(table.nodes(), 4 * k + i), m);
    }
    for (std::size_t i = 0; i < 16; ++i) {
        forward_radix4<false>(x + 64 * i, 64, twiddles_at(table.nodes(), 16 * k + i), m);
    }
    for (std::size_t i = 0; i < 64; i += groups) forward_leaf(x + 16 * i, 64 * k + i, table, m);
}

void inverse_block(double* x, std::size_t k, const NttTable& table, const Prime& m) {
    for (std::size_t i = 0; i < 64; i += groups) inverse_leaf(x + 16 * i, 64 * k + i, table, m);
    for (std::size_t i = 0; i < 16; ++i) {
        inverse_radix4(x + 64 * i, 64, inverse_twiddles_at(table, 16 * k + i, 64), m);
    }
    for (std::size_t i = 0; i < 4; ++i) {
        inverse_radix4(x + 256 * i, 256, inverse_twiddles_at(table, 4 * k + i, 256), m);
    }
}

template <bool wide>
void forward_node(double* x, std::size_t length, std::size_t k, const NttTable& table, const Prime& m) {
    if (length == 1024) {
        forward_block<wide>(x, k, table, m);
        return;
    }
    forward_radix4<false>(x, length, twiddles_at(table.nodes(), k), m);
    for (std::size_t i = 0; i < 4; ++i) forward_node<wide>(x + length / 4 * i, length / 4, 4 * k + i, table, m);
}

template <bool wide>
void forward_root(double* x, const NttTable& table, const Prime& m) {
    const std::size_t n = table.size();
    if (table.log_ring_dimension() % 2 == 0) {
        forward_node<wide>(x, n, 1, table, m);
        return;
    }
    const Vec w = set(table.nodes()[1]);
    for (std::size_t j = 0; j < n / 2; j += lanes) {
        const Vec x0 = load(x + j), a1 = product(load(x + n / 2 + j), w, m);
        store(x + j, add(x0, a1));
        store(x + n / 2 + j, sub(x0, a1));
    }
    forward_node<wide>(x, n / 2, 2, table, m);
    forward_node<wide>(x + n / 2, n / 2, 3, table, m);
}

void ntt_forward(double* x, const NttTable& table) {
    const Prime m = broadcast(table.modulus());
    if (table.modulus().value() >> 48 != 0) {
        forward_root<true>(x, table, m);
    } else {
        forward_root<false>(x, table, m);
    }
}

/// All layers below the node; its own pass too unless it is the root.
void inverse_node(double* x, std::size_t length, std::size_t k, const NttTable& table, const Prime& m) {
    if (length == 1024) {
        inverse_block(x, k, table, m);
    } else {
        for (std::size_t i = 0; i < 4; ++i) inverse_node(x + length / 4 * i, length / 4, 4 * k + i, table, m);
    }
    if (k != 1) inverse_radix4(x, length, inverse_twiddles_at(table, k, length), m);
}

HWY_INLINE void inverse_root_radix4(double* x, const NttTable& table, const Prime& m) {
    const std::size_t quarter = table.size() / 4;
    const Vec scale = set(table.scaled()[0]), node = set(table.nodes()[1]), scaled_node = set(table.scaled()[1]);
    const Vec left = set(table.scaled()[3]), right = set(table.scaled()[2]);
    for (std::size_t j = 0; j < quarter; j += lanes) {
        double* const at = x + j;
        const Vec x0 = load(at), x1 = load(at + quarter), x2 = load(at + 2 * quarter), x3 = load(at + 3 * quarter);
        const Vec s0 = add(x0, x1), s1 = add(x2, x3);
        const Vec d0 = product(sub(x1, x0), left, m), d1 = product(sub(x3, x2), right, m);
        store(at, reduced(product(add(s0, s1), scale, m), m));
        store(at + quarter, reduced(add(d0, d1), m));
        store(at + 2 * quarter, reduced(product(sub(s1, s0), scaled_node, m), m));
        store(at + 3 * quarter, reduced(product(sub(d1, d0), node, m), m));
    }
}

HWY_INLINE void inverse_root_radix2(double* x, const NttTable& table, const Prime& m) {
    const std::size_t half = table.size() / 2;
    const Vec scale = set(table.scaled()[0]), scaled_node = set(table.scaled()[1]);
    for (std::size_t j = 0; j < half; j += lanes) {
        const Vec x0 = load(x + j), x1 = load(x + half + j);
        store(x + j, reduced(product(add(x0, x1), scale, m), m));
        store(x + half + j, reduced(product(sub(x1, x0), scaled_node, m), m));
    }
}

void ntt_inverse(double* x, const NttTable& table) {
    const Prime m = broadcast(table.modulus());
    const std::size_t n = table.size();
    if (table.log_ring_dimension() % 2 == 0) {
        inverse_node(x, n, 1, table, m);
        inverse_root_radix4(x, table, m);
    } else {
        inverse_node(x, n / 2, 2, table, m);
        inverse_node(x + n / 2, n / 2, 3, table, m);
        inverse_root_radix2(x, table, m);
    }
}

}  // namespace
}  // namespace tacit::math::TACIT_TARGET_NAMESPACE
