#include "mpc/universal_hash.hpp"

#include <array>

#if defined(__x86_64__)
#include <wmmintrin.h>
#endif

namespace tacit::mpc {

namespace {

/// A product before its reduction, lowest word first.
using Wide = std::array<std::uint64_t, 4>;

/// sum_i a[i] b[i], b in pairs of words.
void add_products_portable(const Block* a, const std::uint64_t* b, std::size_t count, Wide& sum) noexcept {
    for (std::size_t i = 0; i < count; ++i) {
        Wide shifted{a[i].low, a[i].high, 0, 0};
        for (unsigned bit = 0; bit < 128; ++bit) {
            const std::uint64_t mask = -((b[2 * i + bit / 64] >> (bit % 64)) & 1);
            for (std::size_t word = 0; word < 4; ++word) sum[word] ^= shifted[word] & mask;
            for (std::size_t word = 3; word > 0; --word) shifted[word] = shifted[word] << 1 | shifted[word - 1] >> 63;
            shifted[0] <<= 1;
        }
    }
}

#if defined(__x86_64__)
__attribute__((target("pclmul,sse2"))) void add_products_pclmul(const Block* a, const std::uint64_t* b,
                                                                std::size_t count, Wide& sum) noexcept {
    __m128i low = _mm_setzero_si128();
    __m128i middle = _mm_setzero_si128();
    __m128i high = _mm_setzero_si128();
    for (std::size_t i = 0; i < count; ++i) {
        const __m128i x = _mm_loadu_si128(reinterpret_cast<const __m128i*>(a + i));
        const __m128i y = _mm_loadu_si128(reinterpret_cast<const __m128i*>(b + 2 * i));
        low = _mm_xor_si128(low, _mm_clmulepi64_si128(x, y, 0x00));
        middle = _mm_xor_si128(middle, _mm_clmulepi64_si128(x, y, 0x01));
        middle = _mm_xor_si128(middle, _mm_clmulepi64_si128(x, y, 0x10));
        high = _mm_xor_si128(high, _mm_clmulepi64_si128(x, y, 0x11));
    }
    low = _mm_xor_si128(low, _mm_slli_si128(middle, 8));
    high = _mm_xor_si128(high, _mm_srli_si128(middle, 8));
    Wide product;
    _mm_storeu_si128(reinterpret_cast<__m128i*>(product.data()), low);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(product.data() + 2), high);
    for (std::size_t word = 0; word < 4; ++word) sum[word] ^= product[word];
}
#endif

void add_products(const Block* a, const std::uint64_t* b, std::size_t count, Wide& sum) noexcept {
#if defined(__x86_64__)
    static const bool fast = __builtin_cpu_supports("pclmul") != 0;
    if (fast) return add_products_pclmul(a, b, count, sum);
#endif
    add_products_portable(a, b, count, sum);
}

/// x^128 = x^7 + x^2 + x + 1.
Block reduce(const Wide& wide) noexcept {
    const auto fold = [](std::uint64_t word) {
        return Block{word ^ word << 1 ^ word << 2 ^ word << 7, word >> 63 ^ word >> 62 ^ word >> 57};
    };
    const Block top = fold(wide[3]);  // stands 64 bits higher
    const Block next = fold(wide[2] ^ top.high);
    return {wide[0] ^ next.low, wide[1] ^ next.high ^ top.low};
}

}  // namespace

UniversalHash::UniversalHash(const Seed& seed, std::size_t elements) : keys_(elements) {
    Rng(seed).fill(std::as_writable_bytes(std::span(keys_)));
}

void UniversalHash::add(std::span<const std::uint64_t> words, std::size_t first, Block& sum) const noexcept {
    Wide wide{};
    add_products(keys_.data() + first, words.data(), words.size() / 2, wide);
    sum ^= reduce(wide);
}

Block multiply(const Block& a, const Block& b) noexcept {
    const std::array<std::uint64_t, 2> words{b.low, b.high};
    Wide wide{};
    add_products(&a, words.data(), 1, wide);
    return reduce(wide);
}

}  // namespace tacit::mpc
