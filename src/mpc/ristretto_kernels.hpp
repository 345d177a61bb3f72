#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "mpc/ristretto.hpp"

namespace tacit::mpc::ristretto {

/// A scalar as sum_i digit[i] 16^i with digits in [-8, 8].
using Digits = std::array<std::int8_t, 64>;

/// In constant time.
[[nodiscard]] Digits digits_of(const Scalar& scalar) noexcept;

/// The multiples 1 to 8 of 16^i G / 2, for i = 0 to 63, each as the 20 limbs of what an addition needs.
struct alignas(64) BaseTable {
    std::uint64_t words[64][20][8];
};

/// Arithmetic on many points at a time, a point in each lane of a vector; one table of functions per instruction set,
/// all of which give the same bytes.
///
/// Every function takes n <= block points unless it says otherwise, which share an inversion, and gives twice the point
/// that its caller wants, for that is what encodes without a root of its own: callers halve scalars and points.
/// Constant time in all values.
struct Kernels {
    const char* name;
    std::size_t block;
    std::size_t lanes;

    /// out[i] = 2 scalar from_hash(hashes[i])
    void (*multiply_hashes)(Point* out, const Hash* hashes, std::size_t n, const Digits& scalar);
    /// out[i] = 2 scalar points[i]; false if one encodes no element or gives the identity.
    bool (*multiply)(Point* out, const Point* points, std::size_t n, const Digits& scalar);
    /// out[i] = 2 scalars[i] G / 2
    void (*multiply_base)(Point* out, const Digits* scalars, std::size_t n, const BaseTable& table);
    /// out[i] = 2 (start + i step), n of any size; false if one encodes no element.
    bool (*walk)(Point* out, const Point& start, const Point& step, std::size_t n);
    /// out[0 .. lanes) = sums that add up to 2 (points[0] + ... + points[n - 1]), n of any size; false if one encodes
    /// no element.
    bool (*add)(Point* out, const Point* points, std::size_t n);
};

/// One point at a time, in plain C++.
[[nodiscard]] const Kernels& portable_kernels() noexcept;
/// Eight points at a time by the instructions AVX-512 IFMA; null where the processor or the compiler lacks them.
[[nodiscard]] const Kernels* ifma_kernels() noexcept;

/// Every table that runs on this machine, portable first; the tests force each in turn.
[[nodiscard]] std::span<const Kernels* const> available_kernels();
/// The best of them that the choice of math::kernels() allows, which the environment variable TACIT_KERNELS can narrow.
[[nodiscard]] const Kernels& kernels();

/// Of G / 2, made at the first call.
[[nodiscard]] const BaseTable& base_table();
/// Fills the table for the multiples of `base`.
void make_base_table(const Point& base, BaseTable& table);

}  // namespace tacit::mpc::ristretto
