// Arithmetic modulo one prime p < 2^49 on vectors of doubles, and sums of products without reductions.
// Included once per target (no include guard).

namespace tacit::math::TACIT_TARGET_NAMESPACE {
namespace {

/// Adding and subtracting it rounds any |x| < 2^51 to the nearest integer, ties to even: the doubles in
/// [2^52, 2^53) are the integers. One fused multiply-add makes the quotient's only rounding.
constexpr double rounder = 0x1.8p52;

/// The constants of one prime, in every lane.
struct Prime {
    Vec p;
    Vec inverse;
    Vec rounder;
};

HWY_INLINE Prime broadcast(const Modulus& m) { return {set(m.p()), set(m.inverse_p()), set(rounder)}; }

/// round(a / p) up to relative errors of a few 2^-53. Precondition: |a/p| < 2^51.
HWY_INLINE Vec quotient(Vec a, const Prime& m) { return sub(fma(a, m.inverse, m.rounder), m.rounder); }

/// a mod p for an integer double a (above 2^53 a multiple of its unit in the last place) with |a/p| < 2^51:
/// |result| <= (1/2 + |a/p| 2^-53) p. The subtraction is exact, since the result is an integer below 2^53.
HWY_INLINE Vec reduced(Vec a, const Prime& m) { return fnma(quotient(a, m), m.p, a); }

/// a*b mod p. Precondition: |ab/p| < 2^51.
///
/// With high = fl(ab), low = ab - high exactly; the quotient q = round(high * fl(1/p)) differs from ab/p by
/// at most 1/2 + 2 |ab/p| 2^-53, so for |a| <= c p and |b| <= p/2: |result| <= (1/2 + c p 2^-53) p.
HWY_INLINE Vec product(Vec a, Vec b, const Prime& m) {
    const Vec high = mul(a, b);
    const Vec q = quotient(high, m);
    const Vec low = fms(a, b, high);
    return add(fnma(q, m.p, high), low);
}

/// A sum of products, exact and without reduction of the terms: `high` runs over the multiples of 2^49
/// between 2^101 and 2^102, where these are the doubles, and `low` collects what each term rounds away.
///
/// For |x| <= 0.54 * 2^49 and |c| <= 0.54 p a term is below 2^96.3, and max_terms of them stay below
/// 2^100 = the room of `high` on either side. Each adds at most 2^48 to |low|, which starts at no more
/// than 2^49; so |low| < 2^52.
struct Sum {
    Vec high;
    Vec low;
};
constexpr std::size_t max_terms = 12;
constexpr double grid = 0x1.8p101;

HWY_INLINE Sum sum_from(Vec start) { return {set(grid), start}; }

HWY_INLINE void add_product(Sum& sum, Vec x, Vec c) {
    const Vec next = fma(x, c, sum.high);
    sum.low = add(sum.low, fms(x, c, sub(next, sum.high)));
    sum.high = next;
}

/// The sum mod p. |high/p| <= 12 * 0.54^2 * 2^49 < 2^50.9, so it reduces to less than 0.8 p; adding `low`
/// stays below 2^53, and the second reduction leaves |result| <= (1/2 + 2^-49) p.
HWY_INLINE Vec total(const Sum& sum, const Prime& m) {
    return reduced(add(reduced(sub(sum.high, set(grid)), m), sum.low), m);
}

}  // namespace
}  // namespace tacit::math::TACIT_TARGET_NAMESPACE
