#pragma once

#include "tacit/linalg/value.hpp"

namespace tacit::linalg {

/// The inverse of a symmetric positive definite matrix by `iterations` Newton steps from X = I / bound [Sch33], where
/// every eigenvalue lies in (0, bound]. With R = I - A / bound, n steps give the first 2^n terms of the series
/// (1 + R + R^2 + ...) / bound; the eigenvalue e comes out with the relative error (1 - e / bound)^(2^n), so about
/// log2(bound / smallest eigenvalue) + 4 steps give 7 digits. 1 level for n = 1, else 2 n + 1: the factors I + R^(2^i)
/// are multiplied while the next power is made; 2 n - 2 products of matrices. `invalid_argument` unless the matrix is
/// square, the bound positive and finite, and iterations 1 to 30.
///
/// The data are not checked, as they are encrypted: beyond the bound the series diverges.
[[nodiscard]] Matrix inverse_positive_definite(const Matrix& matrix, double bound, int iterations,
                                               Location where = Location::here());

/// (AᵀA)⁻¹ Aᵀ, the inverse of a square matrix or the pseudo-inverse of one of full column rank, by the same steps for
/// AᵀA: every squared singular value lies in (0, bound]. 4 or 5 levels more.
[[nodiscard]] Matrix inverse(const Matrix& matrix, double bound, int iterations, Location where = Location::here());

}  // namespace tacit::linalg
