#pragma once

#include "tacit/base/aligned.hpp"

namespace tacit::math {

/// Twiddles of the complex transform behind the canonical embedding: a polynomial with real coefficients
/// c_0..c_{N-1} is folded to n = N/2 complex numbers c_k + i c_{k+n}; evaluating that at the roots of X^n = i
/// gives its values at half of the primitive 2N-th roots of unity [CKKS17].
///
/// Leaf i of the transform is the value at exp(pi i / N * (4 brv(i) + 1)), brv over log2(n) bits.
class FftTable {
public:
    /// n = 2^log_slots points, log_slots >= 4. Twiddles are computed in long double, then rounded.
    explicit FftTable(int log_slots);
    [[nodiscard]] int log_slots() const noexcept { return log_slots_; }

private:
    int log_slots_;
};

}  // namespace tacit::math
