#pragma once

#include <cstddef>

#include "tacit/base/aligned.hpp"

namespace tacit::math {

/// Twiddles of the complex transform behind the canonical embedding: a polynomial with real coefficients
/// c_0..c_{N-1} is folded to n = N/2 complex numbers c_k + i c_{k+n}; evaluating that at the roots of X^n = i
/// gives its values at half of the primitive 2N-th roots of unity [CKKS17].
///
/// Leaf i of the transform is the value at exp(pi i / N * (4 brv(i) + 1)), brv over log2(n) bits.
///
/// Node k = 2^d + j of the binary tree (root 1, children 2k and 2k+1) splits a block (x0, x1) into
/// x0 + w x1 and x0 - w x1 with w = W[k] = exp(pi i / 2^(d+2) * (4 brv(j) + 1)), brv over d bits; W[2k+1] = i W[2k].
class FftTable {
public:
    /// n = 2^log_slots points, log_slots >= 4. Twiddles are computed in long double, then rounded.
    explicit FftTable(int log_slots);
    [[nodiscard]] int log_slots() const noexcept { return log_slots_; }
    [[nodiscard]] std::size_t size() const noexcept { return std::size_t{1} << log_slots_; }

    /// Real and imaginary parts of W[k] for the nodes 1 <= k < n/4.
    [[nodiscard]] const double* nodes_re() const noexcept { return nodes_re_.data(); }
    [[nodiscard]] const double* nodes_im() const noexcept { return nodes_im_.data(); }
    /// The last two layers, 64 doubles per 64 points: for its 16 nodes k of four points each,
    /// all Re W[k], all Im W[k], all Re W[2k], all Im W[2k].
    [[nodiscard]] const double* leaves() const noexcept { return leaves_.data(); }

private:
    int log_slots_;
    AlignedBuffer nodes_re_;
    AlignedBuffer nodes_im_;
    AlignedBuffer leaves_;
};

}  // namespace tacit::math
