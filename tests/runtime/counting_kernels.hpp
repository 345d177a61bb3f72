#pragma once

#include <atomic>
#include <cstddef>

namespace tacit::math {

/// Transforms that this test program has done so far: its kernels are those of the library, with a counter.
extern std::atomic<std::size_t> transforms_done;

}  // namespace tacit::math
