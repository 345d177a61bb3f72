// The negacyclic transform [Har14], depth-first in radix-4 passes. Included once per target (no include guard).
//
// Bounds, in units of p, for values |x| <= c p. A product with a twiddle (|w| <= p/2) needs c < 2^52/p and is
// at most e(c) = 1/2 + c p 2^-53 (see `product`); everything else needs to stay below 2^53 = 2 * 2^52/p * p.
//
// Forward: a butterfly turns c into c + e(c) + e(c + e(c)), or with x0 reduced into 1/2 + e(c) + e(c + e(c));
// its largest factor is c + e(c). From c = 1 through the one radix-2 and eight radix-4 layers of N = 2^17:
//   p < 2^48, nothing reduced:                            largest factor 11.9 < 16, largest value 12.7;
//   p < 2^49, x0 reduced by the 1024-point butterflies:   largest factor 7.7 < 8, largest value 8.7.
//
// Inverse: the outputs are 4c (1/2 if reduced), 2 e(2c), e(4c) and e(2 e(2c)); the largest factor is 4c.
//   p < 2^49, x0 always reduced: c stays below 4/3, the fixed point of 2 e(2c); factors below 5.4 < 8.
//   p < 2^43, x0 reduced only in passes of length 64, 1024 and 16384: c < 8.7 before the first of these and
//   < 4.6 before the others, < 16.6 before the final radix-2 layer; factors below 35 < 512.
// The final products are then at most e(5.4) = 0.84, to be reduced once more, or e(33.1) = 0.533 < 0.54.

namespace tacit::math::TACIT_TARGET_NAMESPACE {
namespace {

/// Which intermediate values are reduced; see above.
enum class Policy { always_reduce, rarely_reduce };

constexpr std::uint64_t forward_limit = std::uint64_t{1} << 48;
constexpr std::uint64_t inverse_limit = std::uint64_t{1} << 43;

/// The twiddles of one radix-4 butterfly: of a node and of its two children.
struct Twiddles {
    Vec node;
    Vec left;
    Vec right;
};

struct Points {
    Vec x0;
    Vec x1;
    Vec x2;
    Vec x3;
};

HWY_INLINE Points load_quarters(const double* x, std::size_t quarter) {
    return {load(x), load(x + quarter), load(x + 2 * quarter), load(x + 3 * quarter)};
}
HWY_INLINE void store_quarters(double* x, std::size_t quarter, const Points& v) {
    store(x, v.x0);
    store(x + quarter, v.x1);
    store(x + 2 * quarter, v.x2);
    store(x + 3 * quarter, v.x3);
}
HWY_INLINE Points sum(const Points& u, const Points& v) {
    return {add(u.x0, v.x0), add(u.x1, v.x1), add(u.x2, v.x2), add(u.x3, v.x3)};
}
HWY_INLINE Points difference(const Points& u, const Points& v) {
    return {sub(u.x0, v.x0), sub(u.x1, v.x1), sub(u.x2, v.x2), sub(u.x3, v.x3)};
}
/// The same for blocks of 16 points, `groups` of them at once.
HWY_INLINE Points load_blocks(const double* x) {
    return {load_rows(x), load_rows(x + 4), load_rows(x + 8), load_rows(x + 12)};
}
HWY_INLINE void store_blocks(double* x, const Points& v) {
    store_rows(x, v.x0);
    store_rows(x + 4, v.x1);
    store_rows(x + 8, v.x2);
    store_rows(x + 12, v.x3);
}

template <bool reduce_first>
HWY_INLINE Points forward_butterfly(const Points& v, const Twiddles& w, const Prime& m) {
    const Vec a3 = product(v.x3, w.node, m), a2 = product(v.x2, w.node, m);
    const Vec b1 = product(add(v.x1, a3), w.left, m), b3 = product(sub(v.x1, a3), w.right, m);
    const Vec x0 = reduce_first ? reduced(v.x0, m) : v.x0;
    const Vec b0 = add(x0, a2), b2 = sub(x0, a2);
    return {add(b0, b1), sub(b0, b1), add(b2, b3), sub(b2, b3)};
}

/// `w` holds the inverse twiddles without their sign, which the differences absorb.
template <bool reduce_first>
HWY_INLINE Points inverse_butterfly(const Points& v, const Twiddles& w, const Prime& m) {
    const Vec s0 = add(v.x0, v.x1), s1 = add(v.x2, v.x3);
    const Vec d0 = product(sub(v.x1, v.x0), w.left, m), d1 = product(sub(v.x3, v.x2), w.right, m);
    const Vec sum = add(s0, s1);
    return {reduce_first ? reduced(sum, m) : sum, add(d0, d1), product(sub(s1, s0), w.node, m),
            product(sub(d1, d0), w.node, m)};
}

HWY_INLINE Twiddles forward_twiddles(const NttTable& table, std::size_t k) {
    const double* const w = table.nodes();
    return {set(w[k]), set(w[2 * k]), set(w[2 * k + 1])};
}

/// Inverse twiddles of node k without sign: W[k]^-1 = -W[3m-1-k], m the first node of k's layer.
HWY_INLINE Twiddles inverse_twiddles(const NttTable& table, std::size_t k, std::size_t length) {
    const std::size_t mirror = 3 * (table.size() / length) - 1 - k;
    const double* const w = table.nodes();
    return {set(w[mirror]), set(w[2 * mirror + 1]), set(w[2 * mirror])};
}

/// Twiddles of the 4-point nodes k, k+1, ..., one for each lane.
HWY_INLINE Twiddles column_twiddles(const NttTable& table, std::size_t k) {
    const std::size_t leaf = k - table.size() / 4;
    const double* const w = table.leaves() + leaf / 16 * 48 + leaf % 16;
    return {load(w), load(w + 16), load(w + 32)};
}

/// What the caller will read next: brought towards the second-level cache while the transform computes. The four
/// passes of forward_small take as many steps as `streams` have vectors for the block.
struct Ahead {
    const double* const* streams;
    std::size_t count;
    std::size_t offset = 0;
    HWY_INLINE void step() {
        for (std::size_t s = 0; s < count; ++s) {
            for (std::size_t i = 0; i < lanes; i += 8) __builtin_prefetch(streams[s] + offset + i, 0, 2);
        }
        offset += lanes;
    }
};
struct NothingAhead {
    HWY_INLINE void step() {}
};

/// The passes over nodes k, ..., k+count-1 of `length` points each.
template <bool reduce_first, class A>
HWY_INLINE void forward_pass(double* x, std::size_t length, std::size_t k, std::size_t count, const NttTable& table,
                             A& ahead) {
    const Prime m = broadcast(table.modulus());
    const std::size_t quarter = length / 4;
    for (std::size_t i = k; i < k + count; ++i, x += length) {
        const Twiddles w = forward_twiddles(table, i);
        for (std::size_t j = 0; j < quarter; j += lanes) {
            ahead.step();
            store_quarters(x + j, quarter, forward_butterfly<reduce_first>(load_quarters(x + j, quarter), w, m));
        }
    }
}

template <bool reduce_first>
HWY_INLINE void inverse_pass(double* x, std::size_t length, std::size_t k, std::size_t count, const NttTable& table) {
    const Prime m = broadcast(table.modulus());
    const std::size_t quarter = length / 4;
    for (std::size_t i = k; i < k + count; ++i, x += length) {
        const Twiddles w = inverse_twiddles(table, i, length);
        for (std::size_t j = 0; j < quarter; j += lanes) {
            store_quarters(x + j, quarter, inverse_butterfly<reduce_first>(load_quarters(x + j, quarter), w, m));
        }
    }
}

/// 16-point nodes: layers 8 and 4 points apart.
template <class A>
HWY_INLINE void forward_pass16(double* x, std::size_t k, std::size_t count, const NttTable& table, A& ahead) {
    const Prime m = broadcast(table.modulus());
    const double* const w = table.nodes();
    for (std::size_t i = k; i < k + count; i += groups, x += 16 * groups) {
        ahead.step();
        const Twiddles t = {set_groups(w + i, 1), set_groups(w + 2 * i, 2), set_groups(w + 2 * i + 1, 2)};
        store_blocks(x, forward_butterfly<false>(load_blocks(x), t, m));
    }
}

template <bool reduce_first>
HWY_INLINE void inverse_pass16(double* x, std::size_t k, std::size_t count, const NttTable& table) {
    const Prime m = broadcast(table.modulus());
    const double* w = table.nodes() + (3 * table.size() / 16 - 1 - k);
    const double* left = table.nodes() + 2 * (3 * table.size() / 16 - 1 - k) + 1;
    for (std::size_t i = 0; i < count; i += groups, w -= groups, left -= 2 * groups, x += 16 * groups) {
        const Twiddles t = {set_groups(w, -1), set_groups(left, -2), set_groups(left - 1, -2)};
        store_blocks(x, inverse_butterfly<reduce_first>(load_blocks(x), t, m));
    }
}

/// 4-point nodes: the last two layers and the reduction of the result.
template <class A>
HWY_INLINE void forward_pass4(double* x, std::size_t k, std::size_t count, const NttTable& table, A& ahead) {
    const Prime m = broadcast(table.modulus());
    for (std::size_t i = k; i < k + count; i += lanes, x += 4 * lanes) {
        ahead.step();
        Points v;
        load_columns<false>(x, v.x0, v.x1, v.x2, v.x3);
        v = forward_butterfly<false>(v, column_twiddles(table, i), m);
        store_columns<false>(x, reduced(v.x0, m), reduced(v.x1, m), reduced(v.x2, m), reduced(v.x3, m));
    }
}

/// The first pass, from `in` to `x`. Mirrored columns meet the twiddles of their mirrored nodes in the order of the
/// table.
template <bool reduce_first>
HWY_INLINE void inverse_pass4(double* x, const double* in, std::size_t k, std::size_t count, const NttTable& table) {
    const Prime m = broadcast(table.modulus());
    for (std::size_t i = k; i < k + count; i += lanes, x += 4 * lanes, in += 4 * lanes) {
        Points v;
        load_columns<true>(in, v.x0, v.x1, v.x2, v.x3);
        const Twiddles w = column_twiddles(table, 3 * table.size() / 4 - lanes - i);
        v = inverse_butterfly<reduce_first>(v, {w.node, w.right, w.left}, m);
        store_columns<true>(x, v.x0, v.x1, v.x2, v.x3);
    }
}

/// The last eight layers of the nodes k, ..., k+count-1 of 256 points each, pass by pass: they stay in the
/// first-level cache.
template <class A>
void forward_small(double* x, std::size_t k, std::size_t count, const NttTable& table, A& ahead) {
    forward_pass<false>(x, 256, k, count, table, ahead);
    forward_pass<false>(x, 64, 4 * k, 4 * count, table, ahead);
    forward_pass16(x, 16 * k, 16 * count, table, ahead);
    forward_pass4(x, 64 * k, 64 * count, table, ahead);
}

template <Policy policy>
void inverse_small(double* x, const double* in, std::size_t k, std::size_t count, const NttTable& table) {
    constexpr bool always = policy == Policy::always_reduce;
    inverse_pass4<always>(x, in, 64 * k, 64 * count, table);
    inverse_pass16<always>(x, 16 * k, 16 * count, table);
    inverse_pass<true>(x, 64, 4 * k, 4 * count, table);
    inverse_pass<always>(x, 256, k, count, table);
}

/// The first layers of node k of `length` points, 1024 times a power of four.
template <Policy policy>
HWY_INLINE void forward_split(double* x, std::size_t length, std::size_t k, const NttTable& table) {
    NothingAhead nothing;
    if (length == 1024 && policy == Policy::always_reduce) {
        forward_pass<true>(x, length, k, 1, table, nothing);
    } else {
        forward_pass<false>(x, length, k, 1, table, nothing);
    }
}

/// Node k of `length` points, 256 times a power of four.
template <Policy policy, class A>
void forward_node(double* x, std::size_t length, std::size_t k, const NttTable& table, A& ahead) {
    if (length == 256) return forward_small(x, k, 1, table, ahead);
    forward_split<policy>(x, length, k, table);
    if (length == 1024) return forward_small(x, 4 * k, 4, table, ahead);
    for (std::size_t i = 0; i < 4; ++i) forward_node<policy>(x + length / 4 * i, length / 4, 4 * k + i, table, ahead);
}

template <Policy policy>
void inverse_node(double* x, const double* in, std::size_t length, std::size_t k, const NttTable& table) {
    if (length == 1024) {
        inverse_small<policy>(x, in, 4 * k, 4, table);
    } else {
        const std::size_t quarter = length / 4;
        for (std::size_t i = 0; i < 4; ++i) {
            inverse_node<policy>(x + quarter * i, in + quarter * i, quarter, 4 * k + i, table);
        }
    }
    if (policy == Policy::always_reduce || length == 1024 || length == 16384) {
        inverse_pass<true>(x, length, k, 1, table);
    } else {
        inverse_pass<false>(x, length, k, 1, table);
    }
}

/// The first three layers of 2^odd points at once: a radix-2 pass of its own would wait for memory.
HWY_INLINE void forward_root_radix8(double* x, const NttTable& table) {
    const Prime m = broadcast(table.modulus());
    const std::size_t half = table.size() / 2, quarter = half / 4;
    const Vec w = set(table.nodes()[1]);
    const Twiddles left = forward_twiddles(table, 2), right = forward_twiddles(table, 3);
    for (std::size_t j = 0; j < quarter; j += lanes) {
        const Points u = load_quarters(x + j, quarter), v = load_quarters(x + half + j, quarter);
        const Points a = {product(v.x0, w, m), product(v.x1, w, m), product(v.x2, w, m), product(v.x3, w, m)};
        store_quarters(x + j, quarter, forward_butterfly<false>(sum(u, a), left, m));
        store_quarters(x + half + j, quarter, forward_butterfly<false>(difference(u, a), right, m));
    }
}

template <Policy policy>
HWY_INLINE Vec last_product(Vec a, Vec w, const Prime& m) {
    const Vec v = product(a, w, m);
    return policy == Policy::always_reduce ? reduced(v, m) : v;
}
template <Policy policy>
HWY_INLINE Points last_products(const Points& a, Vec w, const Prime& m) {
    return {last_product<policy>(a.x0, w, m), last_product<policy>(a.x1, w, m), last_product<policy>(a.x2, w, m),
            last_product<policy>(a.x3, w, m)};
}

/// The i-th constant of table.scaled(), times c: at most p/2 like every twiddle.
HWY_INLINE Vec scaled_twiddle(const NttTable& table, std::size_t i, double c, const Prime& m) {
    return reduced(product(set(table.scaled()[i]), set(c), m), m);
}

/// The last pass, scaling by c/N in its twiddles and leaving reduced residues.
template <Policy policy>
HWY_INLINE void inverse_root_radix4(double* x, double c, const NttTable& table) {
    const Prime m = broadcast(table.modulus());
    const std::size_t quarter = table.size() / 4;
    const Vec scale = scaled_twiddle(table, 0, c, m), scaled_node = scaled_twiddle(table, 1, c, m);
    const Vec left = scaled_twiddle(table, 3, c, m), right = scaled_twiddle(table, 2, c, m);
    const Vec node = set(table.nodes()[1]);
    for (std::size_t j = 0; j < quarter; j += lanes) {
        const Points v = load_quarters(x + j, quarter);
        const Vec s0 = add(v.x0, v.x1), s1 = add(v.x2, v.x3);
        const Vec d0 = product(sub(v.x1, v.x0), left, m), d1 = product(sub(v.x3, v.x2), right, m);
        store_quarters(x + j, quarter,
                       {last_product<policy>(add(s0, s1), scale, m), reduced(add(d0, d1), m),
                        last_product<policy>(sub(s1, s0), scaled_node, m), last_product<policy>(sub(d1, d0), node, m)});
    }
}

/// The same for the last three layers of 2^odd points.
template <Policy policy>
HWY_INLINE void inverse_root_radix8(double* x, double c, const NttTable& table) {
    constexpr bool always = policy == Policy::always_reduce;
    const Prime m = broadcast(table.modulus());
    const std::size_t half = table.size() / 2, quarter = half / 4;
    const Vec scale = scaled_twiddle(table, 0, c, m), scaled_node = scaled_twiddle(table, 1, c, m);
    const Twiddles left = inverse_twiddles(table, 2, half), right = inverse_twiddles(table, 3, half);
    for (std::size_t j = 0; j < quarter; j += lanes) {
        const Points u = inverse_butterfly<always>(load_quarters(x + j, quarter), left, m);
        const Points v = inverse_butterfly<always>(load_quarters(x + half + j, quarter), right, m);
        store_quarters(x + j, quarter, last_products<policy>(sum(u, v), scale, m));
        store_quarters(x + half + j, quarter, last_products<policy>(difference(v, u), scaled_node, m));
    }
}

template <Policy policy>
void inverse_root(double* x, const double* in, double c, const NttTable& table) {
    const std::size_t n = table.size();
    const std::size_t children = table.blocks();
    if (n <= 2048) {
        inverse_small<policy>(x, in, children, children, table);
    } else {
        for (std::size_t i = 0; i < children; ++i) {
            inverse_node<policy>(x + n / children * i, in + n / children * i, n / children, children + i, table);
        }
    }
    if (children == 4) {
        inverse_root_radix4<policy>(x, c, table);
    } else {
        inverse_root_radix8<policy>(x, c, table);
    }
}

bool is_narrow(const NttTable& table) { return table.modulus().value() < forward_limit; }

void ntt_forward_top(double* x, const NttTable& table) {
    if (table.blocks() == 8) {
        forward_root_radix8(x, table);
    } else if (is_narrow(table)) {
        forward_split<Policy::rarely_reduce>(x, table.size(), 1, table);
    } else {
        forward_split<Policy::always_reduce>(x, table.size(), 1, table);
    }
}

template <class A>
void forward_block(double* x, std::size_t block, const NttTable& table, A& ahead) {
    const std::size_t length = table.size() / table.blocks();
    const std::size_t k = table.blocks() + block;
    if (is_narrow(table)) {
        forward_node<Policy::rarely_reduce>(x + block * length, length, k, table, ahead);
    } else {
        forward_node<Policy::always_reduce>(x + block * length, length, k, table, ahead);
    }
}

void ntt_forward_block(double* x, std::size_t block, const NttTable& table, const double* const* ahead,
                       std::size_t count) {
    Ahead streams{ahead, count};
    forward_block(x, block, table, streams);
}

void ntt_forward(double* x, const NttTable& table) {
    ntt_forward_top(x, table);
    NothingAhead nothing;
    for (std::size_t block = 0; block < table.blocks(); ++block) forward_block(x, block, table, nothing);
}

void ntt_inverse(double* out, const double* in, double c, const NttTable& table) {
    const bool narrow = table.modulus().value() < inverse_limit;
    (narrow ? inverse_root<Policy::rarely_reduce> : inverse_root<Policy::always_reduce>)(out, in, c, table);
}

}  // namespace
}  // namespace tacit::math::TACIT_TARGET_NAMESPACE
