#include "ring/automorphism.hpp"

#include "math/bit_reversal.hpp"

namespace tacit::ring {

namespace {

std::uint64_t power(std::uint64_t base, std::uint64_t exponent, std::uint64_t mask) {
    std::uint64_t result = 1;
    for (; exponent != 0; exponent >>= 1, base = base * base & mask) {
        if (exponent & 1) result = result * base & mask;
    }
    return result;
}

}  // namespace

std::uint64_t galois_element(std::int64_t steps, int log_dimension) {
    const std::int64_t slots = std::int64_t{1} << (log_dimension - 1);
    const auto normalised = static_cast<std::uint64_t>(((steps % slots) + slots) % slots);
    return power(5, normalised, (std::uint64_t{2} << log_dimension) - 1);
}

std::uint64_t inverse_element(std::uint64_t g, int log_dimension) {
    // The odd residues mod 2N form a group of order N.
    return power(g, (std::uint64_t{1} << log_dimension) - 1, (std::uint64_t{2} << log_dimension) - 1);
}

std::vector<std::uint32_t> automorphism_index(std::uint64_t g, int log_dimension) {
    const std::size_t n = std::size_t{1} << log_dimension;
    const std::uint64_t mask = 2 * n - 1;
    std::vector<std::uint32_t> index(n);
    for (std::size_t i = 0; i < n; ++i) {
        // Position i holds the value at psi^(2 brv(i) + 1).
        const std::uint64_t exponent = 2 * math::reverse_bits(i, log_dimension) + 1;
        index[i] = static_cast<std::uint32_t>(math::reverse_bits((exponent * g & mask) >> 1, log_dimension));
    }
    return index;
}

}  // namespace tacit::ring
