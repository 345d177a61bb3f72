#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "math/fft_table.hpp"
#include "math/ntt_table.hpp"
#include "tacit/math/modulus.hpp"

namespace tacit::math {

/// The vector kernels, one table per instruction set; all give bit-identical doubles.
///
/// Unless said otherwise: arrays hold n doubles (n a multiple of 16), aligned to 64 bytes; inputs and outputs
/// are reduced residues (|x| <= 0.54 p, see Modulus); `out` may be one of the inputs, no other overlap.
struct Kernels {
    const char* name;

    /// Negacyclic transform in place, input |x| <= p, output reduced; N = 2^10 .. 2^17.
    void (*ntt_forward)(double* x, const NttTable& table);
    /// The same in steps, to use a block of the result while it is in the cache: the layers that span the blocks, then
    /// each of table.blocks() blocks. Meanwhile as many doubles of each stream ahead[0 .. count) as a block has are
    /// brought into the cache.
    void (*ntt_forward_top)(double* x, const NttTable& table);
    void (*ntt_forward_block)(double* x, std::size_t block, const NttTable& table, const double* const* ahead,
                              std::size_t count);
    /// out = c times the inverse transform of `in`, c a reduced scalar; `out` may be `in`.
    void (*ntt_inverse)(double* out, const double* in, double c, const NttTable& table);

    void (*add)(double* out, const double* a, const double* b, std::size_t n, const Modulus& p);
    void (*sub)(double* out, const double* a, const double* b, std::size_t n, const Modulus& p);
    void (*mul)(double* out, const double* a, const double* b, std::size_t n, const Modulus& p);
    /// out = a * c, c a reduced scalar.
    void (*mul_scalar)(double* out, const double* a, double c, std::size_t n, const Modulus& p);
    /// out[i] = (a[j] - b[j]) * c with j = index[i] (see `permute`; then out is no input), or j = i if index is null:
    /// the tail of mod down and rescaling.
    void (*sub_mul_scalar)(double* out, const double* a, const double* b, double c, const std::uint32_t* index,
                           std::size_t n, const Modulus& p);
    /// out = out + a * b.
    void (*mul_add)(double* out, const double* a, const double* b, std::size_t n, const Modulus& p);
    /// out0[i] += a[i] b0[j], out1[i] += a[i] b1[j] with j = index[i] (see `permute`), or j = i if index is null.
    void (*mul_add2)(double* out0, double* out1, const double* a, const double* b0, const double* b1,
                     const std::uint32_t* index, std::size_t n, const Modulus& p);
    /// out = a + c, c a reduced scalar.
    void (*add_scalar)(double* out, const double* a, double c, std::size_t n, const Modulus& p);
    /// Tensor product of two degree-1 ciphertexts: c0 = a0 b0, c1 = a0 b1 + a1 b0, c2 = a1 b1;
    /// with `accumulate` added to what c0, c1, c2 hold.
    void (*tensor)(double* c0, double* c1, double* c2, const double* a0, const double* a1, const double* b0,
                   const double* b1, bool accumulate, std::size_t n, const Modulus& p);
    /// Key-switching inner product: out0 = c plus0 + sum_j a[j] k0[j], out1 = c plus1 + sum_j a[j] k1[j]; any
    /// count >= 1; plus0 and plus1 may be null (0).
    void (*inner_product2)(double* out0, double* out1, const double* const* a, const double* const* k0,
                           const double* const* k1, std::size_t count, const double* plus0, const double* plus1,
                           double c, std::size_t n, const Modulus& p);

    /// Base conversion to one prime p [HPS18]: out = sum_i y[i] c[i] + overflow * minus_q  (mod p), where
    /// y[i] is reduced mod the i-th source prime (|y[i]| <= 0.54 * 2^49, not mod p), c[i] and minus_q reduced mod p.
    /// overflow may be null (then the term is absent). Any count >= 1.
    void (*convert)(double* out, const double* const* y, const double* c, std::size_t count, const double* overflow,
                    double minus_q, std::size_t n, const Modulus& p);
    /// overflow = round(sum_i y[i] * inverse_q[i]), the multiple of Q that `convert` has to take off.
    void (*overflow)(double* out, const double* const* y, const double* inverse_q, std::size_t count, std::size_t n);
    /// out = x mod p for integers |x| < 2^51 (a residue of another prime, a small error, a ternary secret).
    void (*reduce)(double* out, const double* x, std::size_t n, const Modulus& p);

    /// out[i] = in[index[i]]: automorphisms in the evaluation domain. out and in do not overlap. `index` maps every
    /// aligned group of 2, 4 or 8 positions onto another such group, as automorphisms do in bit-reversed order.
    void (*permute)(double* out, const double* in, const std::uint32_t* index, std::size_t n);

    /// Canonical embedding, in place on n = N/2 complex numbers (split into re and im): the polynomial
    /// sum_k (re[k] + i im[k]) X^k evaluated at the n roots of X^n = i, in bit-reversed order; see FftTable.
    void (*fft_forward)(double* re, double* im, const FftTable& table);
    /// Its inverse, scaled by 1/n.
    void (*fft_inverse)(double* re, double* im, const FftTable& table);
};

/// The kernels in use: the best this machine has, or the one that the environment variable TACIT_KERNELS
/// names ("portable", "avx2", "avx3", ...); an unknown name is an Error that lists the known ones.
[[nodiscard]] const Kernels& kernels();

/// Every table that runs on this machine, portable first; the tests force each in turn.
[[nodiscard]] std::span<const Kernels* const> available_kernels();

}  // namespace tacit::math
