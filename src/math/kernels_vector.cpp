// The kernels for every vector instruction set, compiled by Highway's foreach_target: this file includes
// itself once per target.

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "math/kernels_targets.hpp"

// Without a fused multiply-add the arithmetic is wrong, so the SSE targets are out; and scalable vectors
// cannot be members of the structures that the kernels use. AVX3_DL adds nothing to AVX3 here.
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "math/kernels_vector.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#undef TACIT_TARGET_NAMESPACE
#undef TACIT_TARGET_NAME
#if HWY_TARGET == HWY_AVX3
#define TACIT_TARGET_NAME "avx3"
#elif HWY_TARGET == HWY_AVX2
#define TACIT_TARGET_NAME "avx2"
#elif HWY_TARGET == HWY_NEON
#define TACIT_TARGET_NAME "neon"
#endif

#ifdef TACIT_TARGET_NAME  // otherwise a baseline that portable_kernels() serves
#define TACIT_TARGET_NAMESPACE HWY_NAMESPACE
HWY_BEFORE_NAMESPACE();
#include "math/vector-inl.hpp"

// The kernels are written in terms of the vector.
#include "math/kernels_all-inl.hpp"
HWY_AFTER_NAMESPACE();
#endif

#if HWY_ONCE
namespace tacit::math {

std::vector<const Kernels*> vector_kernels() {
    std::vector<const Kernels*> found;
    [[maybe_unused]] const auto supported = hwy::SupportedTargets();
#if HWY_TARGETS & HWY_NEON
    if ((supported & HWY_NEON) != 0) found.push_back(&N_NEON::table());
#endif
#if HWY_TARGETS & HWY_AVX2
    if ((supported & HWY_AVX2) != 0) found.push_back(&N_AVX2::table());
#endif
#if HWY_TARGETS & HWY_AVX3
    if ((supported & HWY_AVX3) != 0) found.push_back(&N_AVX3::table());
#endif
    return found;
}

}  // namespace tacit::math
#endif
