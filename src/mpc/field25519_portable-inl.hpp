// One lane in plain C++. Included once per target (no include guard).

namespace tacit::mpc::ristretto::TACIT_TARGET_NAMESPACE {
namespace {

using V = std::uint64_t;
__extension__ using Wide = unsigned __int128;

constexpr std::size_t lanes = 1;
constexpr std::uint64_t limb_mask = (std::uint64_t{1} << 51) - 1;

struct Field {
    V limb[5];
};

V add_times_19(V x, V y) { return x + 19 * y; }

/// Of columns whose limbs were below 2^52: r4, five products of no 19, is below 2^107 with what comes from r3, so what
/// returns from it is below 19 2^56 < 2^61, and limb 1 gets less than 2^10 of that.
[[gnu::always_inline]] inline Field reduced(Wide r0, Wide r1, Wide r2, Wide r3, Wide r4) {
    const auto low = [](Wide x) { return static_cast<V>(x) & limb_mask; };
    const auto high = [](Wide x) { return static_cast<V>(x >> 51); };
    r1 += high(r0);
    r2 += high(r1);
    r3 += high(r2);
    r4 += high(r3);
    const V first = low(r0) + 19 * high(r4);
    return {{first & limb_mask, low(r1) + (first >> 51), low(r2), low(r3), low(r4)}};
}

Wide product_of(V a, V b) { return static_cast<Wide>(a) * b; }

Field multiply(const Field& a, const Field& b) {
    const auto [a0, a1, a2, a3, a4] = a.limb;
    const auto [b0, b1, b2, b3, b4] = b.limb;
    const V c1 = 19 * b1, c2 = 19 * b2, c3 = 19 * b3, c4 = 19 * b4;
    const auto m = product_of;
    return reduced(m(a0, b0) + m(a1, c4) + m(a2, c3) + m(a3, c2) + m(a4, c1),
                   m(a0, b1) + m(a1, b0) + m(a2, c4) + m(a3, c3) + m(a4, c2),
                   m(a0, b2) + m(a1, b1) + m(a2, b0) + m(a3, c4) + m(a4, c3),
                   m(a0, b3) + m(a1, b2) + m(a2, b1) + m(a3, b0) + m(a4, c4),
                   m(a0, b4) + m(a1, b3) + m(a2, b2) + m(a3, b1) + m(a4, b0));
}

Field square(const Field& a) {
    const auto [a0, a1, a2, a3, a4] = a.limb;
    const V d0 = 2 * a0, d1 = 2 * a1, d2 = 2 * a2, c3 = 19 * a3, c4 = 19 * a4;
    const auto m = product_of;
    return reduced(m(a0, a0) + m(d1, c4) + m(d2, c3),      //
                   m(d0, a1) + m(d2, c4) + m(a3, c3),      //
                   m(d0, a2) + m(a1, a1) + m(2 * a3, c4),  //
                   m(d0, a3) + m(d1, a2) + m(a4, c4),      //
                   m(d0, a4) + m(d1, a3) + m(a2, a2));
}

/// row[column], by a scan.
V looked_up(const std::uint64_t (&row)[8], V column) {
    V word = 0;
    for (std::size_t i = 0; i < 8; ++i) {
        const V other = column ^ i;
        word |= row[i] & (((other | (0 - other)) >> 63) - 1);
    }
    return word;
}

}  // namespace
}  // namespace tacit::mpc::ristretto::TACIT_TARGET_NAMESPACE
