#pragma once

#include <cstdint>

#include "tacit/base/aligned.hpp"
#include "tacit/math/modulus.hpp"

namespace tacit::math {

/// Constants of the negacyclic number-theoretic transform over Z_p[X]/(X^N+1).
///
/// Forward: coefficients in natural order -> evaluations in bit-reversed order, out[i] = f(psi^(2 brv(i)+1))
/// with psi the minimal primitive 2N-th root of unity. One table of N doubles serves both directions.
class NttTable {
public:
    NttTable(Modulus modulus, int log_ring_dimension);
    // members: see the kernels
    [[nodiscard]] const Modulus& modulus() const noexcept { return modulus_; }
    [[nodiscard]] int log_ring_dimension() const noexcept { return log_n_; }

private:
    Modulus modulus_;
    int log_n_;
};

}  // namespace tacit::math
