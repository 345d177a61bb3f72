#include "mpc/ifma_target.hpp"
#include "mpc/ristretto_kernels.hpp"

#ifdef TACIT_IFMA_BEGIN
#include <immintrin.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "tacit/base/secret.hpp"

#define TACIT_TARGET_NAMESPACE ifma
#define TACIT_TARGET_NAME "ifma"

TACIT_IFMA_BEGIN
#include "mpc/field25519_ifma-inl.hpp"

// The kernels are written in terms of the lanes.
#include "mpc/ristretto_lanes-inl.hpp"
TACIT_IFMA_END
#endif

namespace tacit::mpc::ristretto {

const Kernels* ifma_kernels() noexcept {
#ifdef TACIT_IFMA_BEGIN
    static const bool runs = processor_has_ifma();
    return runs ? &ifma::table : nullptr;
#else
    return nullptr;
#endif
}

}  // namespace tacit::mpc::ristretto
