// Eight lanes by the instructions AVX-512 IFMA, which add the low or the high half of products of 52 bits. Included
// once per target (no include guard), after <immintrin.h>, between TACIT_IFMA_BEGIN and TACIT_IFMA_END.

namespace tacit::mpc::ristretto::TACIT_TARGET_NAMESPACE {
namespace {

using V = std::uint64_t __attribute__((vector_size(64)));

constexpr std::size_t lanes = 8;
constexpr std::uint64_t limb_mask = (std::uint64_t{1} << 51) - 1;

struct Field {
    V limb[5];
};

__m512i to(V x) { return reinterpret_cast<__m512i>(x); }
V from(__m512i x) { return reinterpret_cast<V>(x); }

/// x plus the low and the high 52 bits of a b, whose factors are the low 52 bits of a and b.
V add_low(V x, V a, V b) { return from(_mm512_madd52lo_epu64(to(x), to(a), to(b))); }
V add_high(V x, V a, V b) { return from(_mm512_madd52hi_epu64(to(x), to(a), to(b))); }

/// y below 2^47.
V add_times_19(V x, V y) { return add_low(x, y, V{} + 19); }

/// Of ten columns of weights 2^(51 i), each below 15 2^52: at most 5 low parts of products and twice 5 high ones, for
/// 2^52 is 2 2^51. Those from 2^255 on count 19 times: sums below 300 2^52, carries below 600, and 19 600 < 2^14.
[[gnu::always_inline]] inline Field reduced(const V (&z)[10]) {
    V r[5];
    for (std::size_t i = 0; i < 5; ++i) {
        const V high = z[i + 5];
        r[i] = z[i] + high + (high << 1) + (high << 4);
    }
    const V low = V{} + limb_mask;
    return {{add_times_19(r[0] & low, r[4] >> 51), (r[1] & low) + (r[0] >> 51), (r[2] & low) + (r[1] >> 51),
             (r[3] & low) + (r[2] >> 51), (r[4] & low) + (r[3] >> 51)}};
}

Field multiply(const Field& a, const Field& b) {
    V low[9]{};
    V high[9]{};
#pragma GCC unroll 5
    for (std::size_t i = 0; i < 5; ++i) {
#pragma GCC unroll 5
        for (std::size_t j = 0; j < 5; ++j) {
            low[i + j] = add_low(low[i + j], a.limb[i], b.limb[j]);
            high[i + j] = add_high(high[i + j], a.limb[i], b.limb[j]);
        }
    }
    V z[10];
    z[0] = low[0];
    for (std::size_t i = 1; i < 9; ++i) z[i] = low[i] + high[i - 1] + high[i - 1];
    z[9] = high[8] + high[8];
    return reduced(z);
}

/// The products of two different limbs count twice.
Field square(const Field& a) {
    V low[9]{};  // of products of different limbs
    V high[9]{};
#pragma GCC unroll 5
    for (std::size_t i = 0; i < 5; ++i) {
#pragma GCC unroll 5
        for (std::size_t j = i + 1; j < 5; ++j) {
            low[i + j] = add_low(low[i + j], a.limb[i], a.limb[j]);
            high[i + j] = add_high(high[i + j], a.limb[i], a.limb[j]);
        }
    }
    V z[10];
#pragma GCC unroll 5
    for (std::size_t i = 0; i < 5; ++i) {
        // In column 2i + 1 low parts of products and high parts of squares both count twice.
        const V odd = add_high(i < 4 ? low[2 * i + 1] : V{}, a.limb[i], a.limb[i]);
        const V even = i > 0 ? low[2 * i] + high[2 * i - 1] + high[2 * i - 1] : low[0];
        z[2 * i] = add_low(even + even, a.limb[i], a.limb[i]);
        const V twice = odd + high[2 * i] + high[2 * i];
        z[2 * i + 1] = twice + twice;
    }
    return reduced(z);
}

/// row[column], in registers: no address depends on it.
V looked_up(const std::uint64_t (&row)[8], V column) {
    return from(_mm512_maskz_permutexvar_epi64(0xff, to(column), _mm512_load_si512(row)));
}

}  // namespace
}  // namespace tacit::mpc::ristretto::TACIT_TARGET_NAMESPACE
