#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "math/kernels_targets.hpp"
#include "math/vector_portable-inl.hpp"

#define TACIT_TARGET_NAMESPACE portable
#define TACIT_TARGET_NAME "portable"
#include "math/kernels_all-inl.hpp"

namespace tacit::math {

const Kernels& portable_kernels() { return portable::table(); }

}  // namespace tacit::math
