#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tacit/base/random.hpp"
#include "tacit/mpc/block.hpp"

namespace tacit::mpc {

/// An almost universal hash that is linear over GF(2): bits, as elements z_0, z_1, ... of GF(2^128), become
/// sum_b key_b z_b with keys from a public seed. Two different inputs collide with probability 2^-128.
class UniversalHash {
public:
    UniversalHash(const Seed& seed, std::size_t elements);

    /// Of `words`, two to an element from element `first` on, added to what `sum` is of other elements.
    void add(std::span<const std::uint64_t> words, std::size_t first, Block& sum) const noexcept;

private:
    std::vector<Block> keys_;
};

/// The product in GF(2^128) modulo x^128 + x^7 + x^2 + x + 1; bit i of a block belongs to x^i.
[[nodiscard]] Block multiply(const Block& a, const Block& b) noexcept;

}  // namespace tacit::mpc
