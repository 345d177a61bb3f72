#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>

namespace tacit::learn {

/// Units of work that a training step counts for, see TrainingWork.
inline constexpr std::size_t progress_per_step = 1000;

/// How far a training is, and how much room its ciphertexts have left.
struct TrainingWork {
    std::size_t done = 0;   ///< thousandths of training steps, over all segments
    std::size_t total = 0;  ///< 0: nothing is done yet
    int segment = 0;        ///< from 0
    int segments = 1;
    int levels_left = 0;  ///< of the deepest value so far; at 0 the segment is at its end
    int levels = 0;       ///< that the segment uses
    /// Whole bits of the value that has fewest so far: ckks::noise::budget_bits. At the segment's end room for the
    /// weights is left, integer bits and a sign.
    int noise_budget = 0;

    [[nodiscard]] std::size_t steps() const noexcept { return total / progress_per_step; }
    /// The minibatch that is worked on, from 1.
    [[nodiscard]] std::size_t step() const noexcept { return std::min(done / progress_per_step + 1, steps()); }
};

/// Called as training advances, from any thread, one at a time.
using TrainingProgress = std::function<void(const TrainingWork& work)>;

}  // namespace tacit::learn
