// The curve -x^2 + y^2 = 1 + d x^2 y^2 over that field, one point in every lane, by the complete formulas of [HWCD08].
// Included once per target (no include guard), after field25519-inl.hpp.

namespace tacit::mpc::ristretto::TACIT_TARGET_NAMESPACE {
namespace {

/// (x / z, y / z), t = x y / z.
struct Extended {
    Field x, y, z, t;
};

/// What an addition needs of its second operand.
struct Cached {
    Field sum;         ///< y + x
    Field difference;  ///< y - x
    Field twice_z;
    Field twice_dt;  ///< 2 d t
};

/// A result before its last products: x = e f, y = g h, z = f g, t = e h.
struct Factors {
    Field e, f, g, h;
};

Extended identity() { return {constant(zero_limbs), constant(one_limbs), constant(one_limbs), constant(zero_limbs)}; }
Cached cached_identity() {
    return {constant(one_limbs), constant(one_limbs), constant(two_limbs), constant(zero_limbs)};
}

Cached cached(const Extended& p) {
    return {add(p.y, p.x), subtract(p.y, p.x), add(p.z, p.z), multiply(p.t, constant(twice_d_limbs))};
}

Extended extended(const Factors& p) {
    return {multiply(p.e, p.f), multiply(p.g, p.h), multiply(p.f, p.g), multiply(p.e, p.h)};
}

/// 7 products; reads no t. The signs of f and h are the other ones, which leaves the point.
Factors doubled(const Extended& p) {
    const Field xx = square(p.x);
    const Field yy = square(p.y);
    const Field zz = square(p.z);
    const Field xy = multiply(p.x, p.y);
    Field f;  // 2 z^2 + x^2 - y^2
    for (std::size_t i = 0; i < 5; ++i) {
        f.limb[i] = zz.limb[i] + zz.limb[i] + xx.limb[i] + twice_p(i) - yy.limb[i];
    }
    return {add(xy, xy), carried(f), subtract(yy, xx), add(xx, yy)};
}

Factors sum(const Extended& p, const Cached& q) {
    const Field a = multiply(subtract(p.y, p.x), q.difference);
    const Field b = multiply(add(p.y, p.x), q.sum);
    const Field c = multiply(p.t, q.twice_dt);
    const Field d = multiply(p.z, q.twice_z);
    return {subtract(b, a), subtract(d, c), add(d, c), add(b, a)};
}

Extended times_16(Factors p) {
    for (int i = 0; i < 4; ++i) {
        p = doubled({multiply(p.e, p.f), multiply(p.g, p.h), multiply(p.f, p.g), {}});
    }
    return extended(p);
}

/// A lane's signed digit in [-8, 8], as masks.
struct Digit {
    V magnitude;
    V is_negative;
};
Digit digit_of(V digit) {
    const V is_negative = splat(0) - (digit >> 63);
    return {(digit ^ is_negative) - is_negative, is_negative};
}
V is_equal(V a, V b) {
    const V other = a ^ b;
    return ((other | (splat(0) - other)) >> 63) - splat(1);
}

Cached negated_if(V mask, const Cached& p) {
    return {select(mask, p.difference, p.sum), select(mask, p.sum, p.difference), p.twice_z,
            negated_if(mask, p.twice_dt)};
}

using Multiples = std::array<Cached, 8>;  // 1 to 8 times a point

Multiples multiples_of(const Extended& p) {
    Multiples table;
    table[0] = cached(p);
    Extended multiple = p;
    for (std::size_t i = 1; i < 8; ++i) {
        multiple = extended(sum(multiple, table[0]));
        table[i] = cached(multiple);
    }
    return table;
}

/// digit times the point; reads the whole table.
Cached chosen(const Multiples& table, Digit digit) {
    const Cached none = cached_identity();
    const V is_none = is_equal(digit.magnitude, splat(0));
    V is_entry[8];
    for (std::size_t i = 0; i < 8; ++i) is_entry[i] = is_equal(digit.magnitude, splat(i + 1));
    Cached entry;
    for (Field Cached::*const field : {&Cached::sum, &Cached::difference, &Cached::twice_z, &Cached::twice_dt}) {
        for (std::size_t limb = 0; limb < 5; ++limb) {
            V word = (none.*field).limb[limb] & is_none;
            for (std::size_t i = 0; i < 8; ++i) word |= (table[i].*field).limb[limb] & is_entry[i];
            (entry.*field).limb[limb] = word;
        }
    }
    return negated_if(digit.is_negative, entry);
}

/// The same scalar for every lane.
Extended product(const Digits& digits, const Extended& p) {
    const Multiples table = multiples_of(p);
    const auto at = [&](std::size_t i) {
        return chosen(table, digit_of(splat(static_cast<std::uint64_t>(digits[i]))));
    };
    Factors result = sum(identity(), at(digits.size() - 1));
    for (std::size_t i = digits.size() - 1; i-- > 0;) result = sum(times_16(result), at(i));
    return extended(result);
}

}  // namespace
}  // namespace tacit::mpc::ristretto::TACIT_TARGET_NAMESPACE
