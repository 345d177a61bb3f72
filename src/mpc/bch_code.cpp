#include "mpc/bch_code.hpp"

#include <bit>

#include "tacit/base/int128.hpp"

namespace tacit::mpc::bch {

namespace {

constexpr std::size_t coefficients = 127;
constexpr unsigned parity_degree = coefficients - dimension;  // of the generator

/// In GF(2^7) modulo x^7 + x^3 + 1, in which x is primitive.
constexpr unsigned times_x(unsigned a) { return (a << 1) ^ ((a >> 6 & 1) != 0 ? 0b1000'1001u : 0u); }
constexpr unsigned times(unsigned a, unsigned b) {
    unsigned product = 0;
    for (unsigned bit = 0; bit < 7; ++bit, a = times_x(a)) product ^= (b >> bit & 1) != 0 ? a : 0u;
    return product;
}

/// The product of (X - r) over all r that are a^1, ..., a^18 or their conjugates: its coefficients are bits.
constexpr UInt128 generator() {
    std::array<bool, coefficients> root{};
    for (std::size_t i = 1; i < distance - 1; ++i) {
        for (std::size_t conjugate = i; !root[conjugate]; conjugate = 2 * conjugate % coefficients) {
            root[conjugate] = true;
        }
    }
    std::array<unsigned, parity_degree + 1> product{1};
    unsigned power = 1;  // a^i
    for (std::size_t i = 0; i < coefficients; ++i, power = times_x(power)) {
        if (!root[i]) continue;
        for (std::size_t k = parity_degree; k > 0; --k) product[k] = product[k - 1] ^ times(power, product[k]);
        product[0] = times(power, product[0]);
    }
    UInt128 bits = 0;
    for (unsigned k = 0; k <= parity_degree; ++k) bits |= UInt128{product[k]} << k;
    return bits;
}
constexpr UInt128 divisor = generator();
static_assert(divisor >> parity_degree == 1, "degree 56, coefficients 0 and 1");

constexpr Block block_of(UInt128 bits) {
    return {static_cast<std::uint64_t>(bits), static_cast<std::uint64_t>(bits >> 64)};
}

/// Code words of the messages with one bit.
constexpr std::array<Block, dimension> basis() {
    std::array<Block, dimension> words{};
    UInt128 remainder = 1;  // X^i modulo the generator
    for (unsigned i = 0; i < coefficients; ++i) {
        if (i >= parity_degree) {
            const UInt128 bits = remainder | UInt128{1} << i;
            Block word = block_of(bits);
            word.high |= static_cast<std::uint64_t>((std::popcount(word.low) + std::popcount(word.high)) & 1) << 63;
            words[i - parity_degree] = word;
        }
        remainder <<= 1;
        if ((remainder >> parity_degree & 1) != 0) remainder ^= divisor;
    }
    return words;
}
constexpr auto words = basis();

}  // namespace

Block encode(const Block& message) noexcept {
    Block word;
    for (std::size_t i = 0; i < 64; ++i) word ^= words[i].masked(message.low >> i & 1);
    for (std::size_t i = 64; i < dimension; ++i) word ^= words[i].masked(message.high >> (i - 64) & 1);
    return word;
}

}  // namespace tacit::mpc::bch
