// Vectors of doubles on the target being compiled: the only file that knows Highway.
// Included once per target (no include guard), between HWY_BEFORE_NAMESPACE and HWY_AFTER_NAMESPACE.
//
// A vector is a pair of registers, because one chain of dependent operations would leave the units for
// multiplication half idle. In the transforms' last layers it stands for `groups` groups of four lanes,
// which belong to as many blocks of 16 points.

namespace tacit::math::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<double, 8>;
using Register = hn::Vec<D>;
struct Vec {
    Register lo;
    Register hi;
};

constexpr std::size_t register_lanes = hn::MaxLanes(D());
constexpr std::size_t lanes = 2 * register_lanes;
constexpr std::size_t groups = lanes / 4;

HWY_INLINE Register load_register(const double* x) { return hn::Load(D(), x); }
HWY_INLINE void store_register(double* x, Register a) { hn::Store(a, D(), x); }

HWY_INLINE Vec load(const double* x) { return {load_register(x), load_register(x + register_lanes)}; }
HWY_INLINE void store(double* x, Vec a) {
    store_register(x, a.lo);
    store_register(x + register_lanes, a.hi);
}
HWY_INLINE Vec set(double a) {
    const Register both = hn::Set(D(), a);
    return {both, both};
}
HWY_INLINE Vec add(Vec a, Vec b) { return {hn::Add(a.lo, b.lo), hn::Add(a.hi, b.hi)}; }
HWY_INLINE Vec sub(Vec a, Vec b) { return {hn::Sub(a.lo, b.lo), hn::Sub(a.hi, b.hi)}; }
HWY_INLINE Vec mul(Vec a, Vec b) { return {hn::Mul(a.lo, b.lo), hn::Mul(a.hi, b.hi)}; }
/// a*b + c, a*b - c and c - a*b with one rounding.
HWY_INLINE Vec fma(Vec a, Vec b, Vec c) { return {hn::MulAdd(a.lo, b.lo, c.lo), hn::MulAdd(a.hi, b.hi, c.hi)}; }
HWY_INLINE Vec fms(Vec a, Vec b, Vec c) { return {hn::MulSub(a.lo, b.lo, c.lo), hn::MulSub(a.hi, b.hi, c.hi)}; }
HWY_INLINE Vec fnma(Vec a, Vec b, Vec c) { return {hn::NegMulAdd(a.lo, b.lo, c.lo), hn::NegMulAdd(a.hi, b.hi, c.hi)}; }

// What depends on the size of a register, for eight, four and two lanes:
//   load_rows, store_rows   four doubles at x, x + 16, x + 32, ...: a row of each group's 4x4 block
//   set_groups              w[0] in the first group of lanes, w[stride] in the second, ...
//   load_columns            lane i of a, b, c, d = x[4i], x[4i+1], x[4i+2], x[4i+3]; store_columns its inverse;
//                           `mirrored` counts the lanes from the last one down
#if HWY_MAX_BYTES >= 64

using Half = hn::Half<D>;

HWY_INLINE Register combine(hn::Vec<Half> lower, hn::Vec<Half> upper) { return hn::Combine(D(), upper, lower); }

HWY_INLINE Vec load_rows(const double* x) {
    return {combine(hn::Load(Half(), x), hn::Load(Half(), x + 16)),
            combine(hn::Load(Half(), x + 32), hn::Load(Half(), x + 48))};
}
HWY_INLINE void store_rows(double* x, Vec a) {
    hn::Store(hn::LowerHalf(Half(), a.lo), Half(), x);
    hn::Store(hn::UpperHalf(Half(), a.lo), Half(), x + 16);
    hn::Store(hn::LowerHalf(Half(), a.hi), Half(), x + 32);
    hn::Store(hn::UpperHalf(Half(), a.hi), Half(), x + 48);
}
HWY_INLINE Vec set_groups(const double* w, std::ptrdiff_t stride) {
    return {combine(hn::Set(Half(), w[0]), hn::Set(Half(), w[stride])),
            combine(hn::Set(Half(), w[2 * stride]), hn::Set(Half(), w[3 * stride]))};
}

/// Lanes i0..i7 of the 16 lanes of a and b.
template <int i0, int i1, int i2, int i3, int i4, int i5, int i6, int i7>
HWY_INLINE Register pick(Register a, Register b) {
    return Register{_mm512_permutex2var_pd(a.raw, _mm512_setr_epi64(i0, i1, i2, i3, i4, i5, i6, i7), b.raw)};
}
template <bool mirrored>
HWY_INLINE Register even_lanes(Register a, Register b) {
    if constexpr (mirrored) return pick<14, 12, 10, 8, 6, 4, 2, 0>(a, b);
    return pick<0, 2, 4, 6, 8, 10, 12, 14>(a, b);
}
template <bool mirrored>
HWY_INLINE Register odd_lanes(Register a, Register b) {
    if constexpr (mirrored) return pick<15, 13, 11, 9, 7, 5, 3, 1>(a, b);
    return pick<1, 3, 5, 7, 9, 11, 13, 15>(a, b);
}

template <bool mirrored>
HWY_INLINE void load_register_columns(const double* x, Register& a, Register& b, Register& c, Register& d) {
    const Register x0 = load_register(x), x1 = load_register(x + 8);
    const Register x2 = load_register(x + 16), x3 = load_register(x + 24);
    const Register even0 = even_lanes<false>(x0, x1), even1 = even_lanes<false>(x2, x3);
    const Register odd0 = odd_lanes<false>(x0, x1), odd1 = odd_lanes<false>(x2, x3);
    a = even_lanes<mirrored>(even0, even1);
    b = even_lanes<mirrored>(odd0, odd1);
    c = odd_lanes<mirrored>(even0, even1);
    d = odd_lanes<mirrored>(odd0, odd1);
}

/// a and b interleaved: their first four lanes, or their last four; `mirrored` from the last lane down.
template <bool mirrored>
HWY_INLINE Register zip_first(Register a, Register b) {
    if constexpr (mirrored) return pick<7, 15, 6, 14, 5, 13, 4, 12>(a, b);
    return pick<0, 8, 1, 9, 2, 10, 3, 11>(a, b);
}
template <bool mirrored>
HWY_INLINE Register zip_last(Register a, Register b) {
    if constexpr (mirrored) return pick<3, 11, 2, 10, 1, 9, 0, 8>(a, b);
    return pick<4, 12, 5, 13, 6, 14, 7, 15>(a, b);
}

template <bool mirrored>
HWY_INLINE void store_register_columns(double* x, Register a, Register b, Register c, Register d) {
    const Register ab0 = zip_first<mirrored>(a, b), ab1 = zip_last<mirrored>(a, b);
    const Register cd0 = zip_first<mirrored>(c, d), cd1 = zip_last<mirrored>(c, d);
    store_register(x, pick<0, 1, 8, 9, 2, 3, 10, 11>(ab0, cd0));
    store_register(x + 8, pick<4, 5, 12, 13, 6, 7, 14, 15>(ab0, cd0));
    store_register(x + 16, pick<0, 1, 8, 9, 2, 3, 10, 11>(ab1, cd1));
    store_register(x + 24, pick<4, 5, 12, 13, 6, 7, 14, 15>(ab1, cd1));
}

#elif HWY_MAX_BYTES >= 32

using Half = hn::Half<D>;

HWY_INLINE Vec load_rows(const double* x) { return {load_register(x), load_register(x + 16)}; }
HWY_INLINE void store_rows(double* x, Vec a) {
    store_register(x, a.lo);
    store_register(x + 16, a.hi);
}
HWY_INLINE Vec set_groups(const double* w, std::ptrdiff_t stride) {
    return {hn::Set(D(), w[0]), hn::Set(D(), w[stride])};
}

/// Two doubles from each address: these take fewer shuffles than whole registers.
HWY_INLINE Register load_halves(const double* lower, const double* upper) {
    return hn::Combine(D(), hn::Load(Half(), upper), hn::Load(Half(), lower));
}
HWY_INLINE void store_halves(double* lower, double* upper, Register a) {
    hn::Store(hn::LowerHalf(Half(), a), Half(), lower);
    hn::Store(hn::UpperHalf(Half(), a), Half(), upper);
}

template <bool mirrored>
HWY_INLINE void load_register_columns(const double* x, Register& a, Register& b, Register& c, Register& d) {
    const double* const x0 = x + (mirrored ? 12 : 0);
    const double* const x1 = x + (mirrored ? 8 : 4);
    const double* const x2 = x + (mirrored ? 4 : 8);
    const double* const x3 = x + (mirrored ? 0 : 12);
    const Register ab02 = load_halves(x0, x2), ab13 = load_halves(x1, x3);
    const Register cd02 = load_halves(x0 + 2, x2 + 2), cd13 = load_halves(x1 + 2, x3 + 2);
    a = hn::InterleaveLower(D(), ab02, ab13);
    b = hn::InterleaveUpper(D(), ab02, ab13);
    c = hn::InterleaveLower(D(), cd02, cd13);
    d = hn::InterleaveUpper(D(), cd02, cd13);
}

template <bool mirrored>
HWY_INLINE void store_register_columns(double* x, Register a, Register b, Register c, Register d) {
    double* const x0 = x + (mirrored ? 12 : 0);
    double* const x1 = x + (mirrored ? 8 : 4);
    double* const x2 = x + (mirrored ? 4 : 8);
    double* const x3 = x + (mirrored ? 0 : 12);
    store_halves(x0, x2, hn::InterleaveLower(D(), a, b));
    store_halves(x1, x3, hn::InterleaveUpper(D(), a, b));
    store_halves(x0 + 2, x2 + 2, hn::InterleaveLower(D(), c, d));
    store_halves(x1 + 2, x3 + 2, hn::InterleaveUpper(D(), c, d));
}

#else

HWY_INLINE Vec load_rows(const double* x) { return load(x); }
HWY_INLINE void store_rows(double* x, Vec a) { store(x, a); }
HWY_INLINE Vec set_groups(const double* w, std::ptrdiff_t) { return set(*w); }

template <bool mirrored>
HWY_INLINE void load_register_columns(const double* x, Register& a, Register& b, Register& c, Register& d) {
    const double* const x0 = x + (mirrored ? 4 : 0);
    const double* const x1 = x + (mirrored ? 0 : 4);
    const Register ab0 = load_register(x0), ab1 = load_register(x1);
    const Register cd0 = load_register(x0 + 2), cd1 = load_register(x1 + 2);
    a = hn::InterleaveLower(D(), ab0, ab1);
    b = hn::InterleaveUpper(D(), ab0, ab1);
    c = hn::InterleaveLower(D(), cd0, cd1);
    d = hn::InterleaveUpper(D(), cd0, cd1);
}

template <bool mirrored>
HWY_INLINE void store_register_columns(double* x, Register a, Register b, Register c, Register d) {
    double* const x0 = x + (mirrored ? 4 : 0);
    double* const x1 = x + (mirrored ? 0 : 4);
    store_register(x0, hn::InterleaveLower(D(), a, b));
    store_register(x1, hn::InterleaveUpper(D(), a, b));
    store_register(x0 + 2, hn::InterleaveLower(D(), c, d));
    store_register(x1 + 2, hn::InterleaveUpper(D(), c, d));
}

#endif

template <bool mirrored>
HWY_INLINE void load_columns(const double* x, Vec& a, Vec& b, Vec& c, Vec& d) {
    const double* const y = x + 4 * register_lanes;
    load_register_columns<mirrored>(mirrored ? y : x, a.lo, b.lo, c.lo, d.lo);
    load_register_columns<mirrored>(mirrored ? x : y, a.hi, b.hi, c.hi, d.hi);
}

template <bool mirrored>
HWY_INLINE void store_columns(double* x, Vec a, Vec b, Vec c, Vec d) {
    double* const y = x + 4 * register_lanes;
    store_register_columns<mirrored>(mirrored ? y : x, a.lo, b.lo, c.lo, d.lo);
    store_register_columns<mirrored>(mirrored ? x : y, a.hi, b.hi, c.hi, d.hi);
}

// Lane i of permuted(load_groups(x, index), index) is x[index[i]], where the indices of a register's lanes are one
// aligned group of positions, in any order.
HWY_INLINE Vec load_groups(const double* x, const std::uint32_t* index) {
    constexpr std::size_t within = register_lanes - 1;
    return {load_register(x + (index[0] & ~within)), load_register(x + (index[register_lanes] & ~within))};
}
HWY_INLINE Register permuted_register(Register a, const std::uint32_t* index) {
    const hn::Rebind<std::uint32_t, D> narrow;
    const hn::Rebind<std::uint64_t, D> wide;
    const auto lane = hn::And(hn::PromoteTo(wide, hn::LoadU(narrow, index)), hn::Set(wide, register_lanes - 1));
    return hn::TableLookupLanes(a, hn::IndicesFromVec(D(), lane));
}
HWY_INLINE Vec permuted(Vec a, const std::uint32_t* index) {
    return {permuted_register(a.lo, index), permuted_register(a.hi, index + register_lanes)};
}

}  // namespace
}  // namespace tacit::math::HWY_NAMESPACE
