#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "tacit/circuit/circuit.hpp"

namespace tacit::circuit {

// Passes on rotations and the choice of keys for them. They keep meaning, inputs and outputs as those of passes.hpp do.

/// What rotations cost, in any unit: `raise` once for each value that is rotated (its decomposition into digits, shared
/// by all its rotations [HS18]), `each` for every rotation. The defaults are milliseconds of docs/performance.md at
/// N = 2^15 and 3 key-switching digits.
struct RotationCost {
    double raise = 4.7;
    double each = 8.5;
};

/// The cost of all rotations of a circuit for ciphertexts of `slots` slots.
[[nodiscard]] double rotation_cost(const Circuit& circuit, std::size_t slots, const RotationCost& cost = {});

/// rotate(a, k) + rotate(b, k) = rotate(a + b, k), also in longer sums, with signs and with constant factors:
/// rotate(a, k) * c = rotate(a * rotate(c, -k), k); and rotate(a, k) * rotate(b, k) = rotate(a * b, k). Only rotations
/// that nothing else reads. Conjugations likewise; constants are real and stay. The result has fewer rotations and
/// conjugations, or is the circuit without its dead operations.
[[nodiscard]] Circuit factor_rotations(const Circuit& circuit);

/// Radix 4 for sums of rotations: with s = x + rotate(x, a), the value s + rotate(s, b) becomes
/// x + rotate(x, a) + rotate(x, b) + rotate(x, a + b). Three rotations share one decomposition in place of two that
/// wait for each other. Wants the key a + b, adds an addition. Done only where it is predicted to pay, raise > each,
/// and s has no other reader; with the default cost nowhere, see docs/passes.md.
[[nodiscard]] Circuit widen_rotation_sums(const Circuit& circuit, const RotationCost& cost);

/// How often a circuit rotates by a number of steps to the left, in [1, slots).
using RotationUses = std::map<std::int32_t, std::size_t>;

/// The rotations of a circuit, taken modulo `slots`. `invalid_argument` unless that is a power of two.
[[nodiscard]] RotationUses rotation_uses(const Circuit& circuit, std::size_t slots);

/// Keys and how each wanted rotation is made of them.
struct RotationKeys {
    std::vector<std::int32_t> steps;                               ///< ascending, in [1, slots)
    std::map<std::int32_t, std::vector<std::int32_t>> decomposed;  ///< wanted steps -> keys, largest first
    std::size_t rotations = 0;                                     ///< in all: uses times keys, summed
};

/// Chooses at most `budget` keys such that the rotations in all are few. If all subsets of [1, slots) of that size can
/// be tried (up to 20000 of them) the choice is the best there is; otherwise greedy from the steps wanted, signed
/// powers of two and differences, then exchanges while they help. Decompositions are shortest sums modulo `slots`.
///
/// Errors are `invalid_argument`: `slots` no power of two, a step outside [1, slots), no key where one is wanted.
/// Cost of the greedy choice: for each key that is added or exchanged one search over the sums of the others, of
/// `slots` x budget steps, and a look at each candidate, of as many steps as the wanted rotations take; for 60 random
/// steps of 2^14 slots 0.02 s with 4 keys, 0.08 s with 30, for 200 steps 0.1 s and 0.4 s.
[[nodiscard]] RotationKeys choose_rotation_keys(const RotationUses& uses, std::size_t slots, std::size_t budget);

/// The circuit with every rotation made of the chosen keys; what rotations share at their beginning is computed once.
/// Run `simplify` before it, not after: that would merge rotations again.
[[nodiscard]] Circuit use_rotation_keys(const Circuit& circuit, std::size_t slots, const RotationKeys& keys);

}  // namespace tacit::circuit
