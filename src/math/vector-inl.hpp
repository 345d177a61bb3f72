// One vector of doubles on the target being compiled: the only file that knows Highway.
// Included once per target (no include guard), between HWY_BEFORE_NAMESPACE and HWY_AFTER_NAMESPACE.
//
// A vector holds one or two groups of four lanes, because the transforms' last layers work on 4x4 blocks:
// `groups` tells which.

namespace tacit::math::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

#if HWY_MAX_BYTES >= 32

using D = hn::CappedTag<double, 8>;
using Half = hn::Half<D>;
using Vec = hn::Vec<D>;
constexpr std::size_t lanes = hn::MaxLanes(D());

HWY_INLINE Vec load(const double* x) { return hn::Load(D(), x); }
HWY_INLINE void store(double* x, Vec a) { hn::Store(a, D(), x); }
HWY_INLINE Vec set(double a) { return hn::Set(D(), a); }
HWY_INLINE Vec add(Vec a, Vec b) { return hn::Add(a, b); }
HWY_INLINE Vec sub(Vec a, Vec b) { return hn::Sub(a, b); }
HWY_INLINE Vec mul(Vec a, Vec b) { return hn::Mul(a, b); }
/// a*b + c, a*b - c and c - a*b with one rounding.
HWY_INLINE Vec fma(Vec a, Vec b, Vec c) { return hn::MulAdd(a, b, c); }
HWY_INLINE Vec fms(Vec a, Vec b, Vec c) { return hn::MulSub(a, b, c); }
HWY_INLINE Vec fnma(Vec a, Vec b, Vec c) { return hn::NegMulAdd(a, b, c); }

#if HWY_TARGET <= HWY_AVX3

/// Four doubles from each address; the second ones in the upper half.
HWY_INLINE Vec load_halves(const double* lower, const double* upper) {
    return hn::Combine(D(), hn::Load(Half(), upper), hn::Load(Half(), lower));
}
HWY_INLINE void store_halves(double* lower, double* upper, Vec a) {
    hn::Store(hn::LowerHalf(Half(), a), Half(), lower);
    hn::Store(hn::UpperHalf(Half(), a), Half(), upper);
}
/// lower[0] in the first group of lanes, upper[0] in the second.
HWY_INLINE Vec set_halves(const double* lower, const double* upper) {
    return hn::Combine(D(), hn::Set(Half(), *upper), hn::Set(Half(), *lower));
}
/// In each half: the lower (upper) 128 bits of a, then those of b.
HWY_INLINE Vec lower_blocks(Vec a, Vec b) {
    return Vec{_mm512_permutex2var_pd(a.raw, _mm512_setr_epi64(0, 1, 8, 9, 4, 5, 12, 13), b.raw)};
}
HWY_INLINE Vec upper_blocks(Vec a, Vec b) {
    return Vec{_mm512_permutex2var_pd(a.raw, _mm512_setr_epi64(2, 3, 10, 11, 6, 7, 14, 15), b.raw)};
}

#else

HWY_INLINE Vec load_halves(const double* lower, const double*) { return load(lower); }
HWY_INLINE void store_halves(double* lower, double*, Vec a) { store(lower, a); }
HWY_INLINE Vec set_halves(const double* lower, const double*) { return set(*lower); }
HWY_INLINE Vec lower_blocks(Vec a, Vec b) { return hn::ConcatLowerLower(D(), b, a); }
HWY_INLINE Vec upper_blocks(Vec a, Vec b) { return hn::ConcatUpperUpper(D(), b, a); }

#endif

/// Transposes the 4x4 matrix that each group of lanes forms.
HWY_INLINE void transpose(Vec& a, Vec& b, Vec& c, Vec& d) {
    const Vec ab0 = hn::InterleaveLower(D(), a, b), ab1 = hn::InterleaveUpper(D(), a, b);
    const Vec cd0 = hn::InterleaveLower(D(), c, d), cd1 = hn::InterleaveUpper(D(), c, d);
    a = lower_blocks(ab0, cd0);
    b = lower_blocks(ab1, cd1);
    c = upper_blocks(ab0, cd0);
    d = upper_blocks(ab1, cd1);
}

HWY_INLINE Vec gather(const double* x, const std::uint32_t* index) {
    const hn::Rebind<std::uint64_t, D> wide;
    const hn::Rebind<std::uint32_t, D> narrow;
    const hn::Rebind<std::int64_t, D> as_signed;
    return hn::GatherIndex(D(), x, hn::BitCast(as_signed, hn::PromoteTo(wide, hn::LoadU(narrow, index))));
}

#else  // 128-bit targets: a vector is a pair

using D = hn::CappedTag<double, 2>;
using Pair = hn::Vec<D>;
struct Vec {
    Pair lo;
    Pair hi;
};
constexpr std::size_t lanes = 4;

HWY_INLINE Vec load(const double* x) { return {hn::Load(D(), x), hn::Load(D(), x + 2)}; }
HWY_INLINE void store(double* x, Vec a) {
    hn::Store(a.lo, D(), x);
    hn::Store(a.hi, D(), x + 2);
}
HWY_INLINE Vec set(double a) { return {hn::Set(D(), a), hn::Set(D(), a)}; }
HWY_INLINE Vec add(Vec a, Vec b) { return {hn::Add(a.lo, b.lo), hn::Add(a.hi, b.hi)}; }
HWY_INLINE Vec sub(Vec a, Vec b) { return {hn::Sub(a.lo, b.lo), hn::Sub(a.hi, b.hi)}; }
HWY_INLINE Vec mul(Vec a, Vec b) { return {hn::Mul(a.lo, b.lo), hn::Mul(a.hi, b.hi)}; }
HWY_INLINE Vec fma(Vec a, Vec b, Vec c) { return {hn::MulAdd(a.lo, b.lo, c.lo), hn::MulAdd(a.hi, b.hi, c.hi)}; }
HWY_INLINE Vec fms(Vec a, Vec b, Vec c) { return {hn::MulSub(a.lo, b.lo, c.lo), hn::MulSub(a.hi, b.hi, c.hi)}; }
HWY_INLINE Vec fnma(Vec a, Vec b, Vec c) {
    return {hn::NegMulAdd(a.lo, b.lo, c.lo), hn::NegMulAdd(a.hi, b.hi, c.hi)};
}
HWY_INLINE Vec load_halves(const double* lower, const double*) { return load(lower); }
HWY_INLINE void store_halves(double* lower, double*, Vec a) { store(lower, a); }
HWY_INLINE Vec set_halves(const double* lower, const double*) { return set(*lower); }

HWY_INLINE void transpose(Vec& a, Vec& b, Vec& c, Vec& d) {
    const auto lower = [](Pair x, Pair y) HWY_ATTR { return hn::InterleaveLower(D(), x, y); };
    const auto upper = [](Pair x, Pair y) HWY_ATTR { return hn::InterleaveUpper(D(), x, y); };
    const Vec a0 = {lower(a.lo, b.lo), lower(c.lo, d.lo)}, b0 = {upper(a.lo, b.lo), upper(c.lo, d.lo)};
    const Vec c0 = {lower(a.hi, b.hi), lower(c.hi, d.hi)}, d0 = {upper(a.hi, b.hi), upper(c.hi, d.hi)};
    a = a0;
    b = b0;
    c = c0;
    d = d0;
}

HWY_INLINE Vec gather(const double* x, const std::uint32_t* index) {
    alignas(64) const double values[4] = {x[index[0]], x[index[1]], x[index[2]], x[index[3]]};
    return load(values);
}

#endif

constexpr std::size_t groups = lanes / 4;

}  // namespace
}  // namespace tacit::math::HWY_NAMESPACE
