#pragma once

#include <vector>

#include "math/kernels.hpp"

namespace tacit::math {

/// Plain C++ with std::fma: runs everywhere, slowly, and is what the others are compared with.
[[nodiscard]] const Kernels& portable_kernels();

/// The compiled vector targets that this processor can run, slowest first.
[[nodiscard]] std::vector<const Kernels*> vector_kernels();

}  // namespace tacit::math
