#pragma once

#include <cstddef>
#include <functional>

namespace tacit::learn {

/// How far a training is, and how much room its ciphertexts have left.
struct TrainingWork {
    std::size_t done = 0;   ///< units of work of this segment
    std::size_t total = 0;  ///< 0: none is done yet
    int segment = 0;        ///< from 0
    int segments = 1;
    int step = 0;         ///< the first one of the segment that is not finished, from 1
    int steps = 0;        ///< of the segment
    int levels_left = 0;  ///< of the deepest value so far; at 0 the segment is at its end
    int levels = 0;       ///< that the segment uses
};

/// Called as training advances, from any thread, one at a time.
using TrainingProgress = std::function<void(const TrainingWork& work)>;

}  // namespace tacit::learn
