// The kernels of one target, and their table. Included once per target (no include guard), after the vector: V, lanes,
// add_times_19, multiply, square, looked_up.

#include "mpc/field25519-inl.hpp"

// These need it.
#include "mpc/edwards25519-inl.hpp"

namespace tacit::mpc::ristretto::TACIT_TARGET_NAMESPACE {
namespace {

constexpr std::size_t groups = 16;  ///< of `lanes` points in a block: an inversion costs a tenth of a multiplication

/// Limbs in the order of memory, lane by lane.
struct Columns {
    std::uint64_t words[5][lanes];
};
static_assert(sizeof(Columns) == sizeof(Field));

Field load(const Columns& columns) {
    Field x;
    std::memcpy(&x, &columns, sizeof x);
    return x;
}

/// Of 32 bytes; the lowest limbs have 51 bits, the highest one 52.
void set_lane(Columns& columns, std::size_t lane, const std::byte* bytes) {
    std::uint64_t w[4];
    std::memcpy(w, bytes, sizeof w);
    columns.words[0][lane] = w[0] & limb_mask;
    columns.words[1][lane] = (w[0] >> 51 | w[1] << 13) & limb_mask;
    columns.words[2][lane] = (w[1] >> 38 | w[2] << 26) & limb_mask;
    columns.words[3][lane] = (w[2] >> 25 | w[3] << 39) & limb_mask;
    columns.words[4][lane] = w[3] >> 12;
}

void get_lane(const Columns& columns, std::size_t lane, std::byte* bytes) {
    std::uint64_t x[5];
    for (std::size_t i = 0; i < 5; ++i) x[i] = columns.words[i][lane];
    const std::uint64_t w[4] = {x[0] | x[1] << 51, x[1] >> 13 | x[2] << 38, x[2] >> 26 | x[3] << 25,
                                x[3] >> 39 | x[4] << 12};
    std::memcpy(bytes, w, sizeof w);
}

/// Up to `lanes` times 32 bytes, at a distance of `stride`; zeros in the lanes behind.
Field load_bytes(const std::byte* bytes, std::size_t n, std::size_t stride) {
    Columns columns{};
    for (std::size_t lane = 0; lane < std::min(n, lanes); ++lane) set_lane(columns, lane, bytes + lane * stride);
    return load(columns);
}

bool any_lane(V mask, std::size_t n) {
    std::uint64_t words[lanes];
    std::memcpy(words, &mask, sizeof words);
    std::uint64_t any = 0;
    for (std::size_t lane = 0; lane < std::min(n, lanes); ++lane) any |= words[lane];
    return any != 0;
}

/// RFC 9496, 4.3.1; `is_bad` where the bytes encode no element.
struct Decoded {
    Extended point;
    V is_bad;
};
Decoded decode(const Field& s) {
    const V not_canonical = ~same_limbs(s, canonical(s)) | (splat(0) - (s.limb[0] & splat(1)));  // or negative
    const Field one = constant(one_limbs);
    const Field ss = square(s);
    const Field u1 = subtract(one, ss);
    const Field u2 = add(one, ss);
    const Field u2_squared = square(u2);
    const Field v = subtract(negated(multiply(constant(d_limbs), square(u1))), u2_squared);
    const auto [is_square, root] = root_of_ratio(one, multiply(v, u2_squared));
    const Field den_x = multiply(root, u2);
    const Field den_y = multiply(multiply(root, den_x), v);
    const Field x = absolute(multiply(add(s, s), den_x));
    const Field y = multiply(u1, den_y);
    const Field t = multiply(x, y);
    return {{x, y, one, t}, not_canonical | ~is_square | is_negative(t) | is_zero(y)};
}

/// MAP of RFC 9496, 4.3.4, of 255 bits.
Extended map(const Field& t) {
    const Field one = constant(one_limbs);
    const Field d = constant(d_limbs);
    const Field r = multiply(constant(sqrt_m1_limbs), square(t));
    const Field u = multiply(add(r, one), constant(one_minus_d_squared_limbs));
    const Field v = multiply(negated(add(multiply(r, d), one)), add(r, d));
    const auto [is_square, root] = root_of_ratio(u, v);
    const Field s = select(is_square, root, negated(absolute(multiply(root, t))));
    const Field c = select(is_square, negated(one), r);
    const Field n = subtract(multiply(multiply(c, subtract(r, one)), constant(d_minus_one_squared_limbs)), v);
    const Field sv = multiply(s, v);
    const Field ss = square(s);
    const Field w0 = add(sv, sv);
    const Field w1 = multiply(n, constant(sqrt_ad_minus_one_limbs));
    const Field w2 = subtract(one, ss);
    const Field w3 = add(one, ss);
    return {multiply(w0, w3), multiply(w2, w1), multiply(w1, w3), multiply(w0, w2)};
}

Extended from_hashes(const Hash* hashes, std::size_t n) {
    Extended halves[2];
    for (std::size_t half = 0; half < 2; ++half) {
        Field t = load_bytes(hashes->data() + 32 * half, n, sizeof(Hash));
        t.limb[4] &= splat(limb_mask);
        halves[half] = map(t);
    }
    return extended(sum(halves[0], cached(halves[1])));
}

/// What the encoding of the double of a point is made of.
struct Half {
    Field e, f, g, h;
    Field eg, fh;
    Field all;     ///< e f g h, or 1 where that is 0, which is where the double is the identity
    Field before;  ///< the product of `all` of the halves before
    V is_identity;
};

Half half_of(const Extended& p, const Field& before) {
    const Field zz = square(p.z);
    const Field dtt = multiply(square(p.t), constant(d_limbs));
    const Field xy = multiply(p.x, p.y);
    Half half;
    half.e = add(xy, xy);
    half.f = add(zz, dtt);
    half.g = add(square(p.y), square(p.x));
    half.h = subtract(zz, dtt);
    half.eg = multiply(half.e, half.g);
    half.fh = multiply(half.f, half.h);
    const Field all = multiply(half.eg, half.fh);
    half.is_identity = is_zero(all);
    half.all = select(half.is_identity, constant(one_limbs), all);
    half.before = before;
    return half;
}

/// The double's z and t are fh and eg, so that `inverse`, of efgh, gives the inverses of both; RFC 9496, 4.3.2 then
/// needs no root. 0 for the identity.
Field encoded(const Half& half, const Field& inverse) {
    const Field inverse_z = multiply(half.eg, inverse);
    const Field inverse_t = multiply(half.fh, inverse);
    const Field root_m1 = constant(sqrt_m1_limbs);
    const V rotate = is_negative(multiply(half.eg, inverse_z));
    const Field e = select(rotate, half.g, half.e);
    const Field g = select(rotate, negated(half.e), half.g);
    const Field h = select(rotate, multiply(half.f, root_m1), half.h);
    const Field factor = select(rotate, root_m1, constant(inverse_sqrt_a_minus_d_limbs));
    const Field y = negated_if(is_negative(multiply(multiply(h, e), inverse_z)), g);
    const Field s = multiply(subtract(h, y), multiply(factor, multiply(y, inverse_t)));
    return select(half.is_identity, constant(zero_limbs), absolute(s));
}

/// Encodes the doubles of the points that were added, of which every group has one in each lane: a double is the image
/// of its half under maps of degree 2 [Ham15], so its encoding takes an inversion and no root, and one inversion is
/// shared by all groups [Mon87].
class Doubles {
public:
    Doubles() : product_(constant(one_limbs)) {}
    ~Doubles() { wipe(std::as_writable_bytes(std::span(halves_).first(count_))); }
    Doubles(const Doubles&) = delete;
    Doubles& operator=(const Doubles&) = delete;

    /// At most `groups` times.
    void add_group(const Extended& p) {
        halves_[count_] = half_of(p, product_);
        product_ = multiply(product_, halves_[count_].all);
        ++count_;
    }

    /// The first n; whether one is the identity.
    bool encode(Point* out, std::size_t n) const {
        bool identity = false;
        Field inverse_of_rest = inverse(product_);
        for (std::size_t group = count_; group-- > 0;) {
            const Half& half = halves_[group];
            store(out + group * lanes, encoded(half, multiply(inverse_of_rest, half.before)), n - group * lanes);
            inverse_of_rest = multiply(inverse_of_rest, half.all);
            identity |= any_lane(half.is_identity, n - group * lanes);
        }
        return identity;
    }

private:
    static void store(Point* out, const Field& s, std::size_t n) {
        Columns columns;
        const Field integer = canonical(s);
        std::memcpy(&columns, &integer, sizeof columns);
        for (std::size_t lane = 0; lane < std::min(n, lanes); ++lane) get_lane(columns, lane, out[lane].data());
    }

    std::array<Half, groups> halves_;
    std::size_t count_ = 0;
    Field product_;
};

void multiply_hashes(Point* out, const Hash* hashes, std::size_t n, const Digits& scalar) {
    Doubles doubles;
    for (std::size_t i = 0; i < n; i += lanes) doubles.add_group(product(scalar, from_hashes(hashes + i, n - i)));
    static_cast<void>(doubles.encode(out, n));
}

bool multiply_points(Point* out, const Point* points, std::size_t n, const Digits& scalar) {
    Doubles doubles;
    bool bad = false;
    for (std::size_t i = 0; i < n; i += lanes) {
        const Decoded p = decode(load_bytes(points[i].data(), n - i, sizeof(Point)));
        bad |= any_lane(p.is_bad, n - i);
        doubles.add_group(product(scalar, p.point));
    }
    const bool identity = doubles.encode(out, n);
    return !bad && !identity;
}

/// `digits` of a lane each, the i-th of them.
V digits_at(const Digits* digits, std::size_t n, std::size_t i) {
    std::uint64_t words[lanes]{};
    for (std::size_t lane = 0; lane < std::min(n, lanes); ++lane) {
        words[lane] = static_cast<std::uint64_t>(digits[lane][i]);
    }
    V digit;
    std::memcpy(&digit, words, sizeof digit);
    return digit;
}

/// digit times the base's multiple, from 20 rows of eight words.
Cached base_multiple(const std::uint64_t (&rows)[20][8], Digit digit) {
    const V is_zero_digit = is_equal(digit.magnitude, splat(0));
    const V column = (digit.magnitude - splat(1)) & splat(7);
    Field fields[4];
    for (std::size_t i = 0; i < 20; ++i) fields[i / 5].limb[i % 5] = looked_up(rows[i], column);
    const Cached entry{fields[0], fields[1], fields[2], fields[3]};
    const Cached none = cached_identity();
    return negated_if(
        digit.is_negative,
        {select(is_zero_digit, none.sum, entry.sum), select(is_zero_digit, none.difference, entry.difference),
         select(is_zero_digit, none.twice_z, entry.twice_z), select(is_zero_digit, none.twice_dt, entry.twice_dt)});
}

void multiply_base(Point* out, const Digits* scalars, std::size_t n, const BaseTable& table) {
    Doubles doubles;
    for (std::size_t first = 0; first < n; first += lanes) {
        Extended p = identity();
        for (std::size_t i = 0; i < std::size(table.words); ++i) {
            const Digit digit = digit_of(digits_at(scalars + first, n - first, i));
            p = extended(sum(p, base_multiple(table.words[i], digit)));
        }
        doubles.add_group(p);
    }
    static_cast<void>(doubles.encode(out, n));
}

/// The same point in all lanes.
Decoded decode_everywhere(const Point& point) {
    std::array<Point, lanes> copies;
    copies.fill(point);
    return decode(load_bytes(copies[0].data(), lanes, sizeof(Point)));
}

bool walk(Point* out, const Point& start, const Point& step, std::size_t n) {
    const Decoded from = decode_everywhere(start);
    const Decoded by = decode_everywhere(step);
    const Multiples steps = multiples_of(by.point);
    std::uint64_t numbers[lanes];
    for (std::size_t lane = 0; lane < lanes; ++lane) numbers[lane] = lane;
    V number;
    std::memcpy(&number, numbers, sizeof number);
    Extended p = extended(sum(from.point, chosen(steps, digit_of(number))));
    for (std::size_t first = 0; first < n; first += groups * lanes) {
        const std::size_t count = std::min(n - first, groups * lanes);
        Doubles doubles;
        for (std::size_t i = 0; i < count; i += lanes) {
            doubles.add_group(p);
            p = extended(sum(p, steps[lanes - 1]));
        }
        static_cast<void>(doubles.encode(out + first, count));
    }
    return !any_lane(from.is_bad | by.is_bad, lanes);
}

bool add_points(Point* out, const Point* points, std::size_t n) {
    Extended total = identity();
    bool bad = false;
    for (std::size_t i = 0; i < n; i += lanes) {
        const Decoded p = decode(load_bytes(points[i].data(), n - i, sizeof(Point)));
        bad |= any_lane(p.is_bad, n - i);
        total = extended(sum(total, cached(p.point)));
    }
    Doubles doubles;
    doubles.add_group(total);
    static_cast<void>(doubles.encode(out, lanes));
    return !bad;
}

constexpr Kernels table{.name = TACIT_TARGET_NAME,
                        .block = groups * lanes,
                        .lanes = lanes,
                        .multiply_hashes = multiply_hashes,
                        .multiply = multiply_points,
                        .multiply_base = multiply_base,
                        .walk = walk,
                        .add = add_points};

}  // namespace
}  // namespace tacit::mpc::ristretto::TACIT_TARGET_NAMESPACE
