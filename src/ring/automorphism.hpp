#pragma once

#include <cstdint>
#include <vector>

namespace tacit::ring {

/// The Galois element 5^steps mod 2N that rotates the slots to the left by `steps` (any integer) [CKKS17].
[[nodiscard]] std::uint64_t galois_element(std::int64_t steps, int log_dimension);

/// The Galois element 2N-1 of complex conjugation.
[[nodiscard]] constexpr std::uint64_t conjugation_element(int log_dimension) {
    return (std::uint64_t{2} << log_dimension) - 1;
}

/// g^-1 mod 2N; g odd.
[[nodiscard]] std::uint64_t inverse_element(std::uint64_t g, int log_dimension);

/// X -> X^g in the evaluation domain is out[i] = in[index[i]] for every prime alike; g odd, below 2N.
[[nodiscard]] std::vector<std::uint32_t> automorphism_index(std::uint64_t g, int log_dimension);

}  // namespace tacit::ring
