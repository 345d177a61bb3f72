// All kernels of one target, and their table. Included once per target, after the vector (no include guard).

#include "math/kernels_residue-inl.hpp"

// These need it.
#include "math/kernels_convert-inl.hpp"
#include "math/kernels_fft-inl.hpp"
#include "math/kernels_ntt-inl.hpp"
#include "math/kernels_pointwise-inl.hpp"

namespace tacit::math::TACIT_TARGET_NAMESPACE {

const Kernels& table() {
    static constexpr Kernels kernels = {
        .name = TACIT_TARGET_NAME,
        .ntt_forward = ntt_forward,
        .ntt_forward_top = ntt_forward_top,
        .ntt_forward_block = ntt_forward_block,
        .ntt_inverse = ntt_inverse,
        .add = add_residues,
        .sub = sub_residues,
        .mul = mul_residues,
        .mul_scalar = mul_scalar,
        .sub_mul_scalar = sub_mul_scalar,
        .mul_add = mul_add,
        .mul_add2 = mul_add2,
        .add_scalar = add_scalar,
        .tensor = tensor,
        .inner_product2 = inner_product2,
        .convert = convert,
        .overflow = overflow,
        .reduce = reduce,
        .permute = permute,
        .fft_forward = fft_forward,
        .fft_inverse = fft_inverse,
    };
    return kernels;
}

}  // namespace tacit::math::TACIT_TARGET_NAMESPACE
