#pragma once

#include "tacit/circuit/circuit.hpp"

namespace tacit::circuit {

// Passes make a new circuit with the same inputs, output names and meaning. None raises the depth; the
// number of products grows only in `balance`, and only if the depth falls. Reordered sums and products round
// differently in the last bits; a constant is merged only if the result neither overflows nor underflows. The results
// contain only what the outputs need, and all inputs. Cost: some passes over the circuit, O(n log n) for `balance`.
//
// Errors are `invalid_argument`: an operation that became one between constants and overflows.

/// Drops every operation that no output needs. Inputs stay.
[[nodiscard]] Circuit eliminate_dead(const Circuit& circuit);

/// Local rules, until none applies: x*0 = 0, x*1 = x, x*-1 = -x, (x*a)*b = x*(a*b) and (-x)*a = x*(-a)
/// for constants a, b; x+0 = x, x-a = x+(-a), constants of a sum merged, a+(-b) = a-b, a-(-b) = a+b,
/// 0-x = -x, -(-x) = x, conjugate(conjugate(x)) = x, refresh(refresh(x)) = refresh(x). Two rotations in a row become
/// one where the first has no other use: else the merged rotation would ask for a key of its own and save nothing. x-x
/// stays, as it is not exact.
[[nodiscard]] Circuit simplify(const Circuit& circuit);

/// Rebuilds products and sums, as far as their intermediate results have one use, such that their
/// depth is minimal: the two shallowest factors are joined first, so factors at depths l1, l2, ...
/// end at depth ceil(log2(2^l1 + 2^l2 + ...)). Constant factors merge and go to the shallowest
/// operand: c*(z*z*z) becomes (c*z)*(z*z). Sums get the shortest chain of additions after the last
/// product.
///
/// On the longest paths of the circuit it also looks through products that others read: abc and abcd
/// become (ab)c and (ab)(cd), with a product more. That is kept only if the whole circuit gets less deep
/// by it. What cannot be improved is left as it is, so a second run changes nothing.
[[nodiscard]] Circuit balance(const Circuit& circuit);

/// The passes in their order: simplify, factor_rotations (rotations.hpp), simplify, balance, simplify; again while
/// that leaves fewer rotations and conjugations.
[[nodiscard]] Circuit optimise(const Circuit& circuit);

}  // namespace tacit::circuit
