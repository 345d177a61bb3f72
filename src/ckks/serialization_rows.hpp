#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "ckks/context.hpp"
#include "tacit/math/modulus.hpp"

/// Rows of residues in files: canonical in [0, p), packed at the bits of p, lowest bit first.
namespace tacit::ckks::format {

/// ceil(log2 p).
[[nodiscard]] int row_bits(const math::Modulus& p) noexcept;
/// N is a multiple of 8, so that a row ends with a whole byte.
[[nodiscard]] std::size_t row_bytes(std::size_t n, const math::Modulus& p) noexcept;
/// Rows modulo primes 0 .. limbs-1.
[[nodiscard]] std::size_t rows_bytes(const Context& context, std::size_t limbs) noexcept;

/// Writes row_bytes(n, p) bytes; n is a multiple of 512. Throws invalid_argument for values that are not reduced.
void pack_row(std::span<std::byte> out, const double* row, std::size_t n, const math::Modulus& p);
/// Reads row_bytes(n, p) bytes. Returns the position of the first residue that is not below p, n if there is none.
[[nodiscard]] std::size_t unpack_row(double* row, std::span<const std::byte> in, std::size_t n, const math::Modulus& p);

}  // namespace tacit::ckks::format
