#include "tacit/mpc/circuits.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/fail.hpp"
#include "mpc/bit_transpose.hpp"
#include "mpc/replicated_core.hpp"

namespace tacit::mpc {

namespace {

using Words = SecretVector<std::uint64_t>;
using Places = std::vector<std::size_t>;

void expect_equal(const char* operation, std::size_t x, std::size_t y) {
    if (x != y) {
        fail(ErrorCode::invalid_argument, "{}: {} secrets and {}; both sides need the same", operation, x, y);
    }
}

/// Both products at once: x0 and y0, x1 and y1.
std::pair<Bits, Bits> both(Replicated& ring, const Bits& x0, const Bits& y0, const Bits& x1, const Bits& y1) {
    const Bits together = ring.both(stack({&x0, &x1}), stack({&y0, &y1}));
    return {planes(together, 0, x0.shape.planes), planes(together, x0.shape.planes, x1.shape.planes)};
}

/// x = a + b modulo 2^64: the chosen bits of a and of b, each shared anew by those who know it. 1 round.
std::array<Bits, 2> addends(Replicated& ring, const Numbers& x, const Places& chosen, bool negate_second = false) {
    auto& core = ring.core();
    const BitShape all{64, x.size};
    const BitShape shape{chosen.size(), x.size};
    std::array<Words, 2> views;
    for (int which = 0; which < 2; ++which) {
        Words values = core.half<Additive>(x.parts, which);
        if (values.empty()) continue;
        if (which == 1 && negate_second) {
            for (std::uint64_t& value : values) value = 0 - value;
        }
        Words bits(all.words());
        to_planes(values, 64, bits);
        Words& view = views[static_cast<std::size_t>(which)];
        if (chosen.size() == 64) {
            view = std::move(bits);
            continue;
        }
        view.reserve(shape.words());
        for (const std::size_t plane : chosen) {
            const auto from = bits.begin() + static_cast<std::ptrdiff_t>(plane * shape.lane_words());
            view.insert(view.end(), from, from + static_cast<std::ptrdiff_t>(shape.lane_words()));
        }
    }
    auto shared = core.share_halves<Bitwise>(std::move(views), shape.words());
    return {Bits{.parts = std::move(shared[0]), .shape = shape}, Bits{.parts = std::move(shared[1]), .shape = shape}};
}

Places range(std::size_t first, std::size_t end) {
    Places out(end - first);
    std::iota(out.begin(), out.end(), first);
    return out;
}

Places every_second(std::size_t first, std::size_t end) {
    Places out;
    for (std::size_t i = first; i < end; i += 2) out.push_back(i);
    return out;
}

/// The named planes of public bits.
ClearBits pick(const ClearBits& x, const Places& chosen) {
    ClearBits out(BitShape{chosen.size(), x.shape.lanes});
    const std::size_t words = x.shape.lane_words();
    for (std::size_t i = 0; i < chosen.size(); ++i) {
        std::copy_n(x.words.data() + chosen[i] * words, words, out.words.data() + i * words);
    }
    return out;
}

/// The carry out of planes that generate (g) or propagate (p) one, lowest first: a tree over (g, p) pairs, in which the
/// lowest needs no p. ceil(log2(planes)) rounds.
Bits carry_out(Replicated& ring, Bits g, Bits p) {
    while (g.shape.planes > 1) {
        const std::size_t count = g.shape.planes;
        const std::size_t alone = count % 2;  // the lowest, if their number is odd
        const Bits low_g = pick(g, every_second(alone, count));
        const Bits low_p = pick(p, every_second(alone == 0 ? 2 : 1, count));
        const Bits high_g = pick(g, every_second(alone + 1, count));
        const Bits high_p = pick(p, every_second(alone + 1, count));
        const std::size_t skipped = high_p.shape.planes - low_p.shape.planes;
        const Bits upper_p = planes(high_p, skipped, low_p.shape.planes);
        auto [carried, spread] = both(ring, high_p, low_g, upper_p, low_p);
        carried ^= high_g;
        const Bits lowest_g = planes(g, 0, alone);
        const Bits unused = planes(p, 0, 1);  // the lowest node's
        g = stack({&lowest_g, &carried});
        p = stack({&unused, &spread});
    }
    return g;
}

/// All carries: entry i is the carry out of planes 0 to i. ceil(log2(planes)) rounds.
Bits all_carries(Replicated& ring, Bits g, Bits p) {
    const std::size_t count = g.shape.planes;
    for (std::size_t width = 1; width < count; width *= 2) {
        Places upper;        // planes in the upper half of a block of 2 * width
        Places below;        // the last plane of the lower half of that block
        Places still_upper;  // those of which p is wanted later
        Places still_below;
        for (std::size_t i = 0; i < count; ++i) {
            if ((i / width) % 2 == 0) continue;
            upper.push_back(i);
            below.push_back(i / width * width - 1);
            if (i < 2 * width) continue;
            still_upper.push_back(i);
            still_below.push_back(below.back());
        }
        const Bits upper_p = pick(p, upper);
        const auto [carried, spread] = both(ring, upper_p, pick(g, below), pick(p, still_upper), pick(p, still_below));
        const std::size_t words = g.shape.lane_words();
        for (std::size_t m = 0; m < g.parts.size(); ++m) {
            if (g.parts[m].empty()) continue;
            for (std::size_t k = 0; k < upper.size() * words; ++k) {
                g.parts[m][upper[k / words] * words + k % words] ^= carried.parts[m][k];
            }
            for (std::size_t k = 0; k < still_upper.size() * words; ++k) {
                p.parts[m][still_upper[k / words] * words + k % words] = spread.parts[m][k];
            }
        }
    }
    return g;
}

/// Each bit as 0 or 1 of the other ring: bit = d xor e = d + e - 2 d e with d and e known to some. The numbers d and e,
/// lane by lane if `by_lane`, else plane by plane. 1 round.
std::array<Numbers, 2> halves_as_numbers(Replicated& ring, const Bits& x, bool by_lane) {
    auto& core = ring.core();
    const std::size_t size = x.shape.planes * x.shape.lanes;
    std::array<Words, 2> views;
    for (int which = 0; which < 2; ++which) {
        const Words bits = core.half<Bitwise>(x.parts, which);
        if (bits.empty()) continue;
        Words& view = views[static_cast<std::size_t>(which)];
        view.resize(size);
        for (std::size_t plane = 0; plane < x.shape.planes; ++plane) {
            for (std::size_t lane = 0; lane < x.shape.lanes; ++lane) {
                const std::size_t place = by_lane ? lane * x.shape.planes + plane : plane * x.shape.lanes + lane;
                view[place] = (bits[plane * x.shape.lane_words() + lane / 64] >> (lane % 64)) & 1U;
            }
        }
    }
    auto shared = core.share_halves<Additive>(std::move(views), size);
    return {Numbers{.parts = std::move(shared[0]), .size = size}, Numbers{.parts = std::move(shared[1]), .size = size}};
}

/// Entry j of each block times weights[j].
void weigh(Numbers& x, std::span<const std::uint64_t> weights) {
    for (auto& part : x.parts) {
        for (std::size_t i = 0; i < part.size(); i += weights.size()) {
            for (std::size_t j = 0; j < weights.size(); ++j) part[i + j] *= weights[j];
        }
    }
}

/// Adds the sum of each block of `length` entries.
void add_sums(Numbers& sums, const Numbers& x, std::size_t length) {
    for (std::size_t m = 0; m < sums.parts.size(); ++m) {
        const auto& part = x.parts[m];
        for (std::size_t i = 0; i < part.size(); ++i) sums.parts[m][i / length] += part[i];
    }
}

/// Sums of weights.size() bits d xor e with those weights: sum of w (d + e), less 2 d (w e). 1 round.
Numbers weighted_sums(Replicated& ring, std::array<Numbers, 2> halves, std::span<const std::uint64_t> weights) {
    auto& [d, e] = halves;
    weigh(e, weights);
    Numbers out = ring.dot(d, e, weights.size());
    out *= std::uint64_t{0} - 2;
    weigh(d, weights);
    add_sums(out, d, weights.size());
    add_sums(out, e, weights.size());
    return out;
}

}  // namespace

Bits to_bits(Replicated& ring, const Numbers& x, std::size_t planes_wanted) {
    if (planes_wanted == 0 || planes_wanted > 64) {
        fail(ErrorCode::invalid_argument, "{} bits of a number modulo 2^64; it has 1 to 64", planes_wanted);
    }
    auto [a, b] = addends(ring, x, range(0, planes_wanted));
    Bits sum = a ^ b;
    if (planes_wanted == 1) return sum;
    const std::size_t carries = planes_wanted - 1;
    Bits g = ring.both(planes(a, 0, carries), planes(b, 0, carries));
    g = all_carries(ring, std::move(g), planes(sum, 0, carries));
    const std::size_t words = sum.shape.lane_words();
    for (std::size_t m = 0; m < sum.parts.size(); ++m) {
        for (std::size_t i = words; i < sum.parts[m].size(); ++i) sum.parts[m][i] ^= g.parts[m][i - words];
    }
    return sum;
}

Numbers to_numbers(Replicated& ring, const Bits& x) {
    std::vector<std::uint64_t> powers(x.shape.planes);
    for (std::size_t j = 0; j < powers.size(); ++j) powers[j] = std::uint64_t{1} << j;
    return weighted_sums(ring, halves_as_numbers(ring, x, true), powers);
}

Numbers count_ones(Replicated& ring, const Bits& x) {
    if (x.shape.lanes == 0) return ring.constant(std::vector<std::uint64_t>(x.shape.planes));
    const std::vector<std::uint64_t> ones(x.shape.lanes, 1);
    return weighted_sums(ring, halves_as_numbers(ring, x, false), ones);
}

Numbers weighted_sums(Replicated& ring, const Bits& x, std::span<const std::uint64_t> weights) {
    if (x.shape.planes != 1 || weights.empty() || x.shape.lanes % weights.size() != 0) {
        fail(ErrorCode::invalid_argument,
             "weighted sums of {} planes of {} secret bits in blocks of {}; one plane is due, a multiple of the block",
             x.shape.planes, x.shape.lanes, weights.size());
    }
    return weighted_sums(ring, halves_as_numbers(ring, x, false), weights);
}

Bits is_negative(Replicated& ring, const Numbers& x) {
    auto [a, b] = addends(ring, x, range(0, 64));
    const Bits p = a ^ b;
    Bits g = ring.both(planes(a, 0, 63), planes(b, 0, 63));
    return carry_out(ring, std::move(g), planes(p, 0, 63)) ^ planes(p, 63, 1);
}

Bits less(Replicated& ring, const Numbers& x, const Numbers& y) { return is_negative(ring, x - y); }

Bits equal(Replicated& ring, const Numbers& x, const Numbers& y) {
    const auto [a, minus_b] = addends(ring, x - y, range(0, 64), true);
    return all_ones(ring, ~(a ^ minus_b));
}

Bits less(Replicated& ring, const Bits& x, const Bits& y) {
    Bits g = ring.both(~x, y);  // borrows of x - y
    return carry_out(ring, std::move(g), ~(x ^ y));
}

Bits less(Replicated& ring, const Bits& x, const ClearBits& y) {
    const Bits p = ~(x ^ y);
    const Bits g = ~p & y;  // borrows of x - y
    const std::size_t count = x.shape.planes;
    if (count < 2) return g;
    // Where y is public, the lower plane of a pair generates a borrow if it does not pass one on and y is 1 there: one
    // product says both what the pair passes on and what it generates.
    const std::size_t alone = count % 2;
    const Places low = every_second(alone, count);
    const Places high = every_second(alone + 1, count);
    const Bits high_p = pick(p, high);
    const Bits spread = ring.both(high_p, pick(p, low));
    const Bits carried = ((high_p ^ spread) & pick(y, low)) ^ pick(g, high);
    const Bits lowest_g = planes(g, 0, alone);
    const Bits lowest_p = planes(p, 0, alone);
    return carry_out(ring, stack({&lowest_g, &carried}), stack({&lowest_p, &spread}));
}

Bits all_ones(Replicated& ring, const Bits& x) {
    Bits left = x;
    while (left.shape.planes > 1) {
        const std::size_t count = left.shape.planes;
        const Bits alone = planes(left, count - count % 2, count % 2);
        const Bits pairs = ring.both(planes(left, 0, count / 2), planes(left, count / 2, count / 2));
        left = stack({&pairs, &alone});
    }
    return left;
}

Bits select(Replicated& ring, const Bits& choice, const Bits& x, const Bits& y) {
    return ring.both(repeat(choice, x.shape.planes), x ^ y) ^ y;
}

Numbers select(Replicated& ring, const Bits& choice, const Numbers& x, const Numbers& y) {
    expect_equal("select", choice.shape.lanes, x.size);
    return ring.multiply(to_numbers(ring, choice), x - y) + y;
}

Numbers truncate(Replicated& ring, const Numbers& x, std::size_t bits) {
    if (bits > 61) fail(ErrorCode::invalid_argument, "truncation by {} bits; 0 to 61 are possible", bits);
    if (bits == 0) return x;
    constexpr std::uint64_t offset = std::uint64_t{1} << 62U;
    Numbers positive = x;
    positive += offset;
    // x + offset = a + b - 2^64 wrap with wrap = a63 or b63, for the sum's highest bit is 0; so
    // (x + offset) >> bits = (a >> bits) + (b >> bits) + carry of the lowest bits - 2^(64 - bits) wrap.
    Places wanted = range(0, bits);
    wanted.push_back(63);
    const auto [a, b] = addends(ring, positive, wanted);
    auto& core = ring.core();
    std::array<Words, 2> shifted;
    for (int which = 0; which < 2; ++which) {
        Words values = core.half<Additive>(positive.parts, which);
        for (std::uint64_t& value : values) value >>= bits;
        shifted[static_cast<std::size_t>(which)] = std::move(values);
    }
    auto shared = core.share_halves<Additive>(std::move(shifted), x.size);
    Numbers out{.parts = std::move(shared[0]), .size = x.size};
    out += Numbers{.parts = std::move(shared[1]), .size = x.size};
    const Bits p = a ^ b;
    const Bits g = ring.both(a, b);
    const Bits wrap = planes(g, bits, 1) ^ planes(p, bits, 1);
    const Bits carry = carry_out(ring, planes(g, 0, bits), planes(p, 0, bits));
    const Bits side_by_side = beside({&carry, &wrap});
    Numbers as_numbers = to_numbers(ring, side_by_side);
    out += slice(as_numbers, 0, x.size);
    Numbers wraps = slice(as_numbers, as_numbers.size - x.size, x.size);
    wraps *= std::uint64_t{1} << (64 - bits);
    out -= wraps;
    out += 0 - (offset >> bits);
    return out;
}

}  // namespace tacit::mpc
