#include "ring/samplers.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <span>

namespace tacit::ring {

namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::size_t chunk = 512;

/// Draws words in chunks, hands each to `use`, and wipes them afterwards.
template <class Use>
void for_secret_words(std::size_t n, Rng& rng, Use use) {
    std::array<std::uint64_t, chunk> words;
    for (std::size_t i = 0; i < n; i += chunk) {
        const std::size_t count = std::min(chunk, n - i);
        rng.fill(std::span(words.data(), count));
        for (std::size_t j = 0; j < count; ++j) use(i + j, words[j]);
    }
    sodium_memzero(words.data(), sizeof words);
}

/// The number of ones among the lowest 21 bits, by arithmetic alone (a table look-up would leak).
std::int64_t count_ones_21(std::uint64_t x) {
    x &= 0x1fffff;
    x = x - ((x >> 1) & 0x155555);
    x = (x & 0x333333) + ((x >> 2) & 0x333333);
    x = (x + (x >> 4)) & 0x0f0f0f;
    return static_cast<std::int64_t>((x * 0x010101 >> 16) & 0xff);
}

}  // namespace

void sample_uniform(double* out, std::size_t n, const math::Modulus& p, Rng& rng) {
    const std::uint64_t threshold = (0 - p.value()) % p.value();  // 2^64 mod p
    const double half = static_cast<double>(p.value() / 2);
    std::array<std::uint64_t, chunk> words;
    std::size_t used = chunk;
    for (std::size_t i = 0; i < n;) {
        if (used == chunk) {
            rng.fill(std::span(words));
            used = 0;
        }
        const auto product = static_cast<Wide>(words[used++]) * p.value();
        if (static_cast<std::uint64_t>(product) < threshold) continue;
        // A shift by a constant keeps the distribution uniform and makes the residue balanced.
        out[i++] = static_cast<double>(static_cast<std::int64_t>(product >> 64)) - half;
    }
}

void sample_ternary(double* out, std::size_t n, Rng& rng) {
    for_secret_words(n, rng, [out](std::size_t i, std::uint64_t word) {
        const auto digit = static_cast<std::int64_t>(static_cast<Wide>(word) * 3 >> 64);
        out[i] = static_cast<double>(digit - 1);
    });
}

void sample_error(double* out, std::size_t n, Rng& rng) {
    for_secret_words(n, rng, [out](std::size_t i, std::uint64_t word) {
        out[i] = static_cast<double>(count_ones_21(word) - count_ones_21(word >> 21));
    });
}

}  // namespace tacit::ring
