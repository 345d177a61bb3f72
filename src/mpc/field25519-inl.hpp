// The field of 2^255 - 19 elements in every lane of a vector V of 64-bit words. Included once per target (no include
// guard), after V, lanes, add_times_19, multiply and square of that target.
//
// An element is sum_i limb[i] 2^(51 i). Between operations limbs are below 2^51 + 2^14, so the value is below 2p: each
// operation below takes such limbs and gives such limbs, by a round of carries of its own.

namespace tacit::mpc::ristretto::TACIT_TARGET_NAMESPACE {
namespace {

using Limbs = std::array<std::uint64_t, 5>;

constexpr Limbs zero_limbs{0, 0, 0, 0, 0};
constexpr Limbs one_limbs{1, 0, 0, 0, 0};
constexpr Limbs two_limbs{2, 0, 0, 0, 0};
/// -121665 / 121666, and what RFC 9496, 4.1 derives from it.
constexpr Limbs d_limbs{0x34dca135978a3, 0x1a8283b156ebd, 0x5e7a26001c029, 0x739c663a03cbb, 0x52036cee2b6ff};
constexpr Limbs twice_d_limbs{0x69b9426b2f159, 0x35050762add7a, 0x3cf44c0038052, 0x6738cc7407977, 0x2406d9dc56dff};
constexpr Limbs sqrt_m1_limbs{0x61b274a0ea0b0, 0x0d5a5fc8f189d, 0x7ef5e9cbd0c60, 0x78595a6804c9e, 0x2b8324804fc1d};
constexpr Limbs one_minus_d_squared_limbs{0x409c1945fc176, 0x719abc6a1fc4f, 0x1c37f90b20684, 0x06bccca55eedf,
                                          0x029072a8b2b3e};
constexpr Limbs d_minus_one_squared_limbs{0x55aaa44ed4d20, 0x59603c3332635, 0x26d3baf4a7928, 0x120a66e6997a9,
                                          0x5968b37af66c2};
constexpr Limbs sqrt_ad_minus_one_limbs{0x7f6a0497b2e1b, 0x1836f0a97afd2, 0x7d747f6be7638, 0x456079e7e6498,
                                        0x376931bf2b834};
constexpr Limbs inverse_sqrt_a_minus_d_limbs{0x0fdaa805d40ea, 0x2eb482e57d339, 0x007610274bc58, 0x6510b613dc8ff,
                                             0x786c8905cfaff};

V splat(std::uint64_t word) { return V{} + word; }

Field constant(const Limbs& limbs) {
    return {{splat(limbs[0]), splat(limbs[1]), splat(limbs[2]), splat(limbs[3]), splat(limbs[4])}};
}

/// Of any limbs below 2^60: what goes from one limb to the next is below 2^9, and comes back below 19 2^9.
Field carried(const Field& x) {
    const V low = splat(limb_mask);
    Field y;
    y.limb[0] = add_times_19(x.limb[0] & low, x.limb[4] >> 51);
    for (std::size_t i = 1; i < 5; ++i) y.limb[i] = (x.limb[i] & low) + (x.limb[i - 1] >> 51);
    return y;
}

Field add(const Field& a, const Field& b) {
    Field sum;
    for (std::size_t i = 0; i < 5; ++i) sum.limb[i] = a.limb[i] + b.limb[i];
    return carried(sum);
}

/// The limbs of 2p, which are above those of any element: what they add to does not become negative.
V twice_p(std::size_t i) { return splat(i == 0 ? 2 * (limb_mask - 18) : 2 * limb_mask); }

Field subtract(const Field& a, const Field& b) {
    Field difference;
    for (std::size_t i = 0; i < 5; ++i) difference.limb[i] = a.limb[i] + twice_p(i) - b.limb[i];
    return carried(difference);
}

Field negated(const Field& a) { return subtract(constant(zero_limbs), a); }

V select(V mask, V where_set, V otherwise) { return (where_set & mask) | (otherwise & ~mask); }

Field select(V mask, const Field& where_set, const Field& otherwise) {
    Field chosen;
    for (std::size_t i = 0; i < 5; ++i) chosen.limb[i] = select(mask, where_set.limb[i], otherwise.limb[i]);
    return chosen;
}

/// The integer in [0, p): limbs below 2^51. The value is below 2p, so p is taken off at most once, which is so if the
/// value plus 19 reaches 2^255. Limbs up to 2^52 will do; of a value from 2^255 on that is not below 2p, something
/// else.
Field canonical(const Field& x) {
    V carry = (x.limb[0] + 19) >> 51;
    for (std::size_t i = 1; i < 5; ++i) carry = (x.limb[i] + carry) >> 51;
    Field y;
    carry = add_times_19(splat(0), carry);
    for (std::size_t i = 0; i < 5; ++i) {
        const V sum = x.limb[i] + carry;
        y.limb[i] = sum & splat(limb_mask);
        carry = sum >> 51;
    }
    return y;
}

/// All bits set where the limbs are all 0.
V limbs_are_zero(const Field& x) {
    const V any = x.limb[0] | x.limb[1] | x.limb[2] | x.limb[3] | x.limb[4];
    return ((any | (splat(0) - any)) >> 63) - splat(1);
}

V same_limbs(const Field& a, const Field& b) {
    Field other;
    for (std::size_t i = 0; i < 5; ++i) other.limb[i] = a.limb[i] ^ b.limb[i];
    return limbs_are_zero(other);
}

V is_zero(const Field& x) { return limbs_are_zero(canonical(x)); }
V is_equal(const Field& a, const Field& b) { return is_zero(subtract(a, b)); }
/// Odd, that is: RFC 9496, 4.1.
V is_negative(const Field& x) { return splat(0) - (canonical(x).limb[0] & splat(1)); }
Field negated_if(V mask, const Field& x) { return select(mask, negated(x), x); }
Field absolute(const Field& x) { return negated_if(is_negative(x), x); }

Field squared(Field x, int times) {
    for (int i = 0; i < times; ++i) x = square(x);
    return x;
}

/// x^(2^250 - 1) and x^11, on the way to the two powers that are needed.
struct Powers {
    Field ones;
    Field eleventh;
};
Powers powers(const Field& x) {
    const Field x2 = square(x);
    const Field x9 = multiply(x, squared(x2, 2));
    const Field x11 = multiply(x2, x9);
    const Field ones5 = multiply(square(x11), x9);
    const Field ones10 = multiply(squared(ones5, 5), ones5);
    const Field ones20 = multiply(squared(ones10, 10), ones10);
    const Field ones40 = multiply(squared(ones20, 20), ones20);
    const Field ones50 = multiply(squared(ones40, 10), ones10);
    const Field ones100 = multiply(squared(ones50, 50), ones50);
    const Field ones200 = multiply(squared(ones100, 100), ones100);
    return {multiply(squared(ones200, 50), ones50), x11};
}

/// x^(p - 2); 0 of 0.
Field inverse(const Field& x) {
    const Powers p = powers(x);
    return multiply(squared(p.ones, 5), p.eleventh);
}

/// The nonnegative root of u / v where that is a square, elsewhere of sqrt(-1) u / v: SQRT_RATIO_M1 of RFC 9496, 4.2.
struct Root {
    V is_square;
    Field root;
};
Root root_of_ratio(const Field& u, const Field& v) {
    const Field v3 = multiply(square(v), v);
    const Field uv7 = multiply(multiply(square(v3), v), u);
    const Field power = multiply(squared(powers(uv7).ones, 2), uv7);  // ^((p - 5) / 8)
    const Field r = multiply(multiply(u, v3), power);
    const Field check = multiply(v, square(r));
    const Field root_m1 = constant(sqrt_m1_limbs);
    const V correct = is_equal(check, u);
    const Field minus_u = negated(u);
    const V flipped = is_equal(check, minus_u);
    const V flipped_i = is_equal(check, multiply(minus_u, root_m1));
    return {correct | flipped, absolute(select(flipped | flipped_i, multiply(r, root_m1), r))};
}

}  // namespace
}  // namespace tacit::mpc::ristretto::TACIT_TARGET_NAMESPACE
