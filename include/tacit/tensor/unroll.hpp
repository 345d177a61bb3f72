#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "tacit/tensor/compile.hpp"

namespace tacit::tensor {

/// A loop: the program of so many steps, at least one, from the state as encrypted vectors to the state as outputs.
using Loop = std::function<Program(int steps)>;

/// What it costs to send the state to its owner, who decrypts it and encrypts it anew at full depth.
struct Refresh {
    double round_trip_seconds = 0.1;
    double seconds_per_byte = 8e-8;  ///< 100 Mbit/s
};

/// One number of steps that was looked at.
struct UnrollingChoice {
    int steps = 0;  ///< of one circuit
    int runs = 0;   ///< of it, with a refresh between each and the next
    int depth = 0;
    int log_ring_dimension = 0;
    double run_seconds = 0;      ///< predicted, of one run
    double refresh_seconds = 0;  ///< of one refresh, with what the owner encrypts and decrypts
    std::size_t refresh_bytes = 0;
    double seconds_per_step = 0;
};

/// A loop with the steps that one circuit takes.
struct Unrolled {
    UnrollingChoice chosen{};
    Compiled compiled;
    /// All that were compared, ascending in steps.
    std::vector<UnrollingChoice> compared{};
};

/// Chooses how many steps one circuit takes so that `steps` of them cost the least predicted time: runs of one circuit,
/// of which the last may take fewer steps, and refreshes in between. More steps mean fewer refreshes and a deeper
/// circuit. Of the numbers of steps that need as many runs the smallest is looked at, up to the deepest that a secure
/// ring holds.
///
/// Errors: as `compile` of one step; `invalid_argument` if `steps` is not positive, a cost is negative or not finite,
/// the loop encrypts no vector, or its outputs have other sizes than its vectors. Cost: a `compile` for each choice.
[[nodiscard]] Unrolled unroll(const Loop& loop, int steps, const Refresh& refresh = {},
                              const Requirements& requirements = {});

}  // namespace tacit::tensor
