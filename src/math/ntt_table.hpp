#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "tacit/base/aligned.hpp"
#include "tacit/math/modulus.hpp"

namespace tacit::math {

/// Constants of the negacyclic number-theoretic transform over Z_p[X]/(X^N+1).
///
/// Forward: coefficients in natural order -> evaluations in bit-reversed order, out[i] = f(psi^(2 brv(i)+1))
/// with psi the minimal primitive 2N-th root of unity. One table of N doubles serves both directions.
///
/// Node k of the transform's binary tree (root 1, children 2k and 2k+1) splits a block (x0, x1) into
/// x0 + W[k] x1 and x0 - W[k] x1, with W[k] = psi^brv(k) balanced, brv over log2 N bits. The inverse needs
/// W[k]^-1 = -W[3m-1-k], m the largest power of two in k: the same table read backwards.
class NttTable {
public:
    NttTable(Modulus modulus, int log_ring_dimension);
    [[nodiscard]] const Modulus& modulus() const noexcept { return modulus_; }
    [[nodiscard]] int log_ring_dimension() const noexcept { return log_n_; }
    [[nodiscard]] std::size_t size() const noexcept { return std::size_t{1} << log_n_; }
    /// The parts of the result that the first layers of the transform separate.
    [[nodiscard]] std::size_t blocks() const noexcept { return log_n_ % 2 == 0 ? 4 : 8; }
    /// psi, in [0, p).
    [[nodiscard]] std::uint64_t root() const noexcept { return root_; }

    /// W[k] for the nodes 1 <= k < N/4, those of all layers but the last two.
    [[nodiscard]] const double* nodes() const noexcept { return nodes_.data(); }
    /// The last two layers, 48 doubles per 64 points: for its 16 nodes k of four points each, first all
    /// W[k], then all W[2k], then all W[2k+1].
    [[nodiscard]] const double* leaves() const noexcept { return leaves_.data(); }
    /// N^-1, and N^-1 times W[1], W[2], W[3]: the last layers of the inverse absorb the scaling.
    [[nodiscard]] const std::array<double, 4>& scaled() const noexcept { return scaled_; }

private:
    Modulus modulus_;
    int log_n_;
    std::uint64_t root_;
    AlignedBuffer nodes_;
    AlignedBuffer leaves_;
    std::array<double, 4> scaled_{};
};

}  // namespace tacit::math
